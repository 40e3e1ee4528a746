/** The bench of peers: what several runs come to, and which bars a report says are met. */
import { describe, expect, test } from 'vitest';
import { barsOf } from '../../bench/peers/bars.ts';
import { medianOf, OPERATIONS, type OperationFigures, type SystemFigures } from '../../bench/peers/figures.ts';

const GOOD: Omit<OperationFigures, 'operation'> = {
  count: 100,
  succeeded: 1,
  p50Ms: 1,
  p99Ms: 2,
  perSecond: 1000,
  cpuMs: 0.1,
  requests: 1,
  kilobytes: 1,
  failures: {},
};

type Changes = Partial<Record<keyof typeof OPERATIONS, Partial<OperationFigures>>>;

function figures(
  system: SystemFigures['system'],
  all: Partial<OperationFigures>,
  changes: Changes = {},
): SystemFigures {
  const names = Object.entries(OPERATIONS) as [keyof typeof OPERATIONS, string][];
  const operations = names.map(([key, operation]) => ({ ...GOOD, operation, ...all, ...changes[key] }));
  return { system, convergedSeconds: 1, operations };
}

const peer = figures('hyperdht', { cpuMs: 0.4, p99Ms: 3 });
const missed = (ours: SystemFigures): string[] =>
  barsOf([ours, peer]).flatMap(({ asked, met }) => (met ? [] : [asked.split(',')[0]!]));

describe('bars', () => {
  test('are all met by a system that is cheap, fast and loses nothing', () => {
    expect(missed(figures('ringwall', {}))).toEqual([]);
  });

  test.each<[string, Changes]>([
    ['requests a get', { get: { requests: 4 } }],
    ['KB a get', { getWide: { kilobytes: 3.1 } }],
    ["CPU of `get` against hyperdht's", { get: { cpuMs: 0.21 } }],
    ["CPU of `put` against hyperdht's", { put: { cpuMs: 0.21 } }],
    ['after a quarter is lost', { getAfterLoss: { succeeded: 0.99 } }],
    ['p99 of `get after the loss', { getAfterLossWide: { p99Ms: 2.5 } }],
  ])('%s is missed alone', (bar, changes) => {
    expect(missed(figures('ringwall', {}, changes))).toEqual([bar]);
  });

  test.each<[number, string[]]>([
    [74, []],
    [76, ['p50 of `get`']],
  ])('of round trips go by whole ones: %d ms of 50', (p50Ms, bars) => {
    const all = barsOf([figures('ringwall', { p50Ms: 51, p99Ms: 124 }, { get: { p50Ms } }), peer], 25);
    expect(all).toHaveLength(4);
    expect(all.flatMap(({ asked, met }) => (met ? [] : [asked.split(',')[0]!]))).toEqual(bars);
  });

  test('that were not measured are not there', () => {
    const asked = (ours: SystemFigures): string =>
      barsOf([ours, peer])
        .map((bar) => bar.asked)
        .join('\n');
    expect(asked(figures('ringwall', { kilobytes: undefined }))).not.toMatch(/KB|idle/);
    const idle = { seconds: 30, cpuMsPerNodeSecond: 0.05, requestsPerNodeSecond: 0.1, megabytesPerNode: 2 };
    expect(asked({ ...figures('ringwall', {}), idle })).toMatch(/KB[^]*idle/);
  });
});

test('of several runs the median counts, the worst success and every failure', () => {
  const run = (cpuMs: number, succeeded: number): SystemFigures =>
    figures('ringwall', { cpuMs, succeeded, failures: succeeded < 1 ? { 'not found': 1 } : {} });
  const [first] = medianOf([run(3, 1), run(1, 0.99), run(2, 0.99)]).operations;
  expect(first).toMatchObject({ cpuMs: 2, succeeded: 0.99, failures: { 'not found': 2 } });
});

test('of two runs neither counts as the better one', () => {
  const [first] = medianOf([figures('ringwall', { cpuMs: 3 }), figures('ringwall', { cpuMs: 1 })]).operations;
  expect(first!.cpuMs).toBe(2);
});

test('a thousand nodes are held to coming together, and to reading, alone', () => {
  const ours = { ...figures('ringwall', { p50Ms: 110 }, { getAfterLoss: { succeeded: 0.9 } }), convergedSeconds: 31 };
  expect(barsOf([ours], 25, 1_000).map(({ met }) => met)).toEqual([false, true, false]);
});
