/** `npm run scenario` as a program: what it writes, and its exit codes. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../scenario/main.ts');
const SCENARIO = `name: tiny
about: Eight phones & ten seconds, of no use but to be over soon.
seed: 1
duration: 10s
settle: 30s
population: {phones: 8}
workload: {people: 4, every: {exponential: 100ms}, mix: {post: 1, read: 1, lookup: 1}}
assertions:
  - records-lost = 0
  - reads-complete >= 90%
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringwall-scenario-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in the folder. */
async function scenario(...args: readonly string[]): Promise<Ended> {
  return await new Promise((resolve) => {
    const node = ['--disable-warning=ExperimentalWarning', MAIN, ...args];
    execFile(process.execPath, node, { cwd: folder }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

async function fileOf(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return name;
}

test('assertions that hold: exit code 0, a card, and with the same seed the same card but for its times', async () => {
  const file = await fileOf('tiny.yaml', SCENARIO);
  const first = await scenario(file);
  expect(first).toMatchObject({ code: 0 });
  expect(first.out).toMatch(/^held {4}records-lost = 0 {7}0$/m);
  expect(first.out).toMatch(/tiny on sim, seed 1: passed \(config [0-9a-f]{12}, events [0-9a-f]{8}\)/);
  const card = await readFile(join(folder, 'run-cards/tiny.sim.1.html'), 'utf8');
  expect(card).toContain('Passed: 2 of 2 assertions hold');
  expect(card).toContain('Eight phones &amp; ten seconds');
  const again = await scenario(file, '--card', 'again.html', '--page', 'page.md');
  expect(again.out.replace('again.html', 'run-cards/tiny.sim.1.html')).toBe(first.out);
  expect(await readFile(join(folder, 'again.html'), 'utf8')).toContain('Passed');
  expect(await readFile(join(folder, 'page.md'), 'utf8')).toContain('| `records-lost = 0` | 0 | held |');
});

test('one assertion that does not hold: exit code 1, and the card says so', async () => {
  const file = await fileOf('strict.yaml', SCENARIO.replace('reads-complete >= 90%', 'lookup-ms-p50 < 0ms'));
  const { code, out } = await scenario(file, '--seed', '7', '--card', 'cards/strict.html');
  expect(code).toBe(1);
  expect(out).toMatch(/^FAILED {2}lookup-ms-p50 < 0ms/m);
  expect(out).toContain('seed 7: FAILED');
  expect(await readFile(join(folder, 'cards/strict.html'), 'utf8')).toContain('Failed: 1 of 2 assertions hold');
});

test('files that are wrong: exit code 2, and every fault of all of them before anything is played', async () => {
  const one = await fileOf('one.yaml', SCENARIO.replace('seed: 1', 'sede: 1').replace('10s', '10'));
  const { code, out, err } = await scenario(one, 'two.yaml');
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err.trim().split('\n')).toEqual([
    'one.yaml:1:1: seed is missing',
    'one.yaml:3:1: there is no key sede (did you mean seed?)',
    'one.yaml:4:11: duration: a time such as 250ms, 90s, 1.4min or 2h is wanted, not "10"',
    'two.yaml cannot be read (ENOENT): name a scenario file',
  ]);
});

test.each([
  ['a stage that there is not', ['tiny.yaml', '--on', 'moon']],
  ['no number', ['tiny.yaml', '--seed', 'x']],
  ['no file', []],
  ['one card for two', ['tiny.yaml', 'tiny.yaml', '--card', 'x.html']],
])('%s: exit code 2', async (_, args) => {
  const { code, err } = await scenario(...args);
  expect(code).toBe(2);
  expect(err).not.toBe('');
});
