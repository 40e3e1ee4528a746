/**
 * News of phones that came or went, on its way through this phone. Each item is for the phones strictly between this one
 * and the item's end; what is sent on to one of them covers all behind it up to the next (spread.ts), so every phone
 * is told once. No more is spent on it than a budget of bytes allows. While phones come and go faster than that, news
 * reaches only so far back on the ring from where it happened: a table holds all that follows it closely, and less of
 * the rest.
 *
 * Sources: Monnerat and Amorim, "D1HT: a distributed one hop hash table" (IPDPS 2006), for passing each event on once
 * by distances that double; Li et al., "Bandwidth-efficient management of DHT routing tables" (Accordion, NSDI
 * 2005), section 3, for the budget.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { Signal } from '../../../shared/core/effect.ts';
import { clockwise, type Id } from '../../../shared/core/id.ts';

export type Word = { readonly kind: 'joined'; readonly contact: Contact } | { readonly kind: 'gone'; readonly id: Id };

export interface NewsItem {
  readonly word: Word;
  /** Phones from here on are told; undefined: from this one on. */
  readonly from: Id | undefined;
  readonly until: Id;
}

/** About what one item takes in a message: a contact with its tag and length. */
export const ITEM_BYTES = 24;
/** What the message around them takes, and its answer. */
export const MESSAGE_BYTES = 40;
/** What was not spent adds up to so many seconds' worth: the news of a quiet ring is not held back. */
const SAVED_SECONDS = 60;
/** Most items waiting; the oldest make room. */
export const MAX_ITEMS = 256;
/** How many phones' latest news is remembered, so that the same is not passed on twice. */
const MAX_REMEMBERED = 1024;
/** The same word about a phone within this time is the same news, in ms. */
const SAME_NEWS_MS = 30_000;
/** Over how long the rate of news is measured by which its reach is set, in ms. */
const WINDOW_MS = 20_000;
const LEAST_REACH = 1 / 1024;
/** Steps of an id's 32 leading bits, to point at a share of the ring. */
const SHARE_STEPS = 2 ** 32;

export class News {
  /** Notified when something has come in to be passed on. */
  readonly arrived = new Signal();
  readonly #items = new Map<Id, NewsItem>();
  readonly #lastWord = new Map<Id, { readonly kind: Word['kind']; readonly atMs: number }>();
  readonly #bytesPerSecond: number;
  #budget: number;
  #atMs: number | undefined;
  #reach = 1;
  #heard = 0;
  #windowFromMs: number | undefined;

  /** `bytesPerSecond`: what may be spent on passing news on, in the long run. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#budget = bytesPerSecond * SAVED_SECONDS;
  }

  /** Whether there is something to pass on, and something left to do it with. */
  get pending(): boolean {
    return this.#items.size > 0 && this.#budget > 0;
  }

  /** The share of the ring, counted back from where something happens, that is told of it. */
  get reach(): number {
    return this.#reach;
  }

  /** When this phone was last told that another is gone, unless it was told otherwise since; ms since the epoch. */
  goneAtMs(id: Id): number | undefined {
    const word = this.#lastWord.get(id);
    return word?.kind === 'gone' ? word.atMs : undefined;
  }

  /** Lets the budget grow with time; a clock that was set back takes nothing away. */
  noteTime(atMs: number): void {
    const seconds = Math.max(0, atMs - (this.#atMs ?? atMs)) / 1000;
    this.#atMs = atMs;
    this.#budget = Math.min(this.#budget + seconds * this.#bytesPerSecond, this.#bytesPerSecond * SAVED_SECONDS);
    this.#windowFromMs = Math.min(this.#windowFromMs ?? atMs, atMs);
    const elapsedMs = atMs - this.#windowFromMs;
    if (elapsedMs < WINDOW_MS) return;
    this.#setReach((1000 * this.#heard) / elapsedMs);
    this.#heard = 0;
    this.#windowFromMs = atMs;
  }

  /** News that begins here, of this phone's own neighbourhood: for all within reach before it. False: no news. */
  begin(word: Word, self: Id, atMs: number): boolean {
    if (!this.#note(word, atMs)) return false;
    const back = BigInt(Math.round(this.#reach * SHARE_STEPS)) << 96n;
    this.#queue({ word, from: this.#reach < 1 ? clockwise(self, -back) : undefined, until: self });
    return true;
  }

  /** News that another phone passed on, to be passed on up to `until`. False: it had come before. */
  hear(word: Word, until: Id, atMs: number): boolean {
    this.#heard += 1;
    if (!this.#note(word, atMs)) return false;
    this.#queue({ word, from: undefined, until });
    return true;
  }

  /** All that waits, or nothing while the budget is spent; what sending it costs is told by `spend`. */
  take(): NewsItem[] {
    if (!this.pending) return [];
    const items = [...this.#items.values()];
    this.#items.clear();
    return items;
  }

  spend(bytes: number): void {
    this.#budget -= bytes;
  }

  #note(word: Word, atMs: number): boolean {
    const { kind } = word;
    const id = subjectOf(word);
    const last = this.#lastWord.get(id);
    if (last?.kind === kind && Math.abs(atMs - last.atMs) < SAME_NEWS_MS) return false;
    this.#lastWord.delete(id);
    this.#lastWord.set(id, { kind, atMs });
    dropOldest(this.#lastWord, MAX_REMEMBERED);
    return true;
  }

  #queue(item: NewsItem): void {
    const id = subjectOf(item.word);
    this.#items.delete(id);
    this.#items.set(id, item);
    dropOldest(this.#items, MAX_ITEMS);
    this.arrived.notify();
  }

  /** What was heard follows from how far others' news reaches, and that is set as here: so all come to about the same. */
  #setReach(itemsPerSecond: number): void {
    const affordable = this.#bytesPerSecond / (ITEM_BYTES + MESSAGE_BYTES / 2);
    const change = itemsPerSecond > 0 ? affordable / itemsPerSecond : 2;
    this.#reach = Math.min(1, Math.max(LEAST_REACH, this.#reach * Math.min(2, change)));
  }
}

function subjectOf(word: Word): Id {
  return word.kind === 'joined' ? word.contact.id : word.id;
}

function dropOldest(map: Map<Id, unknown>, limit: number): void {
  for (const id of map.keys()) {
    if (map.size <= limit) return;
    map.delete(id);
  }
}
