/** Two claims of one region: everybody sees the same one stand, and nothing is owned twice or by nobody afterwards. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contains, volumeOf } from '../../../services/can-index/core/space/box.ts';
import { type Claim, contest, remainder } from '../../../services/can-index/core/space/precedence.ts';
import { cutFor, middleCut } from '../../../services/can-index/core/space/split-point.ts';
import { inNewHands, splitZone, wholeSpace, type Zone } from '../../../services/can-index/core/space/zone.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import { doOverlap, points, tilings } from './tilings.ts';

const HALF = SPAN / 2;
const id = (digit: string): Id => digit.repeat(32) as Id;
const [A, B] = [id('a'), id('b')];
const whole = wholeSpace(2);
const [lower, upper] = splitZone(whole, { axis: 0, cut: HALF });

function claim(zone: Zone, holder: Id): Claim {
  return { zone, holder };
}

const claims = fc
  .tuple(tilings(6), fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(A, B))
  .filter(([{ axes }]) => axes === 2)
  .map(([{ leaves }, index, epoch, holder]) => claim({ ...leaves[index % leaves.length]!, epoch }, holder));

describe('of two claims', () => {
  test('that lie apart in one tree, both stand', () => {
    expect(contest(claim(lower, A), claim(upper, B))).toBe('compatible');
    expect(contest(claim(lower, A), claim(lower, A))).toBe('compatible');
  });

  test('the part stands against the whole, which keeps the rest', () => {
    const [left, right] = splitZone(upper, { axis: 1, cut: HALF });
    expect(contest(claim(inNewHands(whole), A), claim(left, B))).toBe('second-stands');
    const kept = remainder(whole, left);
    expect(kept.map(({ box }) => box)).toEqual([lower.box, right.box]);
    expect(kept.every(({ epoch }) => epoch > whole.epoch)).toBe(true);
  });

  test('of one zone the one of longer standing stands, then that of the lower id', () => {
    expect(contest(claim(lower, B), claim(inNewHands(lower), A))).toBe('first-stands');
    expect(contest(claim(lower, B), claim(lower, A))).toBe('second-stands');
    expect(remainder(lower, lower)).toEqual([]);
  });

  test('that split a region in different places, the older split stands', () => {
    const [, old] = splitZone(whole, { axis: 1, cut: HALF });
    const [, young] = splitZone(inNewHands(whole), { axis: 0, cut: HALF });
    expect(contest(claim(young, A), claim(old, B))).toBe('second-stands');
    expect(remainder(young, old)).toEqual([]);
  });

  test('the same one stands whoever is named first, and those that overlap never both', () => {
    fc.assert(
      fc.property(claims, claims, (a, b) => {
        const turned = { 'first-stands': 'second-stands', 'second-stands': 'first-stands', compatible: 'compatible' };
        expect(contest(b, a)).toBe(turned[contest(a, b)]);
        if (a.holder !== b.holder && doOverlap(a.zone.box, b.zone.box)) expect(contest(a, b)).not.toBe('compatible');
      }),
      { numRuns: 500 },
    );
  });

  test('the one that does not stand keeps what the other has not, and no more', () => {
    fc.assert(
      fc.property(claims, claims, (a, b) => {
        const outcome = contest(a, b);
        if (outcome === 'compatible') return;
        const [winner, loser] = outcome === 'first-stands' ? [a.zone, b.zone] : [b.zone, a.zone];
        const kept = remainder(loser, winner);
        for (const zone of kept) expect(doOverlap(zone.box, winner.box)).toBe(false);
        if (kept.length === 0) return;
        const volume = kept.reduce((sum, { box }) => sum + volumeOf(box), volumeOf(winner.box));
        expect(volume).toBe(volumeOf(loser.box));
      }),
      { numRuns: 500 },
    );
  });
});

describe('where a zone is cut', () => {
  test('both halves hold about as many entries, along an axis on which they vary', () => {
    const entries = Array.from({ length: 100 }, (_, i) => [HALF + (i % 3), SPAN / 4 + i * 1_000_000]);
    const cut = cutFor(whole.box, entries)!;
    expect(cut.axis).toBe(1);
    const below = entries.filter(([, y]) => y! < cut.cut).length;
    expect(below).toBeGreaterThanOrEqual(40);
    expect(below).toBeLessThanOrEqual(60);
  });

  test('of the cuts that would do, at the coarsest coordinate', () => {
    const entries = Array.from({ length: 100 }, (_, i) => [0, HALF - 48_000_000 + i * 1_000_000]);
    expect(cutFor(whole.box, entries)).toEqual({ axis: 1, cut: HALF });
  });

  test('with too few entries, or entries that no cut parts, in the middle of the longest side', () => {
    const same = Array.from({ length: 50 }, () => [7, 7]);
    expect(cutFor(upper.box, [])).toEqual({ axis: 1, cut: HALF });
    expect(cutFor(upper.box, [[1, 1]])).toEqual({ axis: 1, cut: HALF });
    expect(cutFor(whole.box, same)).toEqual({ axis: 0, cut: HALF });
    expect(middleCut({ low: [3, 4], high: [4, 5] })).toBeUndefined();
  });

  test('every cut goes through the zone, and entries outside it count for nothing', () => {
    const cases = tilings(20).chain(({ axes, leaves }) =>
      fc.tuple(fc.constantFrom(...leaves), fc.array(points(axes), { maxLength: 60 })),
    );
    fc.assert(
      fc.property(cases, ([zone, entries]) => {
        const cut = cutFor(zone.box, entries);
        if (cut === undefined) return;
        const halves = splitZone(zone, cut);
        expect(volumeOf(halves[0].box) + volumeOf(halves[1].box)).toBe(volumeOf(zone.box));
        const inside = entries.filter((point) => contains(zone.box, point));
        expect(cutFor(zone.box, inside)).toEqual(cut);
      }),
    );
  });

  test('spread entries are halved', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: SPAN - 1 }), { minLength: 32, maxLength: 64 }), (xs) => {
        const entries = xs.map((x) => [x]);
        const cut = cutFor({ low: [0], high: [SPAN] }, entries)!;
        const below = xs.filter((x) => x < cut.cut).length;
        const isClamped = cut.cut === SPAN / 16 || cut.cut === SPAN - SPAN / 16;
        if (!isClamped) expect(Math.abs(2 * below - xs.length)).toBeLessThanOrEqual(0.2 * xs.length + 2);
      }),
    );
  });
});
