/** How many new records each author may write: a token bucket an author, filled by the phone's clock. */
import type { Id } from '../../../shared/core/id.ts';

/** Authors remembered; one that is forgotten starts anew with a full bucket. About 100 bytes each. */
const REMEMBERED_AUTHORS = 4096;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

export class WriteRate {
  readonly #perMinute: number;
  /** In order of last use, the oldest first. */
  readonly #buckets = new Map<Id, Bucket>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes a token for one write; false when the author has none left. A clock that goes back fills nothing. */
  take(author: Id, nowMs: number): boolean {
    const bucket = this.#buckets.get(author) ?? { tokens: this.#perMinute, filledAtMs: nowMs };
    const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + (elapsedMs * this.#perMinute) / 60_000);
    bucket.filledAtMs = nowMs;
    this.#buckets.delete(author);
    if (this.#buckets.size >= REMEMBERED_AUTHORS) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(author, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
