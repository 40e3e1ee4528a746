/**
 * What a vector is cut down to: its coordinates along the axes on which texts differ most (principal component analysis,
 * Pearson 1901). The first of them say where it lies on the torus, each spread over it by the quantiles of the texts that
 * the projection was fitted on, so that about as many posts lie between 0 and 2³¹ as between 2³¹ and 2³². All of them are
 * the sketch that phones keep of posts that lie elsewhere. Why these axes: docs/decisions/projection.md.
 */
import { SPAN } from './torus.ts';
import { dot } from './vector.ts';

export interface Projection {
  /** [sketch axes][dimensions]: orthogonal vectors of length 1, the most important first. */
  readonly axes: readonly Float32Array[];
  /**
   * [torus axes][knots]: of the first axes, those of the torus; coordinates, ascending, that part the texts of the fit
   * evenly. With the ends of all that vectors of length 1 can have, -1 and 1, they are knots of a function that is
   * straight between them.
   */
  readonly quantiles: readonly Float32Array[];
}

/** The coordinates of a vector along the axes of the torus. */
export function project({ axes, quantiles }: Projection, vector: ArrayLike<number>): number[] {
  return alongAxes(axes.slice(0, quantiles.length), vector);
}

/** The coordinates of a vector, one an axis. */
export function alongAxes(axes: readonly Float32Array[], vector: ArrayLike<number>): number[] {
  return axes.map((axis) => dot(axis, vector));
}

/** The point of the torus for these coordinates: whole numbers, 0 ≤ x < 2³². */
export function toTorus(projection: Projection, coordinates: readonly number[]): number[] {
  return coordinates.map((coordinate, axis) => {
    const rank = rankOf(projection.quantiles[axis]!, coordinate);
    return Math.min(SPAN - 1, Math.floor(rank * SPAN));
  });
}

/** The coordinate along an axis that a whole coordinate of the torus, 0 to 2³², stands for: where `toTorus` begins to give it. */
export function fromTorus(projection: Projection, axis: number, whole: number): number {
  const knots = projection.quantiles[axis]!;
  const place = (whole / SPAN) * (knots.length + 1);
  const below = Math.min(Math.floor(place), knots.length);
  const [low, high] = [knots[below - 1] ?? -1, knots[below] ?? 1];
  return low + (place - below) * (high - low);
}

/** The part of the fitted texts that lie below a coordinate, 0 to 1. */
function rankOf(knots: Float32Array, coordinate: number): number {
  let below = 0;
  let end = knots.length;
  while (below < end) {
    const middle = (below + end) >> 1;
    if (knots[middle]! <= coordinate) below = middle + 1;
    else end = middle;
  }
  const [low, high] = [knots[below - 1] ?? -1, knots[below] ?? 1];
  const within = high > low ? (coordinate - low) / (high - low) : 0;
  return (below + Math.min(1, Math.max(0, within))) / (knots.length + 1);
}

export type ProjectionFault =
  | 'no axes'
  | 'axes of different lengths'
  | 'axes that are not orthonormal'
  | 'quantiles that do not ascend';

const ORTHONORMAL_WITHIN = 1e-4;

/** Why something is no projection; undefined when it is one. */
export function projectionFault({ axes, quantiles }: Projection): ProjectionFault | undefined {
  if (quantiles.length === 0 || quantiles.length > axes.length) return 'no axes';
  if (axes.some((axis) => axis.length !== axes[0]!.length)) return 'axes of different lengths';
  for (const [i, a] of axes.entries()) {
    for (const [j, b] of axes.slice(0, i + 1).entries()) {
      const wanted = i === j ? 1 : 0;
      // Written so that what is not a number fails, too.
      if (!(Math.abs(dot(a, b) - wanted) <= ORTHONORMAL_WITHIN)) return 'axes that are not orthonormal';
    }
  }
  return quantiles.every(ascends) ? undefined : 'quantiles that do not ascend';
}

function ascends(knots: Float32Array): boolean {
  return knots.length > 0 && knots.every((knot, i) => knot > (knots[i - 1] ?? -1) && knot < 1);
}
