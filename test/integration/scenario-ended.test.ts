/** `npm run scenario -- FILE --on processes` as it is ended in every way there is: no phone outlives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isAlive, phonesStartedBy } from '../unit/testnet/processes.ts';
import { eventually } from './eventually.ts';

const MAIN = join(import.meta.dirname, '../scenario/main.ts');
const SCENARIO = `
name: four
about: Four phones and a few seconds.
seed: 1
duration: 6s
settle: 2min
replication: 3
population: {phones: 4}
workload:
  people: 4
  every: {exponential: 100ms}
  mix: {post: 4, read: 5, lookup: 1}
  records: 50
assertions:
  - records-lost = 0
  - reads-stale = 0
on:
  processes:
    sample-every: 500ms
`;

const folder = mkdtempSync(join(tmpdir(), 'ringwall-scenario-'));
const file = join(folder, 'four.yaml');
const card = join(folder, 'card.html');
const runs: ChildProcess[] = [];

beforeAll(() => writeFileSync(file, SCENARIO));
afterEach(async () => {
  for (const run of runs.splice(0)) {
    const ended = run.exitCode === null && run.signalCode === null ? once(run, 'exit') : undefined;
    run.kill('SIGKILL');
    await ended;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start() {
  const parameters = [MAIN, file, '--on', 'processes', '--card', card];
  const run = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...parameters]);
  runs.push(run);
  let output = '';
  for (const stream of [run.stdout, run.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  // Closed, not ended: then all that it said is here.
  const ended = once(run, 'close').then(([code]) => code as number | null);
  return { run, ended, output: () => output };
}

/** The phones of a run, once all four are there. */
async function phonesOf(run: ChildProcess): Promise<number[]> {
  return await eventually('four phones run', async () => {
    const phones = phonesStartedBy(run.pid!);
    return phones.length === 4 && phones;
  });
}

test('plays a file on real phones and ends with a card, a summary and a code', async () => {
  const { run, ended, output } = start();
  const phones = await phonesOf(run);
  expect(await ended, output()).toBe(0);
  expect(output()).toContain('four on processes, seed 1: passed');
  expect(output()).toMatch(/held +records-lost = 0 +0\n/);
  expect(existsSync(card) && readFileSync(card, 'utf8')).toContain('<svg');
  expect(phones.filter(isAlive)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ended by %s, it leaves no phone behind', async (signal) => {
  const { run, ended, output } = start();
  const phones = await phonesOf(run);
  run.kill(signal);
  expect(await ended, output()).toBe(130);
  expect(phones.filter(isAlive)).toEqual([]);
});

test('killed, it leaves no phone behind', async () => {
  const { run, ended } = start();
  const phones = await phonesOf(run);
  run.kill('SIGKILL');
  await ended;
  await eventually('all phones are gone', async () => !phones.some(isAlive));
});
