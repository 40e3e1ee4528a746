/**
 * Sketches: vectors cut down to their principal axes, a byte an axis. Phones keep them of posts that lie elsewhere and of
 * what their neighbours keep, to tell where the posts nearest to a question are without asking everybody.
 */

/** [sketch axes]: coordinates along the principal axes, in steps of 1/STEPS. */
export type Sketch = Int8Array;

/** Coordinates of unit vectors along principal axes are seldom above a half; those that are count as a half. */
const STEPS = 254;
/** What sketches leave out of two posts that are near agrees about this much, as far as its length allows. */
const REST_AGREES = 0.45;

export function sketchOfCoordinates(coordinates: ArrayLike<number>): Sketch {
  const sketch = new Int8Array(coordinates.length);
  for (let i = 0; i < sketch.length; i++) {
    sketch[i] = Math.max(-127, Math.min(127, Math.round(coordinates[i]! * STEPS)));
  }
  return sketch;
}

/** What two sketches tell of the cosine of the vectors behind them. */
export interface SketchedCosine {
  /** What the axes of sketches add to it. */
  readonly product: number;
  /** What the rest adds at most: the product of the lengths that it has. */
  readonly rest: number;
}

/** About the cosine of the vectors behind two sketches, where they are near. */
export function estimateSimilarity(a: Sketch, b: Sketch): number {
  const { product, rest } = compareSketches(a, b);
  return product + REST_AGREES * rest;
}

export function compareSketches(a: Sketch, b: Sketch): SketchedCosine {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  const scale = STEPS * STEPS;
  const rest = Math.max(0, 1 - squareA / scale) * Math.max(0, 1 - squareB / scale);
  return { product: product / scale, rest: Math.sqrt(rest) };
}

/** The square of the distance between what two sketches stand for. */
export function sketchDistance2(a: Sketch, b: Sketch): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / (STEPS * STEPS);
}
