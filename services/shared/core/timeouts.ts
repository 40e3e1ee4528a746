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
/** Of the longest timeout: what a phone that never answered gets at least. */
const FIRST_TIMEOUT_SHARE = 1 / 3;

/** What is known of many phones' round trips: packed, for tables hold a thousand phones and most are never measured. */
export class RoundTrips {
  /** Not a number until the first answer. */
  #smoothedMs: Float64Array;
  #variationMs: Float64Array;
  /** Timeouts since the last answer, up to MAX_BACKOFF. */
  #backoffs: Uint8Array;
  #measured = 0;
  #sumMs = 0;

  constructor(capacity: number) {
    this.#smoothedMs = new Float64Array(capacity).fill(Number.NaN);
    this.#variationMs = new Float64Array(capacity);
    this.#backoffs = new Uint8Array(capacity);
  }

  grow(capacity: number): void {
    const [smoothedMs, variationMs, backoffs] = [this.#smoothedMs, this.#variationMs, this.#backoffs];
    this.#smoothedMs = new Float64Array(capacity).fill(Number.NaN);
    this.#variationMs = new Float64Array(capacity);
    this.#backoffs = new Uint8Array(capacity);
    this.#smoothedMs.set(smoothedMs);
    this.#variationMs.set(variationMs);
    this.#backoffs.set(backoffs);
  }

  forget(at: number): void {
    this.#note(this.#smoothedMs[at]!, -1);
    this.#smoothedMs[at] = Number.NaN;
    this.#variationMs[at] = 0;
    this.#backoffs[at] = 0;
  }

  /** Mean of all that were measured; undefined while none was. Kept as they change, for every route begins with it. */
  get meanMs(): number | undefined {
    return this.#measured === 0 ? undefined : this.#sumMs / this.#measured;
  }

  /** Not a number until the first answer. */
  smoothedMs(at: number): number {
    return this.#smoothedMs[at]!;
  }

  variationMs(at: number): number {
    return this.#variationMs[at]!;
  }

  backoff(at: number): number {
    return this.#backoffs[at]!;
  }

  answered(at: number, rttMs: number): void {
    const sample = Math.max(0, rttMs);
    const isFirst = Number.isNaN(this.#smoothedMs[at]!);
    const smoothedMs = isFirst ? sample : this.#smoothedMs[at]!;
    const variationMs = isFirst ? sample / 2 : this.#variationMs[at]!;
    this.#note(this.#smoothedMs[at]!, -1);
    this.#smoothedMs[at] = smoothedMs + (sample - smoothedMs) / 8;
    this.#note(this.#smoothedMs[at], 1);
    this.#variationMs[at] = variationMs + (Math.abs(sample - smoothedMs) - variationMs) / 4;
    this.#backoffs[at] = 0;
  }

  /** Takes a smoothed time into the sum, or out of it. */
  #note(smoothedMs: number, sign: 1 | -1): void {
    if (Number.isNaN(smoothedMs)) return;
    this.#measured += sign;
    // What rounding leaves behind ends with the last that was measured.
    this.#sumMs = this.#measured === 0 ? 0 : this.#sumMs + sign * smoothedMs;
  }

  timedOut(at: number): void {
    this.#backoffs[at] = Math.min(this.#backoffs[at]! + 1, MAX_BACKOFF);
  }
}

/** One phone's round trip, kept by itself or as one of many. */
export class RoundTripEstimator {
  readonly #kept: RoundTrips;
  readonly #at: number;

  constructor(kept = new RoundTrips(1), at = 0) {
    this.#kept = kept;
    this.#at = at;
  }

  /** Undefined until the first answer. */
  get estimate(): RoundTrip | undefined {
    const { smoothedMs } = this;
    return smoothedMs === undefined ? undefined : { smoothedMs, variationMs: this.#kept.variationMs(this.#at) };
  }

  /** Undefined until the first answer. */
  get smoothedMs(): number | undefined {
    const smoothedMs = this.#kept.smoothedMs(this.#at);
    return Number.isNaN(smoothedMs) ? undefined : smoothedMs;
  }

  answered(rttMs: number): void {
    this.#kept.answered(this.#at, rttMs);
  }

  timedOut(): void {
    this.#kept.timedOut(this.#at);
  }

  /** How long to wait for this phone's answer, in ms; while it has given none, as `firstTimeoutMs`. */
  timeoutMs(bounds: TimeoutBounds, others?: RoundTripEstimator): number {
    const { callTimeoutMinMs, callTimeoutMaxMs } = bounds;
    const baseMs = Math.max(this.answeredWithinMs ?? firstTimeoutMs(bounds, others), callTimeoutMinMs);
    return Math.min(baseMs * 2 ** this.#kept.backoff(this.#at), callTimeoutMaxMs);
  }

  /** Smoothed + 4 · variation, in ms: hardly an answer takes longer. Undefined until the first one. */
  get answeredWithinMs(): number | undefined {
    const { smoothedMs } = this;
    if (smoothedMs === undefined) return undefined;
    return smoothedMs + Math.max(4 * this.#kept.variationMs(this.#at), LEAST_MARGIN_MS);
  }

  /** When most answers (about 95 %) would be there: smoothed + 2 · variation, in ms. */
  expectedMs({ callTimeoutMinMs }: TimeoutBounds): number {
    const { smoothedMs } = this;
    return smoothedMs === undefined ? callTimeoutMinMs : smoothedMs + 2 * this.#kept.variationMs(this.#at);
  }
}

/**
 * How long to wait for a phone that never answered, in ms. `others`: what first answers of others took; slow ones make
 * for more time, but quick ones not for less than a share of the longest timeout (RFC 6298, 2.1: a second while nothing
 * is measured). Phones near by answer first, and say nothing of how far the next one is.
 */
export function firstTimeoutMs({ callTimeoutMaxMs }: TimeoutBounds, others?: RoundTripEstimator): number {
  return Math.min(Math.max(callTimeoutMaxMs * FIRST_TIMEOUT_SHARE, others?.answeredWithinMs ?? 0), callTimeoutMaxMs);
}
