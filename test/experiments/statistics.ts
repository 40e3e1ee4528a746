/** Means and percentiles of samples. */

/** The arithmetic mean; NaN of no samples. */
export function mean(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  return sum / samples.length;
}

/** The sample at or above which a share of 1 - `share` lies (nearest rank); NaN of no samples. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.ceil(share * sorted.length) - 1;
  return sorted[Math.min(Math.max(rank, 0), sorted.length - 1)]!;
}

/** Numbers in ascending order. */
export function ascending(samples: Iterable<number>): Float64Array {
  return Float64Array.from(samples).sort();
}
