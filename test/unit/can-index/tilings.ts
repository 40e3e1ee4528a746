/** Trees of splits for properties: any sequence of cuts, none of them in a special place. */
import fc from 'fast-check';
import { type Box, volumeOf } from '../../../services/can-index/core/space/box.ts';
import type { Point } from '../../../services/can-index/core/space/space.ts';
import { splitZone, wholeSpace, type Zone } from '../../../services/can-index/core/space/zone.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';

export interface Tiling {
  readonly axes: number;
  readonly leaves: readonly Zone[];
}

interface Step {
  readonly leaf: number;
  readonly axis: number;
  readonly share: number;
}

/** Splits of the leaf, the axis and the place that each step names, as far as there is room. */
function tilingOf(axes: number, steps: readonly Step[]): Tiling {
  const leaves = [wholeSpace(axes)];
  for (const { leaf, axis, share } of steps) {
    const index = leaf % leaves.length;
    const zone = leaves[index]!;
    const [low, high] = [zone.box.low[axis % axes]!, zone.box.high[axis % axes]!];
    if (high - low < 2) continue;
    const cut = low + 1 + Math.min(Math.floor(share * (high - low - 1)), high - low - 2);
    leaves.splice(index, 1, ...splitZone(zone, { axis: axis % axes, cut }));
  }
  return { axes, leaves };
}

export function tilings(most = 40): fc.Arbitrary<Tiling> {
  const step = fc.record({
    leaf: fc.nat({ max: 1000 }),
    axis: fc.nat({ max: 15 }),
    share: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  });
  return fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: most }))
    .map(([axes, steps]) => tilingOf(axes, steps));
}

export function points(axes: number): fc.Arbitrary<Point> {
  const coordinate = fc.oneof(fc.constantFrom(0, 1, SPAN / 2 - 1, SPAN / 2, SPAN - 1), fc.nat({ max: SPAN - 1 }));
  return fc.array(coordinate, { minLength: axes, maxLength: axes });
}

/** A tiling and a point of its space. */
export function tilingsWithPoint(): fc.Arbitrary<readonly [Tiling, Point]> {
  return tilings().chain((tiling) => fc.tuple(fc.constant(tiling), points(tiling.axes)));
}

export function doOverlap(a: Box, b: Box): boolean {
  return a.low.every((low, axis) => low < b.high[axis]! && b.low[axis]! < a.high[axis]!);
}

/** No two zones overlap, and their volumes add up to that of the whole space. */
export function tilesExactly({ axes, leaves }: Tiling): boolean {
  const volume = leaves.reduce((sum, { box }) => sum + volumeOf(box), 0n);
  if (volume !== BigInt(SPAN) ** BigInt(axes)) return false;
  return leaves.every((a, i) => leaves.slice(i + 1).every((b) => !doOverlap(a.box, b.box)));
}
