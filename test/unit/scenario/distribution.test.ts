/** Durations and distributions of scenario files. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { type Distribution, drawMs, quantileMs } from '../../../services/shared/scenario/distribution.ts';
import { parseDurationMs } from '../../../services/shared/scenario/duration.ts';

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.4min', 84_000],
    ['2h', 7_200_000],
    ['0s', 0],
  ])('%s', (text, ms) => expect(parseDurationMs(text)).toBeCloseTo(ms, 6));

  test.each(['', '90', '-1s', '1 s', '1m', '1e3s', '.5s', '721h', 's'])('%j is none', (text) =>
    expect(parseDurationMs(text)).toBeUndefined(),
  );
});

describe('distributions', () => {
  const all: (Distribution & { readonly meanMs: number })[] = [
    { kind: 'exponential', meanMs: 84_000 },
    { kind: 'weibull', meanMs: 84_000, shape: 0.6 },
    { kind: 'weibull', meanMs: 84_000, shape: 2 },
    { kind: 'pareto', meanMs: 84_000, shape: 3 },
  ];

  test.each(all)('the mean of $kind, shape $shape, is the one asked for', (distribution) => {
    const random = new SeededRandom(1);
    const draws = 200_000;
    let sum = 0;
    for (let i = 0; i < draws; i++) sum += drawMs(distribution, random);
    expect(Math.abs(sum / draws / distribution.meanMs - 1)).toBeLessThan(0.02);
  });

  test('known quantiles', () => {
    expect(quantileMs({ kind: 'exponential', meanMs: 1000 }, 0.5)).toBeCloseTo(1000 * Math.LN2, 6);
    expect(quantileMs({ kind: 'weibull', meanMs: 1000, shape: 1 }, 0.9)).toBeCloseTo(1000 * Math.LN10, 6);
    // Gamma(3) = 2.
    expect(quantileMs({ kind: 'weibull', meanMs: 2000, shape: 0.5 }, 1 - Math.exp(-2))).toBeCloseTo(4000, 6);
    expect(quantileMs({ kind: 'pareto', meanMs: 2000, shape: 2 }, 0.75)).toBeCloseTo(2000, 6);
  });

  test('a trace gives its own times, each as often as any other', () => {
    const trace: Distribution = { kind: 'trace', timesMs: [1000, 1000, 5000, 60_000] };
    expect([0, 0.24, 0.5, 0.74, 0.75, 0.99].map((p) => quantileMs(trace, p))).toEqual([
      1000, 1000, 5000, 5000, 60_000, 60_000,
    ]);
    expect(() => quantileMs({ kind: 'trace', timesMs: [] }, 0.5)).toThrow(RangeError);
  });

  test('the same seed draws the same times', () => {
    const draw = () => drawMs({ kind: 'pareto', meanMs: 1, shape: 1.5 }, new SeededRandom(7));
    expect(draw()).toBe(draw());
  });

  test('no mean, no shape: an error', () => {
    expect(() => quantileMs({ kind: 'exponential', meanMs: 0 }, 0.5)).toThrow(RangeError);
    expect(() => quantileMs({ kind: 'weibull', meanMs: 1, shape: 0 }, 0.5)).toThrow(RangeError);
    expect(() => quantileMs({ kind: 'pareto', meanMs: 1, shape: 1 }, 0.5)).toThrow(RangeError);
  });
});
