/** The comings and goings that a scenario draws from its seed. */
import { expect, test } from 'vitest';
import { drawPopulation, type PopulationPlan } from '../../scenario/timeline.ts';

const CHURN: PopulationPlan = {
  seed: 5,
  phones: 200,
  durationMs: 600_000,
  arrivalGap: { kind: 'exponential', meanMs: 100 },
  session: { kind: 'exponential', meanMs: 84_000 },
  downtime: { kind: 'exponential', meanMs: 42_000 },
  gracefulPart: 0.25,
};

test('the same plan gives the same events, another seed others', () => {
  expect(drawPopulation(CHURN)).toEqual(drawPopulation(CHURN));
  expect(drawPopulation({ ...CHURN, seed: 6 })).not.toEqual(drawPopulation(CHURN));
});

test('every phone joins once, then goes and returns by turns, within the duration', () => {
  const events = drawPopulation(CHURN);
  expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).sort((a, b) => a - b));
  expect(events.at(-1)!.atMs).toBeLessThan(CHURN.durationMs);
  for (let phone = 0; phone < CHURN.phones; phone++) {
    const deeds = events.filter((event) => event.phone === phone).map(({ deed }) => deed);
    deeds.forEach((deed, i) => {
      if (i % 2 === 1) expect(['stop', 'crash']).toContain(deed);
      else expect(deed).toBe(i === 0 ? 'join' : 'return');
    });
    expect(deeds.length).toBeGreaterThan(0);
  }
});

test('the graceful part of the departures is the one asked for', () => {
  const events = drawPopulation(CHURN);
  const stops = events.filter(({ deed }) => deed === 'stop').length;
  const crashes = events.filter(({ deed }) => deed === 'crash').length;
  expect(stops / (stops + crashes)).toBeGreaterThan(0.2);
  expect(stops / (stops + crashes)).toBeLessThan(0.3);
});

test('more phones move nothing of those that were there', () => {
  const few = drawPopulation(CHURN);
  const more = drawPopulation({ ...CHURN, phones: 300 }).filter(({ phone }) => phone < CHURN.phones);
  expect(more).toEqual(few);
});

test('a longer run begins as the shorter one', () => {
  const halfMs = CHURN.durationMs / 2;
  const begun = drawPopulation(CHURN).filter(({ atMs }) => atMs < halfMs);
  expect(begun).toEqual(drawPopulation({ ...CHURN, durationMs: halfMs }));
});

test('without sessions whoever came stays', () => {
  const { seed, phones, durationMs } = CHURN;
  const events = drawPopulation({ seed, phones, durationMs, gracefulPart: 0 });
  expect(events).toEqual(Array.from({ length: phones }, (_, phone) => ({ atMs: 0, phone, deed: 'join' })));
});

test('sessions too short to be counted are refused', () => {
  const moment = { kind: 'exponential', meanMs: 0.01 } as const;
  expect(() => drawPopulation({ ...CHURN, session: moment, downtime: moment })).toThrow(RangeError);
});
