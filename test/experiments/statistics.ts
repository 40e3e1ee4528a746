/** Means and percentiles of samples. */
export { ascending, percentile } from '../../services/shared/core/percentile.ts';

/** The arithmetic mean; NaN of no samples. */
export function mean(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  return sum / samples.length;
}
