/**
 * Where to cut a zone in two: through the median of the entries it holds along the axis on which they vary most, so that
 * both halves have as many; through the middle of its longest side where there are too few entries to go by.
 *
 * Source: Bentley, "Multidimensional binary search trees", CACM 1975, with the axis chosen as by Friedman, Bentley and
 * Finkel, ACM TOMS 1977.
 */
import { type Box, contains } from './box.ts';
import type { Point } from './space.ts';
import type { Cut } from './zone.ts';

/** With fewer entries a median says little of those to come. */
const LEAST_ENTRIES = 8;
/** Each half has at least this share of the side that is cut: a sliver would have many neighbours and little room. */
const LEAST_SHARE = 1 / 16;

/** The cut for a box with entries at these points; undefined when the box is a single point. */
export function cutFor(box: Box, points: readonly Point[]): Cut | undefined {
  const held = points.filter((point) => contains(box, point));
  return (held.length < LEAST_ENTRIES ? undefined : medianCut(box, held)) ?? middleCut(box);
}

/** Through the middle of the longest side; the first of several. Undefined when no side can be cut. */
export function middleCut({ low, high }: Box): Cut | undefined {
  let axis = 0;
  for (let i = 1; i < low.length; i++) if (high[i]! - low[i]! > high[axis]! - low[axis]!) axis = i;
  const side = high[axis]! - low[axis]!;
  return side < 2 ? undefined : { axis, cut: low[axis]! + Math.floor(side / 2) };
}

function medianCut({ low, high }: Box, points: readonly Point[]): Cut | undefined {
  const axis = axisOfMostVariance(points);
  const [from, to] = [low[axis]!, high[axis]!];
  const sorted = Float64Array.from(points, (point) => point[axis]!).sort();
  if (sorted[0] === sorted.at(-1)) return undefined; // all alike on every axis: no cut parts them
  const margin = Math.max(1, Math.floor((to - from) * LEAST_SHARE));
  const cut = Math.min(Math.max(evenCut(sorted), from + margin), to - margin);
  return cut > from && cut < to ? { axis, cut } : undefined;
}

/** The coordinate that parts the sorted ones most evenly; equal ones stay together. */
function evenCut(sorted: Float64Array): number {
  const median = sorted[sorted.length >> 1]!;
  const below = sorted.findIndex((value) => value === median);
  const upTo = sorted.findLastIndex((value) => value === median) + 1;
  const unevenness = (count: number): number => Math.abs(2 * count - sorted.length);
  return unevenness(below) <= unevenness(upTo) ? median : median + 1;
}

function axisOfMostVariance(points: readonly Point[]): number {
  let best = 0;
  let most = -1;
  for (let axis = 0; axis < points[0]!.length; axis++) {
    let sum = 0;
    for (const point of points) sum += point[axis]!;
    const mean = sum / points.length;
    let squares = 0;
    for (const point of points) squares += (point[axis]! - mean) ** 2;
    if (squares > most) [best, most] = [axis, squares];
  }
  return best;
}
