/** Boxes: what a zone covers, [low, high) on each axis. A box never wraps; the space around it does. */
import { SPAN } from '../../../shared/core/torus.ts';
import { gapTo, type Point } from './space.ts';

export interface Box {
  readonly low: readonly number[];
  /** Exclusive; SPAN where the box reaches the end of an axis. */
  readonly high: readonly number[];
}

/** How two boxes lie to each other. `face`: they touch along a face; `corner`: only along an edge or at a corner. */
export type Relation = 'overlap' | 'face' | 'corner' | 'apart';

export function wholeBox(axes: number): Box {
  return { low: Array.from({ length: axes }, () => 0), high: Array.from({ length: axes }, () => SPAN) };
}

export function contains({ low, high }: Box, point: Point): boolean {
  for (let axis = 0; axis < low.length; axis++) {
    if (point[axis]! < low[axis]! || point[axis]! >= high[axis]!) return false;
  }
  return true;
}

/** How two boxes lie to each other on the torus. A box that spans an axis overlaps every other one along it. */
export function relationOf(a: Box, b: Box): Relation {
  let touching = 0;
  for (let axis = 0; axis < a.low.length; axis++) {
    const [lowA, highA, lowB, highB] = [a.low[axis]!, a.high[axis]!, b.low[axis]!, b.high[axis]!];
    if (lowA < highB && lowB < highA) continue;
    if (highA % SPAN !== lowB && highB % SPAN !== lowA) return 'apart';
    touching += 1;
  }
  if (touching === 0) return 'overlap';
  return touching === 1 ? 'face' : 'corner';
}

/** Whether the boxes overlap or touch along a face: what makes their owners neighbours in a CAN. */
export function meets(a: Box, b: Box): boolean {
  const relation = relationOf(a, b);
  return relation === 'overlap' || relation === 'face';
}

/** How far the point is from the box: the sum of the gaps along the axes, the shorter way round each; 0 inside. */
export function distanceTo({ low, high }: Box, point: Point): number {
  let sum = 0;
  for (let axis = 0; axis < low.length; axis++) sum += gapTo(point[axis]!, low[axis]!, high[axis]!);
  return sum;
}

/** About how many zones of this size and shape lie between the box and the point; 0 inside. */
export function stepsTo({ low, high }: Box, point: Point): number {
  let steps = 0;
  for (let axis = 0; axis < low.length; axis++) {
    const gap = gapTo(point[axis]!, low[axis]!, high[axis]!);
    if (gap > 0) steps += Math.ceil(gap / (high[axis]! - low[axis]!));
  }
  return steps;
}

/**
 * About how many zones of this size and shape lie between two points: how many cells they are apart in a grid of such
 * cells, for cuts are at coarse places (split-point.ts).
 */
export function stepsBetween({ low, high }: Box, a: Point, b: Point): number {
  let steps = 0;
  for (let axis = 0; axis < low.length; axis++) {
    const side = high[axis]! - low[axis]!;
    const apart = Math.abs(Math.floor(a[axis]! / side) - Math.floor(b[axis]! / side));
    steps += Math.min(apart, Math.abs(Math.round(SPAN / side) - apart));
  }
  return steps;
}

/** The share of the space that the box covers, 0 < share ≤ 1; exact as far as doubles are. */
export function shareOf({ low, high }: Box): number {
  let share = 1;
  for (let axis = 0; axis < low.length; axis++) share *= (high[axis]! - low[axis]!) / SPAN;
  return share;
}

/** How many points the box has, exactly. */
export function volumeOf({ low, high }: Box): bigint {
  return low.reduce((volume, from, axis) => volume * BigInt(high[axis]! - from), 1n);
}

/** The coordinate in the middle of each side. */
export function centreOf({ low, high }: Box): Point {
  return low.map((from, axis) => Math.floor((from + high[axis]!) / 2));
}
