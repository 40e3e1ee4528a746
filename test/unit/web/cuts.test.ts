/** The map of the space of meanings: every zone has its place, and none lies on another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapOf, placeOf, type Rectangle, type WeightedBox, zoneAt, zonesOf } from '../../../web/console/can/cuts.ts';

const AXES = 8;
const WHOLE = { low: Array<number>(AXES).fill(0), high: Array<number>(AXES).fill(1) };

interface Cutting {
  readonly which: number;
  readonly axis: number;
  readonly part: number;
}

/** Zones as they come about: one box, cut again and again. */
function zonesBy(cuttings: readonly Cutting[]): WeightedBox[] {
  let boxes = [{ ...WHOLE, weight: 1 }];
  for (const { which, axis, part } of cuttings) {
    const box = boxes[which % boxes.length]!;
    const at = box.low[axis]! + part * (box.high[axis]! - box.low[axis]!);
    const below = { ...box, high: box.high.with(axis, at), weight: 1 + which };
    boxes = [...boxes.filter((other) => other !== box), below, { ...box, low: box.low.with(axis, at), weight: 2 }];
  }
  return boxes;
}

const cuttings = fc.array(
  fc.record({
    which: fc.nat(40),
    axis: fc.nat(AXES - 1),
    part: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  }),
  { maxLength: 40 },
);

const area = ({ width, height }: Rectangle): number => width * height;

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

describe('the map', () => {
  it('gives every zone a rectangle by its weight, fills the whole and lays none on another', () => {
    fc.assert(
      fc.property(cuttings, (made) => {
        const zones = zonesBy(made);
        const drawn = zonesOf(mapOf(zones)!);
        expect(new Set(drawn.map(({ zone }) => zone))).toEqual(new Set(zones));
        const weight = zones.reduce((sum, zone) => sum + zone.weight, 0);
        for (const { zone, at } of drawn) expect(area(at)).toBeCloseTo(zone.weight / weight, 9);
        drawn.forEach((one, i) => {
          for (const other of drawn.slice(i + 1)) expect(overlap(one.at, other.at)).toBeCloseTo(0, 9);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('puts each point into the rectangle of the zone that owns it', () => {
    const point = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: AXES, maxLength: AXES });
    fc.assert(
      fc.property(cuttings, point, (made, at) => {
        const map = mapOf(zonesBy(made))!;
        const owner = zonesOf(map).find(({ zone }) =>
          at.every((coordinate, axis) => coordinate >= zone.low[axis]! && coordinate < zone.high[axis]!),
        )!;
        const place = placeOf(map, at)!;
        expect(place.x).toBeGreaterThanOrEqual(owner.at.x - 1e-9);
        expect(place.x).toBeLessThanOrEqual(owner.at.x + owner.at.width + 1e-9);
        expect(place.y).toBeGreaterThanOrEqual(owner.at.y - 1e-9);
        expect(place.y).toBeLessThanOrEqual(owner.at.y + owner.at.height + 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it('finds the zone under each point of the map', () => {
    const part = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(cuttings, part, part, (made, x, y) => {
        const map = mapOf(zonesBy(made))!;
        const under = zonesOf(map).find(
          ({ at }) => x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height,
        );
        expect(zoneAt(map, x, y)).toBe(under?.zone);
      }),
    );
    expect(zoneAt(mapOf(zonesBy([]))!, 1, 0.5)).toBeUndefined();
  });

  it('takes hundreds of zones apart along the cuts that made them', () => {
    const made = Array.from({ length: 500 }, (_, i) => ({ which: 7 * i, axis: i % AXES, part: 0.5 }));
    const drawn = zonesOf(mapOf(zonesBy(made))!);
    expect(drawn).toHaveLength(501);
    expect(drawn.reduce((sum, { at }) => sum + area(at), 0)).toBeCloseTo(1, 9);
  });

  it('draws zones that overlap for a moment beside each other', () => {
    const zones = [
      { ...WHOLE, weight: 1 },
      { ...WHOLE, high: WHOLE.high.with(0, 0.5), weight: 1 },
      { ...WHOLE, low: WHOLE.low.with(0, 0.25), weight: 2 },
    ];
    const drawn = zonesOf(mapOf(zones)!);
    expect(drawn.map(({ at }) => Math.round(100 * area(at)))).toEqual([25, 25, 50]);
    expect(placeOf(mapOf(zones)!, WHOLE.low)).toBeDefined();
  });

  it('is not there without zones', () => {
    expect(mapOf([])).toBeUndefined();
  });

  it('has no place for a point that nobody owns', () => {
    const half = { ...WHOLE, high: WHOLE.high.with(3, 0.5), weight: 1 };
    expect(placeOf(mapOf([half])!, WHOLE.low.with(3, 0.75))).toBeUndefined();
  });
});
