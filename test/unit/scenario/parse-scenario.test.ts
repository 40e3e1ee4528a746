/** Scenario files: what they say, and every way in which they can be wrong. */
import { describe, expect, test } from 'vitest';
import { parseScenario, type StageName } from '../../../services/shared/scenario/file/parse-scenario.ts';
import { describeFault } from '../../../services/shared/scenario/file/source.ts';
import { FolderFault } from '../../../services/shared/scenario/file/trace-file.ts';
import type { Scenario } from '../../../services/shared/scenario/scenario.ts';

const FULL = `name: everything
about: All there is.
seed: 7
duration: 10min
settle: 2min
sample-every: 500ms
replication: 5
population:
  phones: 40
  initial: 30
  arrival: {from: 1min, gap: {exponential: 300ms}}
  session: {weibull: 5min, shape: 0.6}
  downtime: {pareto: 1min, shape: 1.5}
  graceful: 25%
outages:
  - {at: 3min, crash: 50%, return-after: 2min}
  - {at: 4min, stop: "0-2, 7"}
partitions:
  - {at: 8min, for: 1min, sides: [0-9, 10-19]}
  - {at: 6min, for: 90s, sides: [25%, 75%]}
roaming:
  every: {trace: [4min, 1min]}
  gone: {trace: gone.txt}
links:
  wifi: 60%
  4g: 30%
  village: {share: 10%, latency: 20ms..60ms, jitter: 5ms, loss: 2%, up: 256kbit/s, down: 2Mbit/s}
workload:
  people: 20
  every: {exponential: 200ms}
  mix: {post: 3, read: 6, lookup: 1}
  records: 100
assertions:
  - reads-complete >= 99.9%
  - lookup-ms-p99   <= 1.5s from 2min to 5min
  - records-lost = 0
on:
  processes:
    duration: 2min
    population: {phones: 8, initial: 8, arrival: null}
    outages: []
    partitions: []
    assertions: [records-lost = 0]
`;

function parse(text: string, stage: StageName = 'sim') {
  return parseScenario(text, {
    file: 'f.yaml',
    stage,
    readTrace: (name) => {
      if (name === 'gone.txt') return '# seconds without a network\n5s\n\n2s  # short\n';
      throw new FolderFault(`${name} cannot be read (ENOENT)`);
    },
  });
}

function scenarioOf(text: string, stage: StageName = 'sim'): Scenario {
  const parsed = parse(text, stage);
  if (!parsed.ok) throw new Error(parsed.faults.map((fault) => describeFault('f.yaml', fault)).join('\n'));
  return parsed.scenario;
}

function faultsOf(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.faults.map((fault) => describeFault('f.yaml', fault));
}

/** The full file with one line exchanged for others. */
function changed(line: RegExp, instead: string): string {
  const lines = FULL.split('\n').filter((text) => !text.startsWith('on:'));
  const end = lines.findIndex((text) => text.startsWith('  processes:'));
  const text = `${lines.slice(0, end).join('\n')}\n`;
  expect(text).toMatch(line);
  return text.replace(line, instead);
}

test('everything a file can say', () => {
  const { assertions, population, partitions, roaming, links, ...rest } = scenarioOf(FULL);
  expect(rest).toMatchObject({
    name: 'everything',
    seed: 7,
    durationMs: 600_000,
    settleMs: 120_000,
    sampleEveryMs: 500,
    replication: 5,
    outages: [
      { atMs: 180_000, deed: 'crash', whom: { share: 0.5 }, returnAfterMs: 120_000 },
      { atMs: 240_000, deed: 'stop', whom: { phones: [0, 1, 2, 7] }, returnAfterMs: undefined },
    ],
    workload: { people: 20, mix: { post: 3, profile: 0, read: 6 }, records: 100 },
  });
  expect(population).toEqual({
    phones: 40,
    initial: 30,
    arrival: { fromMs: 60_000, gap: { kind: 'exponential', meanMs: 300 } },
    session: { kind: 'weibull', meanMs: 300_000, shape: 0.6 },
    downtime: { kind: 'pareto', meanMs: 60_000, shape: 1.5 },
    gracefulShare: 0.25,
  });
  expect(partitions.map(({ atMs, sides }) => [atMs, ...sides.map(({ length }) => length)])).toEqual([
    [360_000, 10, 30],
    [480_000, 10, 10, 20],
  ]);
  expect(roaming).toEqual({
    every: { kind: 'trace', timesMs: [60_000, 240_000] },
    gone: { kind: 'trace', timesMs: [2_000, 5_000] },
  });
  expect(links.map(({ share, link }) => [link.name, share])).toEqual([
    ['wifi', 0.6],
    ['4g', 0.3],
    ['village', 0.1],
  ]);
  expect(links[2]!.link).toMatchObject({ latencyMs: [20, 60], loss: 0.02, upBitsPerSecond: 256_000 });
  expect(assertions).toEqual([
    {
      text: 'reads-complete >= 99.9%',
      figure: 'reads-complete',
      comparison: '>=',
      bound: 0.9990000000000001,
      fromMs: 0,
      toMs: Number.POSITIVE_INFINITY,
    },
    {
      text: 'lookup-ms-p99 <= 1.5s from 2min to 5min',
      figure: 'lookup-ms-p99',
      comparison: '<=',
      bound: 1_500,
      fromMs: 120_000,
      toMs: 300_000,
    },
    expect.objectContaining({ figure: 'records-lost', comparison: '=', bound: 0 }),
  ]);
});

test('a stage of its own changes some keys of population, and takes the place of lists', () => {
  const text = FULL;
  const here = scenarioOf(text, 'processes');
  expect(here.population).toMatchObject({ phones: 8, initial: 8, gracefulShare: 0.25 });
  expect(here).toMatchObject({ durationMs: 120_000, outages: [], partitions: [], seed: 7 });
  expect(scenarioOf(text).population.phones).toBe(40);
});

test('containers are played as processes are, unless the file says otherwise', () => {
  expect(scenarioOf(FULL, 'containers')).toEqual(scenarioOf(FULL, 'processes'));
  const own = FULL.replace('  processes:\n', '  containers:\n    settle: 9s\n  processes:\n');
  expect(scenarioOf(own, 'containers')).toMatchObject({ settleMs: 9_000, population: { phones: 40 } });
  expect(scenarioOf(own, 'processes').durationMs).toBe(120_000);
});

test('the least a file can say', () => {
  const least = scenarioOf('name: least\nseed: 1\nduration: 10s\npopulation: {phones: 3}\nassertions: []\n');
  expect(least).toMatchObject({ population: { phones: 3, initial: 3 }, replication: 7, workload: { people: 0 } });
});

test('another seed', () => {
  const options = { file: '', stage: 'sim', readTrace: () => '', seed: 99 } as const;
  const parsed = parseScenario('name: x\nseed: 1\nduration: 1s\npopulation: {phones: 3}\nassertions: []', options);
  expect(parsed.ok && parsed.scenario.seed).toBe(99);
});

describe('one fault', () => {
  test.each<[string, RegExp, string, string]>([
    ['unknown key', /^seed: 7/m, 'sede: 7\nseed: 7', '3:1: there is no key sede (did you mean seed?)'],
    [
      'unknown key inside',
      /graceful: 25%/,
      'gracefull: 25%',
      '14:3: population: there is no key gracefull (did you mean graceful?)',
    ],
    ['missing key', /^seed: 7\n/m, '', '1:1: seed is missing'],
    ['no number', /^seed: 7/m, 'seed: seven', '3:7: seed: a whole number from 0 to 4294967295 is wanted, not "seven"'],
    ['no unit', /10min/, '10', '4:11: duration: a time such as 250ms, 90s, 1.4min or 2h is wanted, not "10"'],
    [
      'no value',
      /^duration: 10min/m,
      'duration:',
      '4:1: duration: a time such as 250ms, 90s, 1.4min or 2h is wanted, not nothing',
    ],
    ['share', /25%$/m, '25', '14:13: population.graceful: a share such as 25%, from 0% to 100%, is wanted, not "25"'],
    ['range', /phones: 40/, 'phones: 0', '9:11: population.phones: a whole number from 1 to 20000 is wanted, not "0"'],
    ['more than all', /initial: 30/, 'initial: 50', '10:12: population.initial: at most all 40 phones'],
    [
      'nobody to arrive',
      /initial: 30/,
      'initial: 40',
      '8:1: population: all phones are there from the beginning (initial): none is left to arrive',
    ],
    [
      'two kinds',
      /\{weibull: 5min, shape: 0.6\}/,
      '{weibull: 5min, pareto: 3min}',
      '12:12: population.session: one of exponential, weibull, pareto, trace is wanted',
    ],
    ['no shape', /\{weibull: 5min, shape: 0.6\}/, '{weibull: 5min}', '12:3: population.session: shape is missing'],
    [
      'shape without mean',
      /shape: 1.5/,
      'shape: 1',
      '13:35: population.downtime.shape: a number from 1.01 to 100 is wanted, not "1"',
    ],
    ['phone that is not', /"0-2, 7"/, '40', '17:22: outages[1].stop: there is no phone 40: they are 0 to 39'],
    ['two deeds', /stop: "0-2, 7"/, 'stop: 1, crash: 2', '17:5: outages[1]: either crash or stop is wanted'],
    ['too late', /at: 4min/, 'at: 14min', '17:10: outages[1].at: this is when the scenario is over already (duration)'],
    [
      'overlap',
      /at: 6min, for: 90s/,
      'at: 6min, for: 150s',
      '19:5: partitions[0]: it begins while another partition stands: partitions follow each other',
    ],
    [
      'never heals',
      /at: 8min, for: 1min/,
      'at: 8min, for: 3min',
      '19:5: partitions[0]: it should heal before the scenario is over (duration)',
    ],
    ['nobody there', /\[25%, 75%\]/, '[100%]', '20:33: partitions[1].sides: nobody is on the other side'],
    ['on two sides', /\[0-9, 10-19\]/, '[0-9, 9-19]', '19:34: partitions[0].sides: phone 9 is on two sides'],
    ['over 100 %', /\[25%, 75%\]/, '[75%, 50%]', '20:33: partitions[1].sides: the shares add up to 125%'],
    ['no trace', /gone.txt/, 'went.txt', '23:17: roaming.gone.trace: went.txt cannot be read (ENOENT)'],
    [
      'class',
      /wifi: 60%/,
      'wify: 60%',
      '25:9: links.wify: there is no such class (did you mean wifi?): wifi, 4g, 3g, satellite, or say its latency',
    ],
    ['shares', /wifi: 60%/, 'wifi: 50%', '24:1: links: the shares should add up to 100%, not 90%'],
    [
      'bandwidth',
      /256kbit\/s/,
      '256kB/s',
      '27:73: links.village.up: a bandwidth such as 256kbit/s or 10Mbit/s is wanted, not "256kB/s"',
    ],
    [
      'latency',
      /20ms..60ms/,
      '60ms..20ms',
      '27:34: links.village.latency: a range of times such as 5ms..20ms is wanted, not "60ms..20ms"',
    ],
    [
      'mix',
      /\{post: 3, read: 6, lookup: 1\}/,
      '{post: 0}',
      '31:3: workload.mix: at least one weight above 0 is wanted',
    ],
    [
      'too fast',
      /exponential: 200ms/,
      'exponential: 1ms',
      '28:1: workload: each person would write 900 times a minute; phones take 600 of one',
    ],
    [
      'figure',
      /reads-complete/,
      'read-complete',
      '34:5: assertions[0]: there is no figure read-complete (did you mean reads-complete?)',
    ],
    ['bound', /99.9%/, '99.9', '34:5: assertions[0]: reads-complete is held against a bound such as 99.9%, not 99.9'],
    [
      'form',
      /reads-complete >= 99.9%/,
      'reads-complete',
      '34:5: assertions[0]: "FIGURE <= BOUND" is wanted, with <=, >=, <, > or =, and perhaps "from TIME to TIME" behind it',
    ],
    ['window', /from 2min to 5min/, 'from 5min to 2min', '35:5: assertions[1]: to should be later than from'],
    [
      'whole run',
      /records-lost = 0/,
      'records-lost = 0 to 5min',
      '36:5: assertions[2]: records-lost is of the whole run: leave out from and to',
    ],
    [
      'nothing to measure',
      /, lookup: 1/,
      '',
      '35:5: assertions[1]: nobody would ever do what lookup-ms-p99 is about: workload.mix has no lookup',
    ],
    [
      'no end of sessions',
      /weibull: 5min, shape: 0.6/,
      'exponential: 1ms',
      '9:3: population: more than 1000000 comings and goings: fewer phones, or longer sessions',
    ],
  ])('%s', (_, line, instead, fault) => {
    const text = changed(line, instead).replace(
      'downtime: {pareto: 1min',
      _ === 'no end of sessions' ? 'downtime: {pareto: 1ms' : 'downtime: {pareto: 1min',
    );
    expect(faultsOf(text)).toEqual([`f.yaml:${fault}`]);
  });
});

test('all faults at once, in the order of the file', () => {
  const text = changed(/^seed: 7/m, 'seed: x')
    .replace('people: 20', 'poeple: 20')
    .replace('wifi: 60%', 'wifi: 1');
  expect(faultsOf(text).map((fault) => fault.split(' ')[0])).toEqual([
    'f.yaml:3:7:',
    'f.yaml:25:9:',
    'f.yaml:28:1:',
    'f.yaml:29:3:',
  ]);
});

test('what is wrong for another stage is wrong', () => {
  const text = FULL.replace('phones: 8,', 'phones: 8, phnoes: 9,');
  expect(faultsOf(text)).toContain('f.yaml:40:29: population: there is no key phnoes (did you mean phones?)');
  expect(faultsOf(FULL.replace('  processes:', '  phones:'))).toEqual([
    'f.yaml:38:3: on: there is no key phones: sim, processes, containers are known',
  ]);
});

test('what is no YAML, or no keys', () => {
  expect(faultsOf('name: [')).toHaveLength(1);
  expect(faultsOf('name: x\nname: y\nseed: 1\n')[0]).toBe('f.yaml:2:1: Map keys must be unique');
  expect(faultsOf('- 1')).toEqual(['f.yaml:1:1: a scenario is keys with values: name, duration, population, …']);
  expect(faultsOf('')).toEqual(['f.yaml:1:1: a scenario is keys with values: name, duration, population, …']);
});
