/**
 * Looks after the phones: asks each now and then how it is, those that did not answer sooner, and all of them more often
 * while somebody watches. The book decides what the answers mean.
 */

import type { Phone } from '../core/phone.ts';
import type { PhoneBook } from '../core/phone-book.ts';
import { isGone } from '../core/phone-book.ts';
import { type PhoneClient, PhoneFailure } from './phone-client.ts';

const TICK_MS = 250;
const AT_ONCE = 32;
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

  /** Something speaks against the phone at this address: it is asked with the next tick. */
  hurry(api: string): void {
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
    const newcomers = due.filter(([phone]) => phone === undefined).map(([, api]) => api);
    if (newcomers.length > 0) void this.#meet(newcomers);
    for (const [phone, api] of due) if (phone !== undefined) void this.#probe(phone, api);
    for (const api of this.#probedAt.keys()) {
      const isKnown = book.unplaced.includes(api) || book.phones.some((phone) => phone.api === api);
      if (!isKnown) this.#probedAt.delete(api);
    }
  }

  /** Addresses whose turn it is, as many as may be under way, those that waited longest first. */
  #due(): (readonly [Phone | undefined, string])[] {
    const { book, now } = this.#options;
    const nowMs = now();
    const phones = book.phones;
    const candidates: (readonly [Phone | undefined, string, number])[] = [
      ...book.unplaced.map((api) => [undefined, api, LEAST_PAUSE_MS] as const),
      ...phones.flatMap((phone) =>
        phone.api === undefined ? [] : [[phone, phone.api, this.#pauseOf(phone, phones.length)] as const],
      ),
    ];
    const waited = (api: string): number => nowMs - (this.#probedAt.get(api) ?? Number.NEGATIVE_INFINITY);
    return candidates
      .filter(([, api, pauseMs]) => !this.#underWay.has(api) && waited(api) >= pauseMs)
      .sort(([, a], [, b]) => waited(b) - waited(a))
      .slice(0, Math.max(0, AT_ONCE - this.#underWay.size))
      .map(([phone, api]) => [phone, api] as const);
  }

  #pauseOf(phone: Phone, count: number): number {
    if (isGone(phone)) return GONE_PAUSE_MS;
    if (phone.state !== 'alive') return SUSPECTED_PAUSE_MS;
    return this.isWatched
      ? Math.max(LEAST_PAUSE_MS, (1_000 * count) / WATCHED_RATE)
      : Math.max(QUIET_PAUSE_MS, (1_000 * count) / QUIET_RATE);
  }

  async #meet(apis: readonly string[]): Promise<void> {
    const { book, now } = this.#options;
    const answers = await Promise.all(apis.map((api) => this.#ask(api)));
    for (const [index, words] of answers.entries()) {
      if (!(words instanceof PhoneFailure)) book.answered(apis[index]!, words, now());
    }
    this.#options.onChange();
  }

  async #probe(phone: Phone, api: string): Promise<void> {
    const { book, now } = this.#options;
    const words = await this.#ask(api);
    // It may have moved while it was asked.
    if (phone.api !== api) return;
    if (words instanceof PhoneFailure) book.failed(phone.n, words.how, now());
    else book.answered(api, words, now());
    this.#options.onChange();
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
