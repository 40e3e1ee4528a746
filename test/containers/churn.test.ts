/** Phones in containers live and die by session times, are cut in two and have slow links, while a checker reads along. */
import { expect, it } from 'vitest';
import type { Scenario } from '../../services/shared/scenario/scenario.ts';
import { play } from '../scenario/play.ts';
import { ContainerStage } from '../scenario/stages/containers.ts';

const SCENARIO: Scenario = {
  name: 'short-sessions',
  about:
    'Phones stay for half a minute on average, most of them leaving without a word, and come back with their data.',
  seed: 4,
  durationMs: 45_000,
  settleMs: 300_000,
  sampleEveryMs: 2_000,
  replication: 7,
  population: {
    phones: 12,
    initial: 10,
    arrival: { fromMs: 2_000, gap: { kind: 'exponential', meanMs: 2_000 } },
    session: { kind: 'exponential', meanMs: 120_000 },
    downtime: { kind: 'exponential', meanMs: 8_000 },
    gracefulShare: 0.25,
  },
  outages: [],
  partitions: [
    {
      atMs: 25_000,
      durationMs: 8_000,
      sides: [
        [0, 1, 2, 3, 4],
        [5, 6, 7, 8, 9, 10, 11],
      ],
    },
  ],
  roaming: undefined,
  links: [
    {
      share: 1,
      link: {
        name: 'uneven',
        latencyMs: [2, 20],
        jitterMs: 2,
        loss: 0.001,
        upBitsPerSecond: undefined,
        downBitsPerSecond: undefined,
      },
    },
  ],
  workload: {
    people: 8,
    every: { kind: 'exponential', meanMs: 250 },
    mix: { post: 4, profile: 1, entry: 2, delete: 1, read: 6, lookup: 2 },
    records: 100,
  },
  assertions: [],
};

it('nothing acknowledged is lost, nothing stale is called complete, and the ring is whole in the end', async () => {
  const { seen } = await play(SCENARIO, (options) => new ContainerStage(options));
  expect(seen.defects).toEqual([]);
  expect(seen.faults).toEqual([]);
  expect(seen.departures.stops + seen.departures.crashes).toBeGreaterThan(0);
  expect(seen.joins.length).toBeGreaterThan(2);
  expect(seen.samples.some(({ astray }) => astray > 0)).toBe(true);
  for (const kind of ['read', 'write', 'lookup']) {
    expect(seen.operations.filter((note) => note.kind === kind).length, kind).toBeGreaterThan(5);
  }
  expect(seen.readBack.acknowledged).toBeGreaterThan(20);
  expect(seen.readBack).toMatchObject({ lost: 0, undead: 0 });
  expect(seen.samples.at(-1)).toMatchObject({ astray: 0, replicasMissing: 0 });
});
