/** Percentiles of samples. */

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
