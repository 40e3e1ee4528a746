import { describe, expect, it } from 'vitest';
import { nearest, pointAt, turnOf } from '../../../web/console/ring/ring-geometry.ts';

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
    const items = [
      { x: 0, y: 0, name: 'a' },
      { x: 10, y: 0, name: 'b' },
    ];
    expect(nearest(items, { x: 7, y: 0 }, 5)?.name).toBe('b');
    expect(nearest(items, { x: 5, y: 40 }, 5)).toBeUndefined();
  });
});
