/** Has a search of this phone sampled now and then (core/search/recall-sample.ts), so that its recall can be watched. */
import type { Contact } from '../../shared/core/contact.ts';
import type { RecallSample } from '../core/search/recall-sample.ts';
import type { SearchAnswer, SearchRequest } from '../core/search/search.ts';

export interface RecallSamplerParts {
  /** All phones that this one knows of, itself left out. */
  readonly phones: () => Promise<readonly Contact[]>;
  readonly sample: (phones: readonly Contact[], request: SearchRequest, answer: SearchAnswer) => Promise<RecallSample>;
  readonly sampled: (sample: RecallSample) => void;
  readonly failed: (error: unknown) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Between two samples of a phone, on average, in ms: a sample asks as many phones as a search does. */
const PAUSE_MS = 300_000;

export class RecallSampler {
  readonly #parts: RecallSamplerParts;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(parts: RecallSamplerParts) {
    this.#parts = parts;
  }

  /** To be told of every search that has ended. Returns at once. */
  consider(request: SearchRequest, answer: SearchAnswer): void {
    const { now, random, failed } = this.#parts;
    const nowMs = now();
    if (nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + PAUSE_MS * (0.5 + random());
    this.#sample(request, answer).catch(failed);
  }

  async #sample(request: SearchRequest, answer: SearchAnswer): Promise<void> {
    const { phones, sample, sampled } = this.#parts;
    sampled(await sample(await phones(), request, answer));
  }
}
