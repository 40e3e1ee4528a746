/**
 * Looks after the phones: asks each now and then how it is, those that did not answer sooner, and all of them more often
 * while somebody watches. The book decides what the answers mean.
 */

import type { Id } from '../../shared/core/id.ts';
import type { Phone } from '../core/phone.ts';
import type { PhoneBook } from '../core/phone-book.ts';
import { isGone } from '../core/phone-book.ts';
import { Suspicions } from '../core/suspicions.ts';
import { turnCame } from '../core/turn.ts';
import { type PhoneClient, PhoneFailure } from './phone-client.ts';

const TICK_MS = 250;
const AT_ONCE = 64;
/** Probes a second of phones that are well: while somebody watches, and while nobody does. */
const WATCHED_RATE = 20;
const QUIET_RATE = 4;
const LEAST_PAUSE_MS = 1_000;
const QUIET_PAUSE_MS = 5_000;
/** Between two probes of a phone that did not answer, and of one that is gone. */
const SUSPECTED_PAUSE_MS = 500;
const GONE_PAUSE_MS = 5_000;
/** How long one look at the network counts as watching it. */
const WATCHING_MS = 30_000;
/** Phones whose word against another one is enough to take its second silence for its death. */
const ENOUGH_ACCUSERS = 2;

/** Somebody to be asked; `phone` undefined: an address of which nobody knows yet who is there. */
interface Turn {
  readonly phone: Phone | undefined;
  readonly api: string;
}

export type ProbeOutcome = 'answered' | 'refused' | 'silent';

export interface PhoneWatchOptions {
  readonly book: PhoneBook;
  readonly client: Pick<PhoneClient, 'self'>;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly onProbe: (outcome: ProbeOutcome) => void;
  /** After every tick that may have changed something. */
  readonly onChange: () => void;
}

export class PhoneWatch {
  readonly #options: PhoneWatchOptions;
  /** When each address was probed last. */
  readonly #probedAt = new Map<string, number>();
  readonly #underWay = new Set<string>();
  readonly #suspicions = new Suspicions();
  #watchedUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PhoneWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    this.#tick();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Somebody looks at the network: what is told is to be fresh for a while. */
  watched(): void {
    this.#watchedUntilMs = this.#options.now() + WATCHING_MS;
  }

  /** Something speaks against the phone at this address, if it has one: it is asked with the next tick. */
  hurry(api: string | undefined): void {
    if (api === undefined) return;
    const askedAgoMs = this.#options.now() - (this.#probedAt.get(api) ?? Number.NEGATIVE_INFINITY);
    if (askedAgoMs >= SUSPECTED_PAUSE_MS) this.#probedAt.delete(api);
  }

  get isWatched(): boolean {
    return this.#options.now() < this.#watchedUntilMs;
  }

  #tick(): void {
    const { book } = this.#options;
    const due = this.#due();
    // New phones are numbered in the order of their addresses, so they are told of together.
    const newcomers = due.filter(({ phone }) => phone === undefined).map(({ api }) => api);
    if (newcomers.length > 0) void this.#meet(newcomers);
    for (const { phone, api } of due) if (phone !== undefined) void this.#probe(phone, api);
    for (const api of this.#probedAt.keys()) {
      const isKnown = book.unplaced.includes(api) || book.phones.some((phone) => phone.api === api);
      if (!isKnown) this.#probedAt.delete(api);
    }
  }

  /** Those whose turn it is, as many as may be under way: first those whose state is in doubt. */
  #due(): Turn[] {
    const { book, now } = this.#options;
    const turns: Turn[] = book.unplaced.flatMap((api) => this.#inDoubt(undefined, api, LEAST_PAUSE_MS) ?? []);
    const alive: Phone[] = [];
    for (const phone of book.phones) {
      if (phone.api === undefined) continue;
      if (phone.state === 'alive') alive.push(phone);
      const pauseMs = isGone(phone) ? GONE_PAUSE_MS : SUSPECTED_PAUSE_MS;
      const turn = phone.state === 'alive' ? undefined : this.#inDoubt(phone, phone.api, pauseMs);
      if (turn !== undefined) turns.push(turn);
    }
    const nowMs = now();
    const roundMs = this.#roundMs(alive.length);
    alive.sort(inOrderOfTheRing);
    for (const [rank, phone] of alive.entries()) {
      const probedAtMs = this.#probedAt.get(phone.api!);
      if (probedAtMs === undefined || turnCame(rank, roundMs, probedAtMs, nowMs))
        turns.push({ phone, api: phone.api! });
    }
    return turns.filter(({ api }) => !this.#underWay.has(api)).slice(0, Math.max(0, AT_ONCE - this.#underWay.size));
  }

  #inDoubt(phone: Phone | undefined, api: string, pauseMs: number): Turn | undefined {
    const probedAtMs = this.#probedAt.get(api);
    return probedAtMs === undefined || this.#options.now() - probedAtMs >= pauseMs ? { phone, api } : undefined;
  }

  #roundMs(phones: number): number {
    return this.isWatched
      ? Math.max(LEAST_PAUSE_MS, (1_000 * phones) / WATCHED_RATE)
      : Math.max(QUIET_PAUSE_MS, (1_000 * phones) / QUIET_RATE);
  }

  async #meet(apis: readonly string[]): Promise<void> {
    const { book, now } = this.#options;
    const answers = await Promise.all(apis.map((api) => this.#ask(api)));
    for (const [index, answer] of answers.entries()) {
      if (!(answer instanceof PhoneFailure)) book.answered(apis[index]!, answer.words, now());
    }
    this.#options.onChange();
  }

  async #probe(phone: Phone, api: string): Promise<void> {
    const { book, now } = this.#options;
    const askedMs = now();
    const answer = await this.#ask(api);
    // It may have moved while it was asked.
    if (phone.api !== api) return;
    if (answer instanceof PhoneFailure) book.failed(phone.n, answer.how, now(), this.#isSuspected(phone));
    else this.#listen(book.answered(api, answer.words, now(), askedMs), answer.suspected);
    this.#options.onChange();
  }

  /** Whom a phone suspects is asked at once: the ring's own detector knows before anybody's turn comes. */
  #listen(phone: Phone | undefined, suspected: readonly Id[]): void {
    if (phone === undefined) return;
    const { book, now } = this.#options;
    this.#suspicions.take(phone.n, suspected, now());
    for (const id of suspected) {
      const other = book.byId(id);
      if (other !== undefined && !isGone(other)) this.hurry(other.api);
    }
  }

  #isSuspected({ words }: Phone): boolean {
    return words !== undefined && this.#suspicions.countOf(words.id, this.#options.now()) >= ENOUGH_ACCUSERS;
  }

  async #ask(api: string) {
    const { client, now, onProbe } = this.#options;
    this.#underWay.add(api);
    this.#probedAt.set(api, now());
    try {
      const words = await client.self(api);
      onProbe('answered');
      return words;
    } catch (error) {
      if (!(error instanceof PhoneFailure)) throw error;
      onProbe(error.how);
      return error;
    } finally {
      this.#underWay.delete(api);
    }
  }
}

function inOrderOfTheRing(a: Phone, b: Phone): number {
  const [left, right] = [a.words?.id ?? '', b.words?.id ?? ''];
  return left < right ? -1 : Number(left > right);
}
