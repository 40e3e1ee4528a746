/**
 * News of phones that came or went, passed on with the traffic between neighbours. Each item travels at most
 * λ · log₂ N times from each phone, the least travelled first, and no more is told than a budget of bytes allows: while
 * phones come and go faster than that, tables hold less of the ring and lookups take more steps.
 *
 * Sources: Das et al., "SWIM", DSN 2002, section 4.1; Li et al., "Bandwidth-efficient management of DHT routing
 * tables" (Accordion, NSDI 2005), section 3, for the budget. Items carry no version: what somebody else tells is passed on
 * once, and the opposite of it only after a while or from the phone concerned itself, so no rumour circles for ever.
 */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import type { MembershipNews } from './message.ts';

export const NO_NEWS: MembershipNews = { joined: [], gone: [] };
/** Most items of each kind in a message; more are not read. */
export const MAX_NEWS = 16;
const LAMBDA = 2;
/** About what one item takes in a message: 16 bytes of id, the address, and their tags and lengths. */
export const ITEM_BYTES = 44;
/** What was not spent adds up to so many seconds' worth: the news of a quiet ring is not held back. */
const SAVED_SECONDS = 60;
/** While the budget is short, news older than this is dropped: most of its phones' neighbours know by themselves. */
const USEFUL_MS = 20_000;
const MAX_ITEMS = 128;
/** How many phones' latest news is remembered, so that it is not passed on again. */
const MAX_REMEMBERED = 1024;
/** News about one phone that contradicts what was passed on is not passed on within this time, in ms. */
const CONTRADICTION_PAUSE_MS = 30_000;

export type NewsKind = 'joined' | 'gone';

interface Item {
  readonly kind: NewsKind;
  readonly contact: Contact;
  readonly addedMs: number;
  sent: number;
}

export class News {
  readonly #items = new Map<Id, Item>();
  readonly #passedOn = new Map<Id, { readonly kind: NewsKind; readonly atMs: number }>();
  readonly #bytesPerSecond: number;
  #budget: number;
  #atMs: number | undefined;

  /** `bytesPerSecond`: what may be spent on passing news on, in the long run. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#budget = bytesPerSecond * SAVED_SECONDS;
  }

  /** Whether there is something that others should still hear, and something left to tell it with. */
  get pending(): boolean {
    return this.#items.size > 0 && this.#budget >= ITEM_BYTES;
  }

  /** Lets the budget grow with time; a clock that was set back takes nothing away. */
  noteTime(atMs: number): void {
    const seconds = Math.max(0, atMs - (this.#atMs ?? atMs)) / 1000;
    this.#atMs = atMs;
    this.#budget = Math.min(this.#budget + seconds * this.#bytesPerSecond, this.#bytesPerSecond * SAVED_SECONDS);
  }

  /** Queues an item. `firstHand`: this phone saw it, or the phone concerned said it. */
  add(kind: NewsKind, contact: Contact, atMs: number, firstHand: boolean): void {
    const last = this.#passedOn.get(contact.id);
    const recent = last !== undefined && Math.abs(atMs - last.atMs) < CONTRADICTION_PAUSE_MS;
    // What was passed on once is no news from hearsay, however long ago that was.
    if (last !== undefined && last.kind === kind && (recent || !firstHand)) return;
    if (recent && !firstHand) return;
    this.#passedOn.delete(contact.id);
    this.#passedOn.set(contact.id, { kind, atMs });
    dropOldest(this.#passedOn, MAX_REMEMBERED);
    this.#items.delete(contact.id);
    this.#items.set(contact.id, { kind, contact, addedMs: atMs, sent: 0 });
    dropOldest(this.#items, MAX_ITEMS);
  }

  /**
   * What to send now, counted as sent; `phones` is about how many the ring has. The least travelled goes first, of
   * those the freshest.
   */
  take(phones: number): MembershipNews {
    if (this.#items.size * ITEM_BYTES > this.#budget) this.#dropOutdated();
    if (!this.pending) return NO_NEWS;
    const bound = Math.ceil(LAMBDA * Math.log2(Math.max(phones, 2) + 1));
    const chosen = [...this.#items.values()].sort((a, b) => a.sent - b.sent || b.addedMs - a.addedMs);
    const joined: Contact[] = [];
    const gone: Contact[] = [];
    for (const item of chosen) {
      if (this.#budget < ITEM_BYTES) break;
      const list = item.kind === 'joined' ? joined : gone;
      if (list.length === MAX_NEWS) continue;
      list.push(item.contact);
      this.#budget -= ITEM_BYTES;
      if (++item.sent >= bound) this.#items.delete(item.contact.id);
    }
    return { joined, gone };
  }

  #dropOutdated(): void {
    for (const { contact, addedMs } of this.#items.values()) {
      if (this.#atMs !== undefined && this.#atMs - addedMs > USEFUL_MS) this.#items.delete(contact.id);
    }
  }
}

function dropOldest(map: Map<Id, unknown>, limit: number): void {
  for (const id of map.keys()) {
    if (map.size <= limit) return;
    map.delete(id);
  }
}
