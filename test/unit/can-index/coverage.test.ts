/** Whether zones leave a hole, and in which order an exact search takes phones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frontier } from '../../../services/can-index/core/search/frontier.ts';
import { type Box, contains, wholeBox } from '../../../services/can-index/core/space/box.ts';
import { isCovered } from '../../../services/can-index/core/space/coverage.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';

const always = (): boolean => true;

/** So many boxes that cut the space up, as the zones of a CAN do. */
function tiling(axes: number, count: number, random: SeededRandom): Box[] {
  const boxes = [wholeBox(axes)];
  while (boxes.length < count) {
    const [{ low, high }] = boxes.splice(random.below(boxes.length), 1) as [Box];
    const axis = random.below(axes);
    const at = Math.floor(low[axis]! + (high[axis]! - low[axis]!) * (0.3 + 0.4 * random.next()));
    boxes.push({ low, high: high.with(axis, at) }, { low: low.with(axis, at), high });
  }
  return boxes;
}

const cases = fc.record({
  axes: fc.integer({ min: 1, max: 8 }),
  count: fc.integer({ min: 1, max: 60 }),
  seed: fc.nat(),
});

describe('boxes', () => {
  it('that tile the space cover it, whatever their order, and without one of them they do not', () => {
    fc.assert(
      fc.property(cases, ({ axes, count, seed }) => {
        const random = new SeededRandom(seed);
        const boxes = random.shuffle(tiling(axes, count, random));
        expect(isCovered(wholeBox(axes), boxes, always)).toBe(true);
        const hole = boxes.pop()!;
        expect(isCovered(wholeBox(axes), boxes, always)).toBe(false);
        // Nothing else is missing: a hole that does not matter is none.
        const touchesHole = (part: Box): boolean =>
          !hole.low.every((low, axis) => low <= part.low[axis]! && part.high[axis]! <= hole.high[axis]!);
        expect(isCovered(wholeBox(axes), boxes, touchesHole)).toBe(true);
      }),
    );
  });

  it('that overlap cover what one of them has', () => {
    fc.assert(
      fc.property(cases, ({ axes, count, seed }) => {
        const random = new SeededRandom(seed);
        const some = [tiling(axes, count, random), tiling(axes, count, random)].map((boxes) =>
          boxes.filter(() => random.next() < 0.7),
        );
        const boxes = some.flat();
        const isBare = (point: readonly number[]): boolean => boxes.every((box) => !contains(box, point));
        const points = Array.from({ length: 200 }, () => Array.from({ length: axes }, () => random.below(SPAN)));
        if (isCovered(wholeBox(axes), boxes, always)) expect(points.some(isBare)).toBe(false);
        if (some.some((part) => part.length === count)) {
          expect(isCovered(wholeBox(axes), boxes, always)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the frontier of an exact search', () => {
  const phone = (n: number): Contact => ({ id: n.toString(16).padStart(32, '0') as Id, address: '10.0.0.1:7400' });

  it('gives each phone once, the nearest first, by the shortest distance it was told of', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(1_000))), (told) => {
        const frontier = new Frontier();
        const shortest = new Map<number, number>();
        for (const [n, distance] of told) {
          frontier.add({ contact: phone(n), distance });
          shortest.set(n, Math.min(distance, shortest.get(n) ?? distance));
        }
        const taken: number[] = [];
        for (let next = frontier.take(Number.POSITIVE_INFINITY); next; next = frontier.take(Number.POSITIVE_INFINITY))
          taken.push(Number.parseInt(next.id, 16));
        expect(new Set(taken)).toEqual(new Set(shortest.keys()));
        expect(taken).toHaveLength(shortest.size);
        const distances = taken.map((n) => shortest.get(n)!);
        expect(distances).toEqual(distances.toSorted((a, b) => a - b));
      }),
    );
  });

  it('gives nobody who is too far, nor who was taken or left out', () => {
    const frontier = new Frontier();
    frontier.exclude(phone(1).id);
    for (const n of [1, 2, 3]) frontier.add({ contact: phone(n), distance: n });
    expect(frontier.take(2)).toBeUndefined();
    expect(frontier.take(3)).toEqual(phone(2));
    frontier.add({ contact: phone(2), distance: 0 });
    expect(frontier.take(3)).toBeUndefined();
    expect(frontier.take(4)).toEqual(phone(3));
  });
});
