/** Distributions of times: three given by their mean, so that they can be exchanged, and what was observed somewhere. */
import type { SeededRandom } from '../core/random.ts';

export type Distribution =
  | { readonly kind: 'exponential'; readonly meanMs: number }
  /** Shape below 1: many short sessions and a few long ones, as file-sharing networks show. */
  | { readonly kind: 'weibull'; readonly meanMs: number; readonly shape: number }
  /** The mean exists only for a shape above 1. */
  | { readonly kind: 'pareto'; readonly meanMs: number; readonly shape: number }
  /** Observed times in ascending order; each is drawn as often as any other. */
  | { readonly kind: 'trace'; readonly timesMs: readonly number[] };

/**
 * A drawn time in milliseconds, by inversion. Every kind takes one number from the generator, so that exchanging a
 * distribution leaves all that is drawn after it as it was. Throws RangeError on a mean or a shape that cannot be.
 */
export function drawMs(distribution: Distribution, random: SeededRandom): number {
  return quantileMs(distribution, random.next());
}

/** The time below which the part `p` (0 <= p < 1) of all draws lies. */
export function quantileMs(distribution: Distribution, p: number): number {
  if (distribution.kind === 'trace') return observedMs(distribution.timesMs, p);
  const { kind, meanMs } = distribution;
  if (!(meanMs > 0)) throw new RangeError(`a mean above 0 ms, not ${meanMs}`);
  if (kind === 'exponential') return -meanMs * Math.log1p(-p);
  const { shape } = distribution;
  if (kind === 'weibull') {
    if (!(shape >= LEAST_WEIBULL_SHAPE))
      throw new RangeError(`a Weibull shape from ${LEAST_WEIBULL_SHAPE}, not ${shape}`);
    return (meanMs / gamma(1 + 1 / shape)) * (-Math.log1p(-p)) ** (1 / shape);
  }
  if (!(shape > 1)) throw new RangeError(`a Pareto shape above 1, not ${shape}`);
  return ((meanMs * (shape - 1)) / shape) * (1 - p) ** (-1 / shape);
}

function observedMs(timesMs: readonly number[], p: number): number {
  if (timesMs.length === 0) throw new RangeError('a trace of at least one time');
  return timesMs[Math.floor(p * timesMs.length)]!;
}

/** Below it the mean lies so far above the median that no run would come near it. */
export const LEAST_WEIBULL_SHAPE = 0.1;

/** Lanczos' approximation (g = 7, 9 terms) for x >= 1; its relative error is below 1e-13. */
function gamma(x: number): number {
  const z = x - 1;
  const t = z + 7.5;
  const sum = LANCZOS.reduce((total, term, i) => total + term / (z + i + 1), 0.99999999999980993);
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
