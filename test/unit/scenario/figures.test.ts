/** Figures of runs, by hand. */
import { describe, expect, test } from 'vitest';
import type { Assertion } from '../../../services/shared/scenario/assertion.ts';
import { type FigureName, measure } from '../../../services/shared/scenario/figures.ts';
import { WHOLE_RUN, type Window } from '../../../services/shared/scenario/measures.ts';
import type { Observations, OperationNote, SampleNote } from '../../../services/shared/scenario/observations.ts';
import { resultOf } from '../../../services/shared/scenario/result.ts';
import type { Scenario } from '../../../services/shared/scenario/scenario.ts';
import { showValue } from '../../../services/shared/scenario/show.ts';

const DURATION_MS = 10_000;

function read(startedMs: number, outcome: 'complete' | 'open' | 'stale' | 'cut-short', isServed = true): OperationNote {
  return { kind: 'read', startedMs, endedMs: startedMs + 100, outcome, isServed };
}

function sample(atMs: number, astray: number, replicasMissing: number | undefined, bytes = 0): SampleNote {
  return { atMs, up: 4, members: 4, astray, replicasMissing, messages: 0, bytes };
}

function seen(changes: Partial<Observations>): Observations {
  return {
    operations: [],
    joins: [],
    failedJoins: 0,
    departures: { stops: 0, crashes: 0, moves: 0 },
    samples: [],
    marks: [],
    durationMs: DURATION_MS,
    endedMs: 20_000,
    readBack: { acknowledged: 10, lost: 1, lostThoughKept: undefined, undead: 0 },
    faults: [],
    heldBack: 0,
    defects: [],
    ...changes,
  };
}

const figure = (name: FigureName, observations: Partial<Observations>, window: Window = WHOLE_RUN) =>
  measure(name, seen(observations), window);

describe('reads', () => {
  const operations = [
    read(1_000, 'complete'),
    read(2_000, 'open'),
    read(3_000, 'cut-short'),
    read(4_000, 'open', false),
  ];

  test('what was cut short says nothing; open ones may have served', () => {
    expect(figure('reads-complete', { operations })).toBeCloseTo(1 / 3);
    expect(figure('reads-served', { operations })).toBeCloseTo(2 / 3);
    expect(figure('read-ms-p99', { operations })).toBe(100);
  });

  test('a part of the run: from its beginning to before its end', () => {
    expect(figure('reads-complete', { operations }, { fromMs: 2_000, toMs: 4_000 })).toBe(0);
    expect(figure('reads-complete', { operations }, { fromMs: 5_000, toMs: 6_000 })).toBeUndefined();
  });

  test('reading back does not count for shares, and what it finds stale does', () => {
    const back = [...operations, read(DURATION_MS + 1, 'complete'), read(DURATION_MS + 2, 'stale', false)];
    expect(figure('reads-complete', { operations: back })).toBeCloseTo(1 / 3);
    expect(figure('reads-stale', { operations: back })).toBe(1);
  });
});

describe('whole after', () => {
  const samples = [
    sample(1_000, 0, 0),
    sample(4_000, 3, 9),
    sample(11_000, 1, 2),
    sample(13_000, 0, 2),
    sample(15_000, 0, 0),
  ];

  test('from the end of the duration, or from the beginning of the window', () => {
    expect(figure('ring-whole-after', { samples })).toBe(3_000);
    expect(figure('replicas-whole-after', { samples })).toBe(5_000);
    expect(figure('ring-whole-after', { samples }, { fromMs: 4_000, toMs: 20_000 })).toBe(9_000);
  });

  test('not within the window, or not to be seen: not measured', () => {
    expect(figure('ring-whole-after', { samples }, { fromMs: 4_000, toMs: 12_000 })).toBeUndefined();
    expect(figure('replicas-whole-after', { samples: [sample(12_000, 0, undefined)] })).toBeUndefined();
  });
});

test('rates are by phones that are up and seconds', () => {
  const samples = [sample(0, 0, 0, 1_000), sample(2_000, 0, 0, 1_800), sample(4_000, 0, 0, 5_000)];
  expect(figure('bytes-per-phone-second', { samples })).toBe(4_000 / 16);
  expect(figure('bytes-per-phone-second', { samples }, { fromMs: 0, toMs: 3_000 })).toBe(100);
});

test('joins: comings that never became members count against the others', () => {
  const joins = [{ phone: 1, startedMs: 0, memberMs: 700 }];
  expect(figure('joins-done', { joins, failedJoins: 3 })).toBe(0.25);
  expect(figure('join-ms-p50', { joins })).toBe(700);
  expect(figure('joins-done', {})).toBeUndefined();
});

test('an assertion holds by its bound; what was not measured, or ended by itself, fails', () => {
  const assertion = (figure: FigureName, comparison: Assertion['comparison'], bound: number): Assertion => ({
    ...{ text: '', figure, comparison, bound },
    ...WHOLE_RUN,
  });
  const scenario = (assertions: readonly Assertion[]): Scenario => ({ assertions }) as Scenario;
  const lost = [
    assertion('records-lost', '<=', 1),
    assertion('records-lost', '=', 1),
    assertion('records-lost', '>=', 1),
  ];
  expect(resultOf(scenario(lost), seen({})).passed).toBe(true);
  expect(resultOf(scenario(lost), seen({ defects: ['x'] })).passed).toBe(false);
  const unmet = [
    assertion('records-lost', '<', 1),
    assertion('records-lost', '>', 1),
    assertion('joins-done', '>=', 0),
  ];
  expect(resultOf(scenario(unmet), seen({})).assertions.map(({ holds }) => holds)).toEqual([false, false, false]);
});

test.each([
  [1, 'share', '100 %'],
  [0.999999, 'share', '> 99.999 %'],
  [0.000001, 'share', '< 0.001 %'],
  [0.98897, 'share', '98.897 %'],
  [7.25, 'ms', '7.3 ms'],
  [931.3, 'ms', '931 ms'],
  [1_725, 'ms', '1.73 s'],
  [330_000, 'ms', '5.5 min'],
  [2_588.1, 'number', '2,588'],
] as const)('%s (%s) is shown as %s', (value, unit, text) => expect(showValue(value, unit)).toBe(text));
