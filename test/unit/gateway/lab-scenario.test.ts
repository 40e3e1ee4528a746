/** Scenario files in the churn lab: fitted to the phones there are, played, judged, ended, and mended after. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Lab } from '../../../services/gateway/client/contract.ts';
import type { LabCommand } from '../../../services/gateway/core/lab-command.ts';
import { Deeds } from '../../../services/gateway/scenario/deeds.ts';
import { actionsOf, fitted } from '../../../services/gateway/scenario/fitted.ts';
import { ringState } from '../../../services/gateway/scenario/ring-state.ts';
import { readScenarios, SHIPPED_SCENARIOS } from '../../../services/gateway/scenario/shipped.ts';
import { Turns } from '../../../services/gateway/scenario/turns.ts';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { parseScenario } from '../../../services/shared/scenario/file/parse-scenario.ts';
import type { Scenario } from '../../../services/shared/scenario/scenario.ts';
import { drawPopulation } from '../../../services/shared/scenario/timeline.ts';
import { eventually } from '../../integration/eventually.ts';
import { request } from '../../integration/wall-client.ts';
import { FakeLab } from './fake-lab.ts';
import { type FakePhone, sendJson } from './fake-phone.ts';
import { startFixture } from './gateway-fixture.ts';

const TOKEN = 'a-token-of-enough-characters';

function scenarioOf(text: string): Scenario {
  const lines = `name: drawn\nseed: 1\nassertions: []\n${text}`;
  const parsed = parseScenario(lines, { file: 'drawn.yaml', stage: 'processes', readTrace: () => '' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.scenario;
}

describe('the files that are shipped', () => {
  test('are read without a fault, the shortest first', async () => {
    const faults: string[] = [];
    const scenarios = await readScenarios(SHIPPED_SCENARIOS, {
      stage: 'processes',
      onFault: (fault) => faults.push(fault),
    });
    expect(faults).toEqual([]);
    expect(scenarios.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['half-dies', 'split-and-heal', 'flash-crowd', 'roaming', 'quarter-dies', 'churn']),
    );
    const lengths = scenarios.map(({ durationMs }) => durationMs);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    for (const scenario of scenarios) {
      expect(scenario.durationMs, scenario.name).toBeLessThanOrEqual(150_000);
      expect(scenario.assertions.length, scenario.name).toBeGreaterThan(3);
    }
  });

  test('are played by eight phones: some live at every moment, and all that goes can come back', async () => {
    const scenarios = await readScenarios(SHIPPED_SCENARIOS, { stage: 'processes', onFault: () => undefined });
    for (const shipped of scenarios) {
      const { scenario } = fitted(shipped, 8);
      const up = new Set(Array.from({ length: 8 }, (_, phone) => phone));
      for (const { phone, deed } of drawPopulation(scenario)) {
        if (deed === 'join' || deed === 'return' || deed === 'reappear') up.add(phone);
        else up.delete(phone);
        expect(up.size, shipped.name).toBeGreaterThanOrEqual(3);
      }
    }
  });

  test('that are wrong are left out, with what is wrong', async () => {
    const folder = await folderOf({ 'wrong.yaml': 'name: wrong\nseed: x', 'right.yaml': SHORT, 'again.yaml': SHORT });
    const faults: string[] = [];
    const scenarios = await readScenarios(folder, { stage: 'processes', onFault: (fault) => faults.push(fault) });
    expect(scenarios.map(({ name }) => name)).toEqual(['short']);
    expect(faults).toContain('right.yaml: there is a scenario short already');
    expect(faults.some((fault) => fault.startsWith('wrong.yaml:2:7: '))).toBe(true);
  });
});

describe('a scenario for the phones there are', () => {
  test('keeps parts and times, and bounds who comes and what is asked', () => {
    const { scenario, limits } = fitted(
      scenarioOf(`
duration: 1min
population: { phones: 200, initial: 40, arrival: { from: 10s, gap: { exponential: 200ms } } }
workload: { people: 200, every: { exponential: 10ms }, mix: { post: 1, read: 1 } }`),
      10,
    );
    const { population, workload } = scenario;
    expect([population.initial, population.phones]).toEqual([10, 26]);
    // All 160 took 32 s, so do these 16.
    expect(population.arrival).toEqual({ fromMs: 10_000, gap: { kind: 'exponential', meanMs: 2_000 } });
    expect(workload.every).toEqual({ kind: 'exponential', meanMs: 200 });
    expect(limits).toEqual([
      'Nobody writes: walls stay the people’s own. Posts that were there before are read.',
      'At most 5 operations a second are begun.',
      'At most 16 phones come.',
    ]);
  });

  test('gives each phone the part of one in the file', () => {
    const text = `
duration: 1min
population: { phones: 80 }
outages: [{ at: 1s, stop: 0-9 }, { at: 2s, crash: "5" }, { at: 3s, crash: 25% }]
partitions: [{ at: 4s, for: 5s, sides: [50%, 50%] }]`;
    const few = fitted(scenarioOf(text), 8).scenario;
    expect(few.outages.map(({ whom }) => whom)).toEqual([{ phones: [0] }, { phones: [0] }, { share: 0.25 }]);
    expect(few.partitions[0]!.sides).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    const many = fitted(scenarioOf(text), 160).scenario;
    expect(many.outages[0]!.whom).toEqual({ phones: Array.from({ length: 20 }, (_, phone) => phone) });
    expect(many.outages[1]!.whom).toEqual({ phones: [10, 11] });
  });

  test('says what it does to phones', () => {
    const actions = (text: string) => [...actionsOf(scenarioOf(`duration: 1min\n${text}`))].sort();
    expect(actions('population: { phones: 8 }')).toEqual([]);
    expect(actions('population: { phones: 8 }\noutages: [{ at: 1s, stop: 50% }]')).toEqual(['restart', 'stop']);
    expect(actions('population: { phones: 8, session: { exponential: 1min }, graceful: 0% }')).toEqual([
      ...['kill', 'restart'],
    ]);
    expect(actions('population: { phones: 8, initial: 4, arrival: { gap: { exponential: 1s } } }')).toEqual([
      ...['join', 'restart', 'stop'],
    ]);
    expect(
      actions('population: { phones: 8 }\nroaming: { every: { exponential: 1min }, gone: { exponential: 1s } }'),
    ).toEqual(['kill', 'move', 'restart']);
    expect(actions('population: { phones: 8 }\nlinks: { wifi: 100% }')).toEqual(['heal', 'slow']);
  });
});

test('so many things at once, the others in the order in which they came', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((i) =>
    turns.take(async () => {
      begun.push(i);
      await new Promise<void>((resolve) => (ends[i] = resolve));
    }),
  );
  await eventually('two are begun', () => Promise.resolve(begun.length === 2));
  expect([begun, turns.underWay]).toEqual([[0, 1], 4]);
  ends[1]!();
  await eventually('one more is begun', () => Promise.resolve(begun.length === 3));
  expect(begun).toEqual([0, 1, 2]);
  ends[0]!();
  await eventually('the last is begun', () => Promise.resolve(begun.length === 4));
  ends[2]!();
  ends[3]!();
  await Promise.all(all);
  expect(turns.underWay).toBe(0);
});

test('deeds of one phone follow each other; in the end who went comes back and who came leaves', async () => {
  const driver = new FakeLab();
  const joined: (readonly [number, number])[] = [];
  const deeds = new Deeds({
    ...{ driver, cast: [1, 2, 3], lent: [7] },
    began: () => undefined,
    joined: (phone, n) => joined.push([phone, n]),
    told: () => undefined,
  });
  for (const [phone, deed] of [
    [0, 'crash'],
    [1, 'stop'],
    [0, 'return'],
    [3, 'join'],
    [4, 'join'],
    [2, 'vanish'],
    [4, 'crash'],
    [2, 'reappear'],
  ] as const) {
    deeds.perform({ atMs: 0, phone, deed });
  }
  await eventually('all is done', () => Promise.resolve(deeds.underWay === 0 && driver.done.length === 8));
  const of = (n: number) => driver.done.flatMap((each) => ('n' in each && each.n === n ? [each.command] : []));
  expect([of(1), of(2), of(3), of(7), of(101)]).toEqual([
    ['kill', 'restart'],
    ['stop'],
    ['kill', 'move'],
    ['restart'],
    ['kill'],
  ]);
  expect(joined).toEqual(
    expect.arrayContaining([
      [0, 1],
      [3, 7],
      [4, 101],
      [2, 3],
    ]),
  );
  await deeds.end();
  deeds.perform({ atMs: 0, phone: 0, deed: 'crash' });
  driver.done.length = 0;
  await deeds.mend(true);
  expect(driver.done).toEqual([
    { command: 'heal' },
    { command: 'restart', n: 2 },
    { command: 'stop', n: 7 },
  ] satisfies LabCommand[]);
});

test('a ring is whole when all who live name the neighbours they should', () => {
  const [a, b, c] = [1n, 2n, 3n].map(idFromNumber) as [Id, Id, Id];
  const phone = (id: Id, predecessor: Id, successor: Id, state = 'alive', ring = 'member') =>
    ({ state, words: { id, predecessor, successor, ring } }) as Parameters<typeof ringState>[0][number];
  const whole = [phone(b, a, c), phone(a, c, b), phone(c, b, a)];
  expect(ringState(whole)).toEqual({ up: 3, members: 3, astray: 0 });
  expect(ringState([...whole.slice(0, 2), phone(c, b, a, 'dead')])).toEqual({ up: 2, members: 2, astray: 2 });
  expect(ringState([phone(a, b, b), phone(b, a, a), phone(c, b, a, 'dead')])).toMatchObject({ up: 2, astray: 0 });
  expect(ringState([...whole.slice(0, 2), phone(c, b, a, 'alive', 'joining')])).toEqual({
    ...{ up: 3, members: 2, astray: 1 },
  });
  expect(ringState([{ state: 'joining', words: undefined } as (typeof whole)[number]])).toMatchObject({ astray: 1 });
});

const SHORT = `
name: short
seed: 4
duration: 2s
settle: 1s
sample-every: 500ms
population: { phones: 4 }
outages: [{ at: 100ms, crash: 50%, return-after: 300ms }]
workload: { people: 4, every: { exponential: 100ms }, mix: { read: 1, post: 1 } }
assertions:
  - reads-served >= 90%
  - reads-stale = 0
  - writes-acknowledged >= 90%
  - joins-done = 100%
  - records-lost = 0
  - ring-whole-after <= 500ms
`;
const LONG = `
name: long
seed: 4
duration: 1h
population: { phones: 4, initial: 2, arrival: { gap: { exponential: 1ms } } }
outages: [{ at: 10ms, crash: "0-1" }]
partitions: [{ at: 20ms, for: 1min, sides: [25%, 75%] }]
assertions: [joins-done = 100%]
`;

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-scenarios-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return folder;
}

/** A gateway whose lab plays two scenarios on four phones, which are alive. */
async function startPlays() {
  const lab = new FakeLab();
  const scenarioFolder = await folderOf({ 'short.yaml': SHORT, 'long.yaml': LONG });
  const { url, phones } = await startFixture(4, { lab, adminToken: TOKEN, scenarioFolder });
  const areAlive = async (): Promise<boolean> => {
    const { items } = (await request<{ items: { state: string }[] }>(`${url}/v1/phones`)).body;
    return items.filter(({ state }) => state === 'alive').length === 4;
  };
  await eventually('all phones are alive', areAlive);
  const play = (name: string, body?: unknown) =>
    request(`${url}/v1/lab/scenarios/${name}`, { method: 'POST', token: TOKEN, body });
  const read = async () => (await request<Lab>(`${url}/v1/lab`)).body;
  const end = () => request(`${url}/v1/lab/scenarios`, { method: 'DELETE', token: TOKEN });
  return { lab, url, phones, play, read, end };
}

/** Lists one post, and answers for it with a status. */
function keepsPost(phone: FakePhone, status: number): void {
  phone.answer = ({ url = '' }, response) => {
    if (url.startsWith('/v1/feed'))
      return sendJson(response, { items: [{ post: { id: '0123456789abcdef0123456789abcdef' } }, {}, null] });
    if (!url.startsWith('/v1/posts/')) return response.writeHead(404).end();
    response.statusCode = status;
    return sendJson(response, { complete: true });
  };
}

describe('a play', () => {
  test('does what the file says, judges what can be known, and mends', async () => {
    const { lab, phones, play, read } = await startPlays();
    for (const phone of phones) keepsPost(phone, 200);
    expect(await play('short', { spare: [4] })).toMatchObject({ status: 202, body: { name: 'short' } });
    await eventually('it is over', async () => (await read()).playing === null);
    const gone = lab.done.flatMap((command) => (command.command === 'kill' ? [command.n] : []));
    expect(gone).toHaveLength(2);
    expect(gone).not.toContain(4);
    expect(lab.done).toEqual([
      ...gone.map((n) => ({ command: 'kill', n })),
      ...gone.map((n) => ({ command: 'restart', n })),
    ]);
    const { last } = await read();
    expect(last).toMatchObject({ name: 'short', stopped: false, refused: [] });
    expect(last!.limits).toContain(
      'Nobody writes: walls stay the people’s own. Posts that were there before are read.',
    );
    expect(last!.verdict).toEqual([
      { assertion: 'reads-served >= 90%', measured: '100 %', holds: true },
      { assertion: 'reads-stale = 0', measured: '0', holds: true },
      { assertion: 'writes-acknowledged >= 90%', measured: null, holds: null },
      { assertion: 'joins-done = 100%', measured: '100 %', holds: true },
      { assertion: 'records-lost = 0', measured: '0', holds: true },
      // These phones know no neighbours.
      { assertion: 'ring-whole-after <= 500ms', measured: 'never', holds: false },
    ]);
  });

  test('sees posts that are lost', async () => {
    const { phones, play, read } = await startPlays();
    for (const phone of phones) keepsPost(phone, 404);
    await play('short');
    await eventually('it is over', async () => (await read()).playing === null);
    const { verdict } = (await read()).last!;
    const fails = verdict.flatMap(({ assertion, holds }) => (holds === false ? [assertion] : []));
    expect(fails).toEqual(expect.arrayContaining(['reads-served >= 90%', 'reads-stale = 0', 'records-lost = 0']));
  });

  test('that is ended breaks nothing more, and mends what it broke', async () => {
    const { lab, play, read, end } = await startPlays();
    await play('long');
    expect(await play('short')).toMatchObject({ status: 409, body: { type: '/problems/scenario-under-way' } });
    expect(await read()).toMatchObject({ playing: { name: 'long', seconds: 3_600, phase: 'playing' }, last: null });
    await eventually('all is broken', async () => lab.done.some(({ command }) => command === 'cut'));
    await eventually('phones came', async () => lab.done.filter(({ command }) => command === 'join').length === 4);
    expect((await end()).body).toEqual({ done: { stopped: true } });
    const kills = lab.done.flatMap((command) => (command.command === 'kill' ? [command.n] : []));
    const after = lab.done.slice(lab.done.findIndex(({ command }) => command === 'heal'));
    expect(after).toEqual(
      expect.arrayContaining([
        { command: 'heal' },
        ...kills.map((n) => ({ command: 'restart', n })),
        ...[101, 102, 103, 104].map((n) => ({ command: 'stop', n })),
      ]),
    );
    expect(await read()).toMatchObject({ playing: null, last: { name: 'long', stopped: true, verdict: [] } });
    expect((await end()).body).toEqual({ done: { stopped: false } });
  });

  test('takes three phones at least', async () => {
    const { play, lab } = await startPlays();
    expect(await play('short', { spare: [1, 2] })).toMatchObject({
      status: 409,
      body: { type: '/problems/lab-refused', detail: 'At least 3 living phones are needed.' },
    });
    expect(await play('short', { spare: ['1'] })).toMatchObject({ status: 400 });
    expect(await play('doom')).toMatchObject({ status: 404 });
    expect(lab.done).toEqual([]);
  });
});
