/**
 * Signed records that reached no write quorum and are worth trying again in the background: index entries of posts
 * that are safe themselves. Bounded in records, tries and time; what is given up is counted, never forgotten silently.
 */
import type { RingRecord } from '../../../shared/core/record.ts';
import { Problem } from '../problem.ts';
import type { PutReceipt, Ring } from './ring-client.ts';

/** Calls back once, after so many milliseconds; the answer calls it off. */
export type After = (milliseconds: number, run: () => void) => () => void;

export interface OutboxLimits {
  /** Records that wait at once. */
  readonly records: number;
  readonly tries: number;
  /** Pause before the first try; doubles with each. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

const OUTBOX_LIMITS: OutboxLimits = {
  records: 2_000,
  tries: 12,
  firstPauseMs: 1_000,
  longestPauseMs: 120_000,
};

export interface OutboxCounts {
  readonly waiting: number;
  readonly delivered: number;
  readonly givenUp: number;
}

export class Outbox {
  readonly #ring: Ring;
  readonly #after: After;
  readonly #random: () => number;
  readonly #limits: OutboxLimits;
  readonly #timers = new Set<() => void>();
  #waiting = 0;
  #delivered = 0;
  #givenUp = 0;
  #stopped = false;

  constructor(ring: Ring, after: After, random: () => number, limits: OutboxLimits = OUTBOX_LIMITS) {
    this.#ring = ring;
    this.#after = after;
    this.#random = random;
    this.#limits = limits;
  }

  get counts(): OutboxCounts {
    return { waiting: this.#waiting, delivered: this.#delivered, givenUp: this.#givenUp };
  }

  /** Puts records; those that reach no quorum now are tried again later. Says whether all of them stand now. */
  async deliver(records: readonly RingRecord[]): Promise<boolean> {
    if (records.length === 0) return true;
    const { settled, retry } = await this.#put(records);
    this.later(retry);
    return settled && retry.length === 0;
  }

  /** Tries records again later. Beyond the bound they are given up at once. */
  later(records: readonly RingRecord[]): void {
    if (records.length === 0) return;
    if (this.#stopped || this.#waiting + records.length > this.#limits.records) {
      this.#givenUp += records.length;
      return;
    }
    this.#waiting += records.length;
    this.#schedule(records, 1);
  }

  /** Gives up what waits. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#givenUp += this.#waiting;
    this.#waiting = 0;
  }

  #schedule(records: readonly RingRecord[], attempt: number): void {
    const pause = Math.min(this.#limits.firstPauseMs * 2 ** (attempt - 1), this.#limits.longestPauseMs);
    const cancel = this.#after(pause * (0.75 + this.#random() / 2), () => {
      this.#timers.delete(cancel);
      void this.#retry(records, attempt);
    });
    this.#timers.add(cancel);
  }

  async #retry(records: readonly RingRecord[], attempt: number): Promise<void> {
    // In the background a defect must not end the phone; the try counts as one that reached nobody.
    const { retry } = await this.#put(records).catch(() => ({ retry: records }));
    if (this.#stopped) return;
    this.#delivered += records.length - retry.length;
    if (retry.length > 0 && attempt < this.#limits.tries) {
      this.#waiting -= records.length - retry.length;
      this.#schedule(retry, attempt + 1);
      return;
    }
    this.#givenUp += retry.length;
    this.#waiting -= records.length;
  }

  /** `settled`: nothing was refused for good. */
  async #put(records: readonly RingRecord[]): Promise<{ settled: boolean; retry: readonly RingRecord[] }> {
    let receipts: readonly PutReceipt[];
    try {
      receipts = await this.#ring.put(records);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { settled: true, retry: records };
    }
    const retry = records.filter((_, index) => receipts[index]?.outcome === 'unavailable');
    const refused = receipts.some(({ outcome }) => outcome === 'invalid' || outcome === 'over-quota');
    return { settled: !refused, retry };
  }
}
