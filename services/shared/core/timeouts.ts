/**
 * Adaptive timeouts of calls, one estimator a phone. Source: Rhea et al., "Handling churn in a DHT" (Bamboo, USENIX
 * ATC 2004), after RFC 6298: smoothed round-trip time + 4 · variation, doubled after each timeout until an answer.
 */
export interface TimeoutBounds {
  readonly callTimeoutMinMs: number;
  readonly callTimeoutMaxMs: number;
}

export interface RoundTrip {
  readonly smoothedMs: number;
  readonly variationMs: number;
}

/** Doublings of the timeout at most. */
const MAX_BACKOFF = 4;
/**
 * Least addition to the smoothed time, as RFC 6298 (2.3) has its clock granularity: over links without jitter the
 * variation fades to nothing, and then an answer on time would be late.
 */
const LEAST_MARGIN_MS = 20;
/** Of the longest timeout: what a phone that was never asked gets. */
const FIRST_TIMEOUT_SHARE = 1 / 3;

export class RoundTripEstimator {
  #estimate: RoundTrip | undefined;
  #backoff = 0;

  /** Undefined until the first answer. */
  get estimate(): RoundTrip | undefined {
    return this.#estimate;
  }

  answered(rttMs: number): void {
    const sample = Math.max(0, rttMs);
    const { smoothedMs, variationMs } = this.#estimate ?? { smoothedMs: sample, variationMs: sample / 2 };
    this.#estimate = {
      smoothedMs: smoothedMs + (sample - smoothedMs) / 8,
      variationMs: variationMs + (Math.abs(sample - smoothedMs) - variationMs) / 4,
    };
    this.#backoff = 0;
  }

  timedOut(): void {
    this.#backoff = Math.min(this.#backoff + 1, MAX_BACKOFF);
  }

  /** How long to wait for this phone's answer, in ms. */
  timeoutMs({ callTimeoutMinMs, callTimeoutMaxMs }: TimeoutBounds): number {
    const base = this.#estimate
      ? this.#estimate.smoothedMs + Math.max(4 * this.#estimate.variationMs, LEAST_MARGIN_MS)
      : callTimeoutMaxMs * FIRST_TIMEOUT_SHARE;
    return Math.min(Math.max(base, callTimeoutMinMs) * 2 ** this.#backoff, callTimeoutMaxMs);
  }

  /** When most answers (about 95 %) would be there: smoothed + 2 · variation, in ms. */
  expectedMs({ callTimeoutMinMs }: TimeoutBounds): number {
    return this.#estimate ? this.#estimate.smoothedMs + 2 * this.#estimate.variationMs : callTimeoutMinMs;
  }
}
