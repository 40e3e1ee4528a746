import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestOnRing, pointAt, turnOf } from '../../../web/console/ring/ring-geometry.ts';

const CIRCLE = { x: 100, y: 100, radius: 50 };

describe('the drawn ring', () => {
  it('begins at the top and goes clockwise with growing keys', () => {
    const places = ['0', '4', '8', 'c'].map((first) => pointAt(CIRCLE, turnOf(first.padEnd(32, '0'))));
    const expected = [
      { x: 100, y: 50 },
      { x: 150, y: 100 },
      { x: 100, y: 150 },
      { x: 50, y: 100 },
    ];
    places.forEach(({ x, y }, i) => {
      expect(x).toBeCloseTo(expected[i]!.x, 9);
      expect(y).toBeCloseTo(expected[i]!.y, 9);
    });
  });

  it('takes keys with and without dashes', () => {
    expect(turnOf('80000000-0000-4000-8000-000000000000')).toBe(0.5);
    expect(turnOf('ffffffffffffffffffffffffffffffff')).toBeLessThan(1);
  });

  it('knows what is pointed at, if it is near enough', () => {
    const turns = [0, 0.25, 0.26, 0.5, 0.999].map((turn) => ({ turn }));
    const at = (turn: number) => nearestOnRing(turns, CIRCLE, pointAt(CIRCLE, turn), 5)?.turn;
    expect([at(0.251), at(0.2551), at(0.9999), at(0.9985), at(0.49)]).toEqual([0.25, 0.26, 0, 0.999, 0.5]);
    expect(at(0.75)).toBeUndefined();
    expect(nearestOnRing(turns, CIRCLE, { x: 100, y: 100 }, 5)).toBeUndefined();
    expect(nearestOnRing([], CIRCLE, pointAt(CIRCLE, 0), 5)).toBeUndefined();
  });

  it('finds among any number the one that is nearest, as looking at all would', () => {
    const turn = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(turn, { minLength: 1, maxLength: 200 }),
        turn,
        fc.double({ min: 0.7, max: 1.3, noNaN: true }),
        (turns, where, out) => {
          const items = turns.sort((a, b) => a - b).map((each) => ({ turn: each }));
          const to = pointAt({ ...CIRCLE, radius: CIRCLE.radius * out }, where);
          const distanceOf = ({ turn: each }: { turn: number }): number => {
            const at = pointAt(CIRCLE, each);
            return Math.hypot(at.x - to.x, at.y - to.y);
          };
          const found = nearestOnRing(items, CIRCLE, to, 1_000)!;
          expect(distanceOf(found)).toBeCloseTo(Math.min(...items.map(distanceOf)), 6);
        },
      ),
    );
  });
});
