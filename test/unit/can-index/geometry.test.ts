/** The geometry of the CAN: boxes on the torus, and zones as leaves of one tree of splits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Box,
  contains,
  distanceTo,
  meets,
  relationOf,
  shareOf,
  stepsTo,
  volumeOf,
  wholeBox,
} from '../../../services/can-index/core/space/box.ts';
import { gapTo, isPoint, pointOf } from '../../../services/can-index/core/space/space.ts';
import { holesBetween } from '../../../services/can-index/core/space/split-tree.ts';
import {
  areSiblings,
  MAX_DEPTH,
  mergeZones,
  type Split,
  splitZone,
  wholeSpace,
  type Zone,
  zoneAt,
} from '../../../services/can-index/core/space/zone.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import { doOverlap, points, tilesExactly, tilings, tilingsWithPoint } from './tilings.ts';

const HALF = SPAN / 2;

function box(...sides: readonly (readonly [number, number])[]): Box {
  return { low: sides.map(([low]) => low), high: sides.map(([, high]) => high) };
}

/** The shorter way round between two coordinates. */
function between(x: number, y: number): number {
  const gap = Math.abs(x - y);
  return Math.min(gap, SPAN - gap);
}

describe('points', () => {
  test.each([
    [[0, SPAN - 1], 2, true],
    [[0, SPAN], 2, false],
    [[-1, 0], 2, false],
    [[0.5, 0], 2, false],
    [[Number.NaN, 0], 2, false],
    [[0], 2, false],
  ])('%j with %i axes: %s', (value, axes, valid) => expect(isPoint(value, axes)).toBe(valid));

  test('of the unit torus are whole and wrap around', () => {
    expect(pointOf([0, 0.5, 1, -0.25, 1 - 2 ** -53])).toEqual([0, HALF, 0, 0.75 * SPAN, SPAN - 1]);
  });
});

describe('boxes', () => {
  test('the gap to an interval is that to its nearest coordinate, the shorter way round', () => {
    expect(gapTo(5, 5, 9)).toBe(0);
    expect(gapTo(9, 5, 9)).toBe(1);
    expect(gapTo(4, 5, 9)).toBe(1);
    expect(gapTo(SPAN - 1, 0, 9)).toBe(1);
    expect(gapTo(0, HALF, SPAN)).toBe(1);
    expect(gapTo(0, 10, SPAN - 100)).toBe(10);
  });

  test('the distance is that to the nearest point of the box', () => {
    const sides = fc.array(fc.tuple(fc.nat({ max: SPAN - 1 }), fc.nat({ max: SPAN - 1 })), {
      minLength: 1,
      maxLength: 5,
    });
    const boxes = sides.map((ends) => box(...ends.map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const)));
    fc.assert(
      fc.property(
        boxes.chain((one) => fc.tuple(fc.constant(one), points(one.low.length))),
        ([one, point]) => {
          const nearest = point.map((x, axis) => {
            const ends = [one.low[axis]!, one.high[axis]! - 1];
            if (x >= ends[0]! && x <= ends[1]!) return x;
            return between(x, ends[0]!) <= between(x, ends[1]!) ? ends[0]! : ends[1]!;
          });
          expect(contains(one, nearest)).toBe(true);
          expect(distanceTo(one, point)).toBe(point.reduce((sum, x, axis) => sum + between(x, nearest[axis]!), 0));
          expect(distanceTo(one, point) === 0).toBe(contains(one, point));
          expect(stepsTo(one, point) === 0).toBe(contains(one, point));
        },
      ),
    );
  });

  test.each<[string, Box, Box, ReturnType<typeof relationOf>]>([
    ['the same', box([0, 8], [0, 8]), box([0, 8], [0, 8]), 'overlap'],
    ['side by side', box([0, 8], [0, 8]), box([8, 16], [4, 12]), 'face'],
    ['at a corner', box([0, 8], [0, 8]), box([8, 16], [8, 16]), 'corner'],
    ['one apart', box([0, 8], [0, 8]), box([9, 16], [0, 8]), 'apart'],
    ['across the end of an axis', box([0, 8], [0, 8]), box([HALF, SPAN], [0, 8]), 'face'],
    ['at a corner across the ends', box([0, 8], [0, 8]), box([HALF, SPAN], [HALF, SPAN]), 'corner'],
    ['the halves of an axis', box([0, HALF], [0, 8]), box([HALF, SPAN], [4, 9]), 'face'],
    ['spanning an axis', box([0, 8], [0, SPAN]), box([8, 9], [5, 6]), 'face'],
  ])('%s', (_, a, b, relation) => {
    expect(relationOf(a, b)).toBe(relation);
    expect(relationOf(b, a)).toBe(relation);
  });

  test('share and volume of the whole', () => {
    expect(shareOf(wholeBox(8))).toBe(1);
    expect(volumeOf(wholeBox(3))).toBe(2n ** 96n);
    expect(shareOf(box([0, 3], [0, SPAN / 4]))).toBe((3 / SPAN) * 0.25);
  });
});

describe('zones', () => {
  test('the leaves of any tree of splits tile the space exactly', () => {
    fc.assert(fc.property(tilings(), (tiling) => tilesExactly(tiling)));
  });

  test('every point is in exactly one leaf, and its box follows from its path', () => {
    fc.assert(
      fc.property(tilingsWithPoint(), ([{ axes, leaves }, point]) => {
        expect(leaves.filter(({ box }) => contains(box, point))).toHaveLength(1);
        for (const { path, epoch, box } of leaves) {
          expect(zoneAt(path, epoch, axes)).toEqual({ ok: true, value: { path, epoch, box } });
        }
      }),
    );
  });

  test('merging siblings gives the space back, down to the whole', () => {
    fc.assert(
      fc.property(tilings(), ({ axes, leaves }) => {
        let zones = [...leaves];
        while (zones.length > 1) {
          // Of the deepest leaves the sibling is a leaf, too.
          const deepest = zones.reduce((best, zone) => (zone.path.length > best.path.length ? zone : best));
          const sibling = zones.find((zone) => areSiblings(zone, deepest))!;
          const merged = mergeZones(sibling, deepest);
          expect(volumeOf(merged.box)).toBe(volumeOf(sibling.box) + volumeOf(deepest.box));
          zones = [...zones.filter((zone) => zone !== sibling && zone !== deepest), merged];
        }
        expect(zones[0]!.path).toEqual([]);
        expect(zones[0]!.box).toEqual(wholeBox(axes));
      }),
    );
  });

  test('a region has a higher epoch after each merge', () => {
    let zone = wholeSpace(2);
    for (let turn = 0; turn < 5; turn++) {
      const merged = mergeZones(...splitZone(zone, { axis: turn % 2, cut: HALF }));
      expect(merged.epoch).toBeGreaterThan(zone.epoch);
      zone = merged;
    }
  });

  test('two leaves are neighbours just when one step over a face leads from one into the other', () => {
    fc.assert(
      fc.property(tilings(12), ({ leaves }) => {
        for (const a of leaves) {
          for (const b of leaves) {
            if (a === b) continue;
            expect(relationOf(a.box, b.box) === 'face').toBe(doTouchFaces(a.box, b.box));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('outside its owner’s zone a point is always nearer to one of the neighbours: greedy routing cannot get stuck', () => {
    fc.assert(
      fc.property(tilingsWithPoint(), ([{ leaves }, point]) => {
        for (const zone of leaves) {
          if (contains(zone.box, point)) continue;
          const nearer = leaves.filter(
            (other) =>
              relationOf(zone.box, other.box) === 'face' && distanceTo(other.box, point) < distanceTo(zone.box, point),
          );
          expect(nearer.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Widened by one coordinate along some axis, on the torus, a overlaps b, though as it is it does not. */
function doTouchFaces(a: Box, b: Box): boolean {
  if (doOverlap(a, b)) return false;
  return a.low.some((_, axis) =>
    [-1, 1].some((direction) => {
      const from = direction < 0 ? a.low[axis]! - 1 : a.high[axis]!;
      const layer = ((from % SPAN) + SPAN) % SPAN;
      return doOverlap({ low: a.low.with(axis, layer), high: a.high.with(axis, layer + 1) }, b);
    }),
  );
}

describe('zones from elsewhere', () => {
  const split = (axis: number, cut: number, upper = false, epoch = 0): Split => ({ axis, cut, upper, epoch });

  test.each<[string, Split[], number, number, string]>([
    ['no axis', [], 0, 0, 'bad-axes'],
    ['too many axes', [], 0, 17, 'bad-axes'],
    ['an axis there is not', [split(2, 5)], 0, 2, 'bad-split'],
    ['a fraction of an axis', [split(0.5, 5)], 0, 2, 'bad-split'],
    ['a cut at the edge', [split(0, 0)], 0, 2, 'bad-split'],
    ['a cut beyond what is left', [split(0, 8), split(0, 8)], 0, 2, 'bad-split'],
    ['a cut that is no number', [split(0, Number.NaN)], 0, 2, 'bad-split'],
    ['a negative epoch', [split(0, 8)], -1, 2, 'bad-epoch'],
    ['an endless epoch of a split', [split(0, 8, true, Infinity)], 0, 2, 'bad-epoch'],
    [
      'a path without end',
      Array.from({ length: MAX_DEPTH + 1 }, (_, i) => split(i % 8, SPAN - 1 - i)),
      0,
      8,
      'too-deep',
    ],
  ])('with %s are refused', (_, path, epoch, axes, fault) => {
    expect(zoneAt(path, epoch, axes)).toEqual({ ok: false, fault });
  });

  test('only siblings merge, and only a cut through a zone splits it', () => {
    const [lower, upper] = splitZone(wholeSpace(2), { axis: 0, cut: HALF });
    const [left, right] = splitZone(lower, { axis: 1, cut: HALF });
    for (const [a, b] of [
      [lower, right],
      [left, upper],
      [left, left],
    ] as const) {
      expect(() => mergeZones(a, b)).toThrow('only siblings');
    }
    expect(() => splitZone(upper, { axis: 0, cut: HALF })).toThrow('no cut');
  });
});

describe('the tree that zones make', () => {
  test('has no holes when all leaves are there, and exactly the missing ones otherwise', () => {
    fc.assert(
      fc.property(tilings(), fc.array(fc.boolean(), { minLength: 41, maxLength: 41 }), ({ axes, leaves }, keeps) => {
        expect(holesBetween(leaves, axes)).toEqual([]);
        const kept = leaves.filter((_, i) => keeps[i]);
        const holes = holesBetween(kept, axes);
        expect(tilesExactly({ axes, leaves: [...kept, ...holes] })).toBe(true);
      }),
    );
  });

  test('around a box, only holes that touch it are told', () => {
    fc.assert(
      fc.property(tilings(), ({ axes, leaves }) => {
        const [first, ...others] = leaves as [Zone, ...Zone[]];
        const missing = others.filter((_, i) => i % 3 === 0);
        const present = leaves.filter((zone) => !missing.includes(zone));
        for (const hole of holesBetween(present, axes, { around: [first.box] })) {
          expect(relationOf(hole.box, first.box)).toBe('face');
        }
        const touched = missing.filter(({ box }) => relationOf(box, first.box) === 'face');
        const found = holesBetween(present, axes, { around: [first.box] });
        for (const { box } of touched) expect(found.some((hole) => doOverlap(hole.box, box))).toBe(true);
      }),
    );
  });

  test('holes are told apart along the edges of hints, which are asked for once, and not without a hole', () => {
    fc.assert(
      fc.property(tilings(), fc.array(fc.boolean(), { minLength: 41, maxLength: 41 }), ({ axes, leaves }, keeps) => {
        const kept = leaves.filter((_, i) => keeps[i]);
        const missing = leaves.filter((_, i) => !keeps[i]);
        let asked = 0;
        const hints = (): readonly Zone[] => {
          asked += 1;
          return leaves;
        };
        const paths = (zones: readonly Zone[]): string[] => zones.map(({ path }) => JSON.stringify(path)).sort();
        expect(paths(holesBetween(kept, axes, { hints }))).toEqual(paths(missing));
        expect(asked).toBe(missing.length === 0 ? 0 : 1);
      }),
    );
  });

  test('around several boxes, each hole that touches one of them is told once', () => {
    fc.assert(
      fc.property(tilings(), ({ axes, leaves }) => {
        const boxes = leaves.slice(0, 2).map(({ box }) => box);
        const missing = leaves.slice(2).filter((_, i) => i % 2 === 0);
        const present = leaves.filter((zone) => !missing.includes(zone));
        const found = holesBetween(present, axes, { around: boxes, hints: () => missing });
        const touched = missing.filter(({ box }) => boxes.some((other) => meets(other, box)));
        expect(found.map(({ path }) => path)).toEqual(touched.map(({ path }) => path));
      }),
    );
  });

  test('of a phone alone is the whole space, and without any phone one hole', () => {
    expect(holesBetween([wholeSpace(3)], 3)).toEqual([]);
    expect(holesBetween([], 3)).toEqual([wholeSpace(3)]);
  });
});
