/** The comings and goings that a scenario draws from its seed. */
import { describe, expect, test } from 'vitest';
import { isUpAfter, type PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import type { Population } from '../../../services/shared/scenario/scenario.ts';
import { drawPopulation, type PopulationPlan } from '../../../services/shared/scenario/timeline.ts';

const CHURN: PopulationPlan = {
  seed: 5,
  durationMs: 600_000,
  population: {
    phones: 200,
    initial: 0,
    arrival: { fromMs: 0, gap: { kind: 'exponential', meanMs: 100 } },
    session: { kind: 'exponential', meanMs: 84_000 },
    downtime: { kind: 'exponential', meanMs: 42_000 },
    gracefulShare: 0.25,
  },
  outages: [],
  roaming: undefined,
};
const STAYING: Partial<Population> = { arrival: undefined, session: undefined, downtime: undefined };

function withPopulation(changes: Partial<Population>, plan: Partial<PopulationPlan> = {}): PopulationPlan {
  return { ...CHURN, ...plan, population: { ...CHURN.population, ...changes } };
}

function lifeOf(events: readonly PopulationEvent[], phone: number): readonly PopulationEvent[] {
  return events.filter((event) => event.phone === phone);
}

test('the same plan gives the same events, another seed others', () => {
  expect(drawPopulation(CHURN)).toEqual(drawPopulation(CHURN));
  expect(drawPopulation({ ...CHURN, seed: 6 })).not.toEqual(drawPopulation(CHURN));
});

test('every phone joins once, then goes and returns by turns, within the duration', () => {
  const events = drawPopulation(CHURN);
  expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).sort((a, b) => a - b));
  expect(events.at(-1)!.atMs).toBeLessThan(CHURN.durationMs);
  for (let phone = 0; phone < CHURN.population.phones; phone++) {
    const deeds = lifeOf(events, phone).map(({ deed }) => deed);
    deeds.forEach((deed, i) => {
      if (i % 2 === 1) expect(['stop', 'crash']).toContain(deed);
      else expect(deed).toBe(i === 0 ? 'join' : 'return');
    });
    expect(deeds.length).toBeGreaterThan(0);
  }
});

test('the graceful share of the departures is the one asked for', () => {
  const events = drawPopulation(CHURN);
  const stops = events.filter(({ deed }) => deed === 'stop').length;
  const crashes = events.filter(({ deed }) => deed === 'crash').length;
  expect(stops / (stops + crashes)).toBeGreaterThan(0.2);
  expect(stops / (stops + crashes)).toBeLessThan(0.3);
});

test('more phones move nothing of those that were there', () => {
  const few = drawPopulation(CHURN);
  const more = drawPopulation(withPopulation({ phones: 300 })).filter(({ phone }) => phone < CHURN.population.phones);
  expect(more).toEqual(few);
});

test('a longer run begins as the shorter one', () => {
  const halfMs = CHURN.durationMs / 2;
  const begun = drawPopulation(CHURN).filter(({ atMs }) => atMs < halfMs);
  expect(begun).toEqual(drawPopulation({ ...CHURN, durationMs: halfMs }));
});

test('without sessions whoever came stays, and who was there never joins', () => {
  const events = drawPopulation(withPopulation({ ...STAYING, initial: 150 }));
  expect(events).toEqual(Array.from({ length: 50 }, (_, i) => ({ atMs: 0, phone: 150 + i, deed: 'join' })));
});

test('others arrive from a time on', () => {
  const arrival = { fromMs: 60_000, gap: { kind: 'exponential', meanMs: 100 } } as const;
  const events = drawPopulation(withPopulation({ ...STAYING, initial: 100, arrival }));
  expect(events.map(({ phone }) => phone)).toEqual(Array.from({ length: 100 }, (_, i) => 100 + i));
  expect(events[0]!.atMs).toBeGreaterThan(60_000);
  expect(events.at(-1)!.atMs).toBeLessThan(75_000);
});

test('sessions too short to be counted are refused', () => {
  const moment = { kind: 'exponential', meanMs: 0.01 } as const;
  expect(() => drawPopulation(withPopulation({ session: moment, downtime: moment }))).toThrow(RangeError);
});

describe('outages', () => {
  const half = { atMs: 120_000, deed: 'crash', whom: { share: 0.5 }, returnAfterMs: 60_000 } as const;

  test('a share goes at once and comes back together', () => {
    const events = drawPopulation(withPopulation({ ...STAYING, initial: 200 }, { outages: [half] }));
    const [crashes, returns] = [events.filter(({ atMs }) => atMs === 120_000), events.slice(100)];
    expect(crashes.map(({ deed }) => deed)).toEqual(Array.from({ length: 100 }, () => 'crash'));
    expect(returns.map(({ deed, atMs }) => `${deed} ${atMs}`)).toEqual(
      Array.from({ length: 100 }, () => 'return 180000'),
    );
    expect(new Set(returns.map(({ phone }) => phone))).toEqual(new Set(crashes.map(({ phone }) => phone)));
  });

  test('whoever is named goes, and for good unless it says otherwise', () => {
    const outage = { ...half, deed: 'stop', whom: { phones: [3, 7] }, returnAfterMs: undefined } as const;
    const events = drawPopulation(withPopulation({ ...STAYING, initial: 200 }, { outages: [outage] }));
    expect(events).toEqual([3, 7].map((phone) => ({ atMs: 120_000, phone, deed: 'stop' })));
  });

  test('in the middle of churn every life still goes up and down by turns', () => {
    const outages = [half, { ...half, atMs: 150_000 }];
    const events = drawPopulation({ ...CHURN, outages });
    for (let phone = 0; phone < CHURN.population.phones; phone++) {
      const ups = lifeOf(events, phone).map(({ deed }) => isUpAfter(deed));
      expect(ups).toEqual(ups.map((_, i) => i % 2 === 0));
    }
    expect(events).not.toEqual(drawPopulation(CHURN));
  });
});

describe('roaming', () => {
  const roaming = {
    every: { kind: 'exponential', meanMs: 60_000 },
    gone: { kind: 'exponential', meanMs: 5_000 },
  } as const;

  test('phones vanish and reappear by turns while they are up', () => {
    const events = drawPopulation({ ...CHURN, roaming });
    let moves = 0;
    for (let phone = 0; phone < CHURN.population.phones; phone++) {
      const deeds = lifeOf(events, phone).map(({ deed }) => deed);
      moves += deeds.filter((deed) => deed === 'vanish').length;
      deeds.forEach((deed, i) => {
        expect(isUpAfter(deed)).toBe(i % 2 === 0);
        if (deed === 'reappear') expect(deeds[i - 1]).toBe('vanish');
      });
    }
    expect(moves).toBeGreaterThan(100);
  });

  test('moves nothing of who comes and goes', () => {
    const stationary = drawPopulation({ ...CHURN, roaming }).filter(
      ({ deed }) => deed !== 'vanish' && deed !== 'reappear',
    );
    expect(stationary).toEqual(drawPopulation(CHURN));
  });
});
