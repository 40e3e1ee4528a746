/**
 * The directions along which vectors differ most: the leading eigenvectors of their covariance, by subspace iteration
 * (Golub and Van Loan, "Matrix Computations", 8.2.4).
 */
import { SeededRandom } from '../../shared/core/random.ts';
import { dot } from '../../shared/core/vector.ts';

export interface PrincipalAxes {
  /** The most important first; the largest component of each is positive, since an axis has no direction of its own. */
  readonly axes: readonly Float32Array[];
  /** Part of the variance that lies along the axes, 0 to 1. */
  readonly explained: number;
}

/** Iterated beside the wanted axes, so that these separate from the rest sooner. */
const SPARE_AXES = 8;
const ITERATIONS = 100;
const SEED = 1;

/** Throws a RangeError for fewer vectors than axes. */
export function principalAxes(vectors: readonly Float32Array[], count: number): PrincipalAxes {
  if (vectors.length <= count) throw new RangeError(`${count} axes need more than ${vectors.length} vectors`);
  const covariance = covarianceOf(vectors);
  const dimensions = covariance.length;
  const random = new SeededRandom(SEED);
  let basis: Float64Array[] = Array.from({ length: Math.min(count + SPARE_AXES, dimensions) }, () =>
    Float64Array.from({ length: dimensions }, () => random.next() - 0.5),
  );
  orthonormalise(basis);
  for (let i = 0; i < ITERATIONS; i++) {
    basis = basis.map((axis) => times(covariance, axis));
    orthonormalise(basis);
  }
  const kept = basis.slice(0, count);
  const variance = kept.reduce((sum, axis) => sum + dot(axis, times(covariance, axis)), 0);
  const total = covariance.reduce((sum, row, i) => sum + row[i]!, 0);
  return { axes: kept.map(withPositiveLargest), explained: variance / total };
}

/** The part of the variance of these vectors that lies along orthonormal axes, 0 to 1. */
export function explainedVariance(vectors: readonly Float32Array[], axes: readonly Float32Array[]): number {
  const mean = meanOf(vectors);
  let along = 0;
  let total = 0;
  for (const vector of vectors) {
    const centred = Float64Array.from(vector, (value, i) => value - mean[i]!);
    total += dot(centred, centred);
    for (const axis of axes) along += dot(axis, centred) ** 2;
  }
  return along / total;
}

function covarianceOf(vectors: readonly Float32Array[]): Float64Array[] {
  const mean = meanOf(vectors);
  const rows = Array.from({ length: mean.length }, () => new Float64Array(mean.length));
  for (const vector of vectors) {
    const centred = Float64Array.from(vector, (value, i) => value - mean[i]!);
    for (const [i, row] of rows.entries()) {
      const factor = centred[i]! / vectors.length;
      for (let j = 0; j < row.length; j++) row[j]! += factor * centred[j]!;
    }
  }
  return rows;
}

function meanOf(vectors: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length;
  return mean;
}

/** Gram and Schmidt's process, in place. */
function orthonormalise(basis: readonly Float64Array[]): void {
  for (const [i, axis] of basis.entries()) {
    for (const earlier of basis.slice(0, i)) {
      const overlap = dot(earlier, axis);
      for (let k = 0; k < axis.length; k++) axis[k]! -= overlap * earlier[k]!;
    }
    const length = Math.sqrt(dot(axis, axis));
    for (let k = 0; k < axis.length; k++) axis[k]! /= length;
  }
}

function times(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}

function withPositiveLargest(axis: Float64Array): Float32Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return Float32Array.from(axis, (value) => value * Math.sign(largest));
}
