/** Fits a projection to the vectors of texts. */
import { alongAxes, type Projection } from '../../shared/core/projection.ts';
import { explainedVariance, principalAxes } from './principal-axes.ts';

/** Axes of sketches: they have three quarters of the variance of short texts, a byte each. */
const SKETCH_AXES = 64;
/** Quantiles an axis: every 64th of the texts. */
const KNOTS = 63;

export interface Fit {
  readonly projection: Projection;
  /** Part of the variance of the texts that lies along the axes of the torus, 0 to 1. */
  readonly explained: number;
}

/** Throws a RangeError for fewer vectors than there are quantiles. */
export function fitProjection(vectors: readonly Float32Array[], torusAxes: number): Fit {
  if (vectors.length <= KNOTS) throw new RangeError(`a fit needs more than ${KNOTS} texts, not ${vectors.length}`);
  const { axes } = principalAxes(vectors, Math.max(torusAxes, Math.min(SKETCH_AXES, vectors[0]!.length)));
  const torus = axes.slice(0, torusAxes);
  const coordinates = vectors.map((vector) => alongAxes(torus, vector));
  const quantiles = torus.map((_, axis) => {
    const sorted = Float64Array.from(coordinates, (point) => point[axis]!).sort();
    return Float32Array.from({ length: KNOTS }, (_, knot) => quantileOf(sorted, (knot + 1) / (KNOTS + 1)));
  });
  return { projection: { axes, quantiles }, explained: explainedVariance(vectors, torus) };
}

/** The value below which a part of the sorted ones lies, straight between two of them. */
function quantileOf(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (place - below) * (next - sorted[below]!);
}
