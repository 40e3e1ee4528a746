/** A scenario played on a toy stage: what is done when, what is noted, and that the checker catches a stage that lies. */
import { expect, test } from 'vitest';
import { measure } from '../../../services/shared/scenario/figures.ts';
import { WHOLE_RUN } from '../../../services/shared/scenario/measures.ts';
import type { Scenario } from '../../../services/shared/scenario/scenario.ts';
import { play } from '../../scenario/play.ts';
import { type ToyDefect, ToyStage } from './toy-stage.ts';

const SCENARIO: Scenario = {
  name: 'toy',
  about: '',
  seed: 1,
  durationMs: 60_000,
  settleMs: 10_000,
  sampleEveryMs: 1_000,
  replication: 3,
  population: {
    phones: 12,
    initial: 8,
    arrival: { fromMs: 5_000, gap: { kind: 'exponential', meanMs: 1_000 } },
    session: undefined,
    downtime: undefined,
    gracefulShare: 0,
  },
  outages: [{ atMs: 40_000, deed: 'crash', whom: { phones: [1, 2] }, returnAfterMs: undefined }],
  partitions: [
    {
      atMs: 20_000,
      durationMs: 10_000,
      sides: [
        [0, 1, 2],
        [3, 4, 5, 6, 7, 8, 9, 10, 11],
      ],
    },
  ],
  roaming: undefined,
  links: [],
  workload: {
    people: 6,
    every: { kind: 'exponential', meanMs: 50 },
    mix: { post: 2, profile: 1, entry: 1, delete: 1, read: 4, lookup: 2 },
    records: 100,
  },
  assertions: [],
};

async function played(defect?: ToyDefect, changes: Partial<Scenario> = {}) {
  let stage: ToyStage | undefined;
  const { seen } = await play({ ...SCENARIO, ...changes }, (options) => (stage = new ToyStage(options, defect)));
  return { seen, stage: stage! };
}

test('phones come and go, the network is cut and heals, all at their times', async () => {
  const { seen, stage } = await played();
  expect(stage.cuts).toEqual(['20000: 3 | 9', '30000: healed']);
  expect(stage.performed.map(({ phone, deed }) => `${deed} ${phone}`)).toEqual([
    ...[8, 9, 10, 11].map((phone) => `join ${phone}`),
    'crash 1',
    'crash 2',
  ]);
  expect(seen.joins.map(({ phone, startedMs, memberMs }) => [phone, memberMs - startedMs])).toEqual([
    [8, 500],
    [9, 500],
    [10, 500],
    [11, 500],
  ]);
  expect(seen.marks.map(({ what, atMs }) => `${atMs} ${what}`)).toEqual([
    '20000 cut',
    '30000 heal',
    '40000 outage',
    '60000 duration over',
    '60000 rest',
  ]);
  expect(seen.samples.map(({ up }) => up).slice(-1)).toEqual([10]);
  expect(stage.stopped).toBe(true);
});

test('on a perfect stage all is read back, and nothing is stale', async () => {
  const { seen } = await played();
  expect(seen.readBack).toMatchObject({ lost: 0, undead: 0 });
  expect(seen.readBack.acknowledged).toBeGreaterThan(100);
  expect(seen.faults).toEqual([]);
  expect(measure('reads-complete', seen, WHOLE_RUN)).toBe(1);
  expect(measure('writes-acknowledged', seen, WHOLE_RUN)).toBe(1);
  expect(measure('lookups-right', seen, { fromMs: 0, toMs: 19_000 })).toBe(1);
});

test('a stage that drops an acknowledged write is caught', async () => {
  const { seen } = await played('drops');
  expect(seen.readBack.lost).toBeGreaterThan(0);
  expect(seen.readBack.lostThoughKept).toBe(0);
  expect(measure('reads-stale', seen, WHOLE_RUN)).toBeGreaterThan(0);
  expect(seen.faults.join('\n')).toMatch(/phone \d+ calls a read complete; older than acknowledged: /);
});

test('a stage that shows old versions is caught', async () => {
  const { seen } = await played('first');
  expect(measure('reads-stale', seen, WHOLE_RUN)).toBeGreaterThan(0);
  expect(seen.readBack.lost).toBeGreaterThan(0);
});

test('a stage on which the deleted live on is caught', async () => {
  const { seen } = await played('undead');
  expect(measure('reads-undead', seen, WHOLE_RUN)).toBeGreaterThan(0);
  expect(seen.readBack.undead).toBeGreaterThan(0);
});

test('lookups that name somebody else are counted wrong', async () => {
  const { seen } = await played('lost-lookups', { partitions: [] });
  expect(measure('lookups-right', seen, WHOLE_RUN)).toBe(0);
});

test('a run that is given up stops its stage', async () => {
  let stage: ToyStage | undefined;
  const signal = AbortSignal.abort(new Error('enough'));
  const playing = play(SCENARIO, (options) => (stage = new ToyStage(options)), { signal });
  await expect(playing).rejects.toThrow('enough');
  expect(stage!.stopped).toBe(true);
});
