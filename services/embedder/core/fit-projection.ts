/** Fits a projection to the vectors of texts. */
import { principalAxes } from './principal-axes.ts';
import { type Projection, project } from './projection.ts';

/** Quantiles an axis: every 64th of the texts. */
const KNOTS = 63;

export interface Fit {
  readonly projection: Projection;
  /** Part of the variance of the texts that lies along the axes, 0 to 1. */
  readonly explained: number;
}

/** Throws a RangeError for fewer vectors than there are quantiles. */
export function fitProjection(vectors: readonly Float32Array[], axisCount: number): Fit {
  if (vectors.length <= KNOTS) throw new RangeError(`a fit needs more than ${KNOTS} texts, not ${vectors.length}`);
  const { axes, explained } = principalAxes(vectors, axisCount);
  const coordinates = vectors.map((vector) => project({ axes, quantiles: [] }, vector));
  const quantiles = axes.map((_, axis) => {
    const sorted = Float64Array.from(coordinates, (point) => point[axis]!).sort();
    return Float32Array.from({ length: KNOTS }, (_, knot) => quantileOf(sorted, (knot + 1) / (KNOTS + 1)));
  });
  return { projection: { axes, quantiles }, explained };
}

/** The value below which a part of the sorted ones lies, straight between two of them. */
function quantileOf(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (place - below) * (next - sorted[below]!);
}
