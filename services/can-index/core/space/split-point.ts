/**
 * Where to cut a zone in two: so that both halves have about as many of the entries it holds, along an axis on which they
 * vary much; through the middle of its longest side where there are too few entries to go by.
 *
 * Of all cuts that would do, the one at the coarsest coordinate is taken (a multiple of the largest power of two), and of
 * all axes the one along which the zone is longest. Then zones far from each other are cut in the same places, and a zone
 * has fewer neighbours (docs/decisions/coarse-cuts.md).
 *
 * Source: Bentley, "Multidimensional binary search trees", CACM 1975, with the axis chosen much as by Friedman, Bentley
 * and Finkel, ACM TOMS 1977.
 */
import { type Box, contains } from './box.ts';
import type { Point } from './space.ts';
import type { Cut } from './zone.ts';

/** With fewer entries a median says little of those to come. */
const LEAST_ENTRIES = 8;
/** Each half has at least this share of the entries, if they can be parted so, … */
const LEAST_HALF = 0.4;
/** … and at least this share of the side that is cut: a sliver would have many neighbours and little room. */
const LEAST_SIDE = 1 / 16;
/** An axis will do if the entries' variance along it is at least this share of the largest. */
const LEAST_VARIANCE = 0.5;

/** The cut for a box with entries at these points; undefined when the box is a single point. */
export function cutFor(box: Box, points: readonly Point[]): Cut | undefined {
  const held = points.filter((point) => contains(box, point));
  return (held.length < LEAST_ENTRIES ? undefined : evenCut(box, held)) ?? middleCut(box);
}

/** About through the middle of the longest side; the first of several. Undefined when no side can be cut. */
export function middleCut(box: Box): Cut | undefined {
  const axis = longestSide(
    box,
    box.low.map((_, i) => i),
  );
  const from = box.low[axis]!;
  const side = box.high[axis]! - from;
  if (side < 2) return undefined;
  const cut = coarsest(from + LEAST_HALF * side, from + (1 - LEAST_HALF) * side);
  return { axis, cut: cut ?? from + Math.floor(side / 2) };
}

function evenCut(box: Box, points: readonly Point[]): Cut | undefined {
  const axis = longestSide(box, axesOfVariance(points));
  const [from, to] = [box.low[axis]!, box.high[axis]!];
  const sorted = Float64Array.from(points, (point) => point[axis]!).sort();
  if (sorted[0] === sorted.at(-1)) return undefined; // all alike on every axis: no cut parts them
  const margin = Math.max(1, Math.floor((to - from) * LEAST_SIDE));
  const within = (cut: number): number => Math.min(Math.max(cut, from + margin), to - margin);
  // The least cut with enough entries below it, and the greatest with enough from it on.
  const least = sorted[Math.ceil(LEAST_HALF * sorted.length) - 1]! + 1;
  const greatest = sorted[Math.floor((1 - LEAST_HALF) * sorted.length)]!;
  const cut = within(coarsest(within(least), within(greatest)) ?? medianOf(sorted));
  return cut > from && cut < to ? { axis, cut } : undefined;
}

/** The whole number in [low, high] that the largest power of two divides; undefined when there is none. */
function coarsest(low: number, high: number): number | undefined {
  for (let step = 2 ** 31; step >= 1; step /= 2) {
    const multiple = Math.ceil(low / step) * step;
    if (multiple <= high) return multiple;
  }
  return undefined;
}

/** The coordinate that parts the sorted ones most evenly; equal ones stay together. */
function medianOf(sorted: Float64Array): number {
  const median = sorted[sorted.length >> 1]!;
  const below = sorted.indexOf(median);
  const upTo = sorted.lastIndexOf(median) + 1;
  const unevenness = (count: number): number => Math.abs(2 * count - sorted.length);
  return unevenness(below) <= unevenness(upTo) ? median : median + 1;
}

function longestSide({ low, high }: Box, axes: readonly number[]): number {
  return axes.reduce((best, axis) => (high[axis]! - low[axis]! > high[best]! - low[best]! ? axis : best));
}

/** The axes along which the points vary most. */
function axesOfVariance(points: readonly Point[]): number[] {
  const variances = points[0]!.map((_, axis) => {
    const mean = points.reduce((sum, point) => sum + point[axis]!, 0) / points.length;
    return points.reduce((sum, point) => sum + (point[axis]! - mean) ** 2, 0);
  });
  const most = Math.max(...variances);
  return variances.flatMap((variance, axis) => (variance >= LEAST_VARIANCE * most ? [axis] : []));
}
