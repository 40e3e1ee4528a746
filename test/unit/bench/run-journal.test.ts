/** The journal of a bench: what was measured outlives the process, and nothing else is taken for it. */
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SystemFigures } from '../../bench/peers/figures.ts';
import { WHOLE_TABLE } from '../../bench/peers/network-plan.ts';
import { RunJournal } from '../../bench/peers/run-journal.ts';

const VERSIONS = { hyperdht: '1.0.0' };
const [plan, otherPlan] = WHOLE_TABLE;
const name = { plan: plan!, system: 'ringwall', run: 1 } as const;
const figures: SystemFigures = { system: 'ringwall', convergedSeconds: 2, operations: [] };

function measuredOnce(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'ringwall-journal-')), 'of', 'runs.jsonl');
  new RunJournal(path, VERSIONS, false).add(name, figures);
  return path;
}

test('what was measured is there when the bench goes on', () => {
  expect(new RunJournal(measuredOnce(), VERSIONS, true).of(name)).toEqual(figures);
});

test.each([
  ['another network', { ...name, plan: otherPlan! }],
  ['another system', { ...name, system: 'hyperdht' } as const],
  ['another run', { ...name, run: 2 }],
])('%s is still to be measured', (_, other) => {
  expect(new RunJournal(measuredOnce(), VERSIONS, true).of(other)).toBeUndefined();
});

test('what other versions took is not taken for it', () => {
  expect(new RunJournal(measuredOnce(), { hyperdht: '2.0.0' }, true).of(name)).toBeUndefined();
});

test('a line that was cut off is measured again', () => {
  const path = measuredOnce();
  appendFileSync(path, '{"of":"');
  expect(new RunJournal(path, VERSIONS, true).of(name)).toEqual(figures);
});

test('one that does not go on begins anew', () => {
  const path = measuredOnce();
  expect(new RunJournal(path, VERSIONS, false).of(name)).toBeUndefined();
  expect(new RunJournal(path, VERSIONS, true).of(name)).toBeUndefined();
});
