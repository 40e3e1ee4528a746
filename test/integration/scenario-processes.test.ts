/** A scenario on real phones: they come, leave, crash, move, are cut off and slow, and the checker reads along. */
import { afterEach, expect, test } from 'vitest';
import type { Scenario } from '../../services/shared/scenario/scenario.ts';
import { play } from '../scenario/play.ts';
import { ProcessStage } from '../scenario/stages/processes.ts';
import { phonesStartedBy } from '../unit/testnet/processes.ts';
import { eventually } from './eventually.ts';

/** Out for so long, and cut for so long, that a busy machine notices, and takes samples meanwhile. */
const OUT_MS = 8_000;
const CUT_AT_MS = 13_000;
const CUT_MS = 11_000;

const SCENARIO: Scenario = {
  name: 'short-life',
  about: 'Everything that can befall seven phones, in half a minute.',
  seed: 11,
  durationMs: 26_000,
  settleMs: 150_000,
  sampleEveryMs: 1_000,
  replication: 3,
  population: {
    phones: 7,
    initial: 6,
    arrival: { fromMs: 500, gap: { kind: 'exponential', meanMs: 1 } },
    session: undefined,
    downtime: undefined,
    gracefulShare: 1,
  },
  outages: [
    { atMs: 2_000, deed: 'crash', whom: { phones: [1] }, returnAfterMs: OUT_MS },
    { atMs: 3_000, deed: 'stop', whom: { phones: [4] }, returnAfterMs: OUT_MS },
  ],
  partitions: [
    {
      atMs: CUT_AT_MS,
      durationMs: CUT_MS,
      sides: [
        [0, 1, 2],
        [3, 4, 5, 6],
      ],
    },
  ],
  roaming: undefined,
  links: [
    {
      share: 1,
      link: {
        name: 'near',
        latencyMs: [2, 8],
        jitterMs: 1,
        loss: 0.001,
        upBitsPerSecond: undefined,
        downBitsPerSecond: undefined,
      },
    },
  ],
  workload: {
    people: 6,
    every: { kind: 'exponential', meanMs: 120 },
    mix: { post: 4, profile: 1, entry: 2, delete: 1, read: 6, lookup: 2 },
    records: 200,
  },
  assertions: [],
};

afterEach(async () => {
  await eventually('all phones are gone', async () => phonesStartedBy(process.pid).length === 0);
});

test('nothing acknowledged is lost while phones come, leave, crash and are cut off, and the samples show it', async () => {
  const { seen, limits } = await play(SCENARIO, (options) => new ProcessStage(options));
  expect(seen.defects).toEqual([]);
  expect(seen.faults).toEqual([]);
  expect(seen.departures).toEqual({ stops: 1, crashes: 1, moves: 0 });
  expect(new Set(seen.joins.map(({ phone }) => phone))).toEqual(new Set([1, 4, 6]));
  expect(seen.joins).toHaveLength(3);
  expect(seen.failedJoins).toBe(0);
  expect(seen.readBack.acknowledged).toBeGreaterThan(20);
  expect(seen.readBack).toMatchObject({ lost: 0, undead: 0 });
  const ofKind = (kind: string) => seen.operations.filter((note) => note.kind === kind);
  for (const kind of ['read', 'write', 'lookup']) expect(ofKind(kind).length, kind).toBeGreaterThan(5);
  // From the cut on there are two rings, until some time after it is healed: both of their owners are right, in their way.
  const wrong = ofKind('lookup').filter(({ outcome }) => outcome === 'wrong');
  expect(wrong.filter(({ startedMs }) => startedMs < CUT_AT_MS)).toEqual([]);

  // Six were there from the beginning, and all of them but when one is out.
  expect(Math.min(...seen.samples.map(({ up }) => up))).toBeLessThan(6);
  const sinceTheCut = seen.samples.filter(({ atMs }) => atMs >= CUT_AT_MS);
  expect(sinceTheCut.some(({ astray, up }) => up === 7 && astray > 0)).toBe(true);
  expect(seen.samples.at(-1)).toMatchObject({ up: 7, members: 7, astray: 0, replicasMissing: 0 });
  const sent = seen.samples.map(({ messages }) => messages);
  expect(sent.every((messages, i) => i === 0 || messages >= sent[i - 1]!)).toBe(true);
  expect(sent.at(-1)).toBeGreaterThan(sent[0]!);
  expect(limits).toHaveLength(1);
});

test('phones that move are heard of under their new addresses, with what they kept', async () => {
  const moving: Scenario = {
    ...SCENARIO,
    name: 'short-walk',
    durationMs: 12_000,
    population: { ...SCENARIO.population, phones: 5, initial: 5, arrival: undefined },
    outages: [],
    partitions: [],
    links: [],
    roaming: { every: { kind: 'exponential', meanMs: 12_000 }, gone: { kind: 'exponential', meanMs: 1_000 } },
  };
  const { seen } = await play(moving, (options) => new ProcessStage(options));
  expect(seen.defects).toEqual([]);
  expect(seen.faults).toEqual([]);
  expect(seen.departures.moves).toBeGreaterThan(0);
  expect(seen.joins.length).toBeGreaterThan(0);
  expect(seen.readBack).toMatchObject({ lost: 0, undead: 0 });
  expect(seen.samples.at(-1)).toMatchObject({ astray: 0, replicasMissing: 0 });
});

test.each(['while phones come up', 'in the middle of it'])(
  'a run that is ended %s leaves no phone behind',
  async (when) => {
    const controller = new AbortController();
    const ended = play(SCENARIO, (options) => new ProcessStage(options), {
      signal: controller.signal,
      onProgress: (step) => {
        if (when === 'in the middle of it' ? step.includes('records') : /[1-5] of 6 up/.test(step)) {
          controller.abort(new Error('enough'));
        }
      },
    });
    await expect(ended).rejects.toThrow('enough');
    expect(phonesStartedBy(process.pid)).toEqual([]);
  },
);
