/** `npm start` and the second terminal as a person uses them: real phones, the real command line. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { PhoneStatus } from '../../testnet/control/control-protocol.ts';
import { isAlive, phonesOf } from '../unit/testnet/processes.ts';
import { eventually } from './eventually.ts';
import { expectPost } from './expect-post.ts';
import { request, requestUntilTold, WallClient } from './wall-client.ts';

const MAIN = join(import.meta.dirname, '../../testnet/main.ts');
const run = promisify(execFile);

interface ReadyFile {
  readonly phones: readonly { readonly n: number; readonly id: string; readonly api: string; readonly pid: number }[];
  readonly gateway: string;
}

interface Terminal {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

const folder = mkdtempSync(join(tmpdir(), 'ringwall-cli-'));
const dataDir = join(folder, 'data');
const readyFile = join(folder, 'ready.json');
const terminals: Terminal[] = [];

function startTestnet(...options: string[]): Terminal {
  const parameters = [MAIN, 'start', '--data', dataDir, '--ready-file', readyFile, ...options];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...parameters]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const terminal = { child, output: () => output, ended: once(child, 'close').then(([code]) => code as number | null) };
  terminals.push(terminal);
  return terminal;
}

async function whenReady(terminal: Terminal): Promise<ReadyFile> {
  const hasEnded = (): boolean => terminal.child.exitCode !== null;
  await eventually('the testnet is ready', async () => existsSync(readyFile) || hasEnded());
  if (hasEnded()) throw new Error(`it ended: ${terminal.output()}`);
  return JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyFile;
}

/** What a command of a second terminal prints as JSON. */
async function command<Answer>(...parameters: string[]): Promise<Answer> {
  const { stdout } = await run(process.execPath, [MAIN, ...parameters, '--data', dataDir, '--json']);
  return JSON.parse(stdout) as Answer;
}

async function refusalOf(...parameters: string[]): Promise<{ code: number; stderr: string }> {
  return await run(process.execPath, [MAIN, ...parameters]).then(
    ({ stdout }) => {
      throw new Error(`it was not refused: ${stdout}`);
    },
    (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
  );
}

afterEach(async () => {
  for (const { child, ended } of terminals.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await eventually('all phones are gone', async () => phonesOf(dataDir).length === 0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line of the testnet', () => {
  test('starts, obeys a second terminal, ends on SIGINT, and continues where it stopped', async () => {
    const first = startTestnet('--phones', '4', '--seed', '7');
    const ready = await whenReady(first);
    expect(ready.phones.map((phone) => phone.n)).toEqual([1, 2, 3, 4]);
    expect((await request<{ items: unknown[] }>(`${ready.gateway}/v1/phones`)).body.items).toHaveLength(4);
    const [one, two] = ready.phones;

    const people = (await command<{ people: { name: string }[] }>('login')).people;
    expect(people.length).toBeGreaterThanOrEqual(12);
    const { token, api } = await command<{ token: string; api: string }>('login', people[0]!.name);
    const profile = await requestUntilTold(`${api}/v1/profile`, { token });
    expect(profile.body).toMatchObject({ name: people[0]!.name });
    await eventually('their posts are in the feed', async () => {
      const feed = await request<{ items: unknown[] }>(`${two!.api}/v1/feed?strategy=recent&limit=100`);
      return feed.body.items.length > 50;
    });

    const successors = async (): Promise<(number | null)[]> =>
      (await command<{ phones: PhoneStatus[] }>('status')).phones.map(({ successor }) => successor);
    expect(await command('cut', '3', '4')).toEqual({ inside: [3, 4], outside: [1, 2] });
    await eventually('the ring is two', async () => (await successors()).join() === '2,1,4,3');
    expect(await command('heal')).toEqual({ healed: true });
    const quality = ['--delay', '1ms..20ms', '--jitter', '5ms', '--loss', '0.5%', '--packet-loss', '1%'];
    const slow = { phones: [2, 3], delayMs: [1, 20], jitterMs: 5, loss: 0.005, packetLoss: 0.01 };
    expect(await command('slow', '2', '3', ...quality)).toEqual(slow);
    await eventually('the ring is one', async () => {
      const ring = await successors();
      let at = 1;
      for (let steps = 1; steps < ring.length; steps++) at = ring[at - 1] ?? 1;
      return new Set(ring).size === ring.length && ring[at - 1] === 1 && at !== 1;
    });

    const author = await WallClient.signUp(one!.api, 'Zoe');
    const post = await author.publish('Survive this');
    expect(await command('heal')).toEqual({ healed: true });
    expect(await command('kill', '1')).toEqual({ n: 1, state: 'killed' });
    await expectPost(two!.api, post);

    const added = await command<{ phones: { n: number }[] }>('join', '1');
    expect(added.phones.map((phone) => phone.n)).toEqual([5]);
    const { phones } = await command<{ phones: PhoneStatus[] }>('status');
    expect(phones.map((phone) => phone.state)).toEqual(['killed', 'running', 'running', 'running', 'running']);

    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(phonesOf(dataDir)).toEqual([]);
    expect(existsSync(readyFile)).toBe(false);

    const second = startTestnet();
    const again = await whenReady(second);
    expect(again.phones).toHaveLength(5);
    expect(again.phones[0]).toMatchObject({ n: 1, id: one!.id, api: one!.api });
    await expectPost(again.phones[4]!.api, post);
    expect(await command('down')).toEqual({ down: true });
    expect(await second.ended).toBe(0);
    expect(phonesOf(dataDir)).toEqual([]);
  });

  test('kill -9 of the supervisor leaves no phone behind, not even a frozen one', async () => {
    const terminal = startTestnet();
    const ready = await whenReady(terminal);
    await command('freeze', '2');
    terminal.child.kill('SIGKILL');
    await terminal.ended;
    await eventually('all phones are gone', async () => !ready.phones.some((phone) => isAlive(phone.pid)));
    const { stderr } = await refusalOf('status', '--data', dataDir);
    expect(stderr).toContain('no testnet runs in');
  });

  test('a start that is interrupted leaves no phone behind', async () => {
    const terminal = startTestnet();
    await eventually('the first phone is there', async () => phonesOf(dataDir).length > 0);
    terminal.child.kill('SIGTERM');
    expect(await terminal.ended).toBe(130);
    expect(phonesOf(dataDir)).toEqual([]);
  });

  test.each([
    [['start', '--phones', '0'], "error: option '--phones <n>' argument '0' is invalid."],
    [['start', '--phones', 'many'], "error: option '--phones <n>' argument 'many' is invalid."],
    [['start', '--port', '80'], "error: option '--port <base>' argument '80' is invalid."],
    [['start', '--data', '/proc/nowhere'], 'error: /proc/nowhere cannot be made (ENOENT): choose another --data'],
    [['start', '--ready-file', '/nowhere/f'], 'error: /nowhere/f cannot be written: name another --ready-file'],
    [['churn', '--rate', '-1'], "error: option '--rate <n>' argument '-1' is invalid."],
    [['cut', '1', 'x'], "error: command-argument value 'x' is invalid for argument 'n'."],
    [['slow', '1', '--delay', '1h'], "error: option '--delay <time>' argument '1h' is invalid."],
    [['slow', '1', '--delay', '9ms..1ms'], "error: option '--delay <time>' argument '9ms..1ms' is invalid."],
    [['slow', '1', '--jitter', '2s'], "error: option '--jitter <time>' argument '2s' is invalid."],
    [['slow', '1', '--loss', '101%'], "error: option '--loss <part>' argument '101%' is invalid."],
    [['slow', '1', '--packet-loss', '60%'], "error: option '--packet-loss <part>' argument '60%' is invalid."],
    [['kill', 'x'], "error: command-argument value 'x' is invalid for argument 'n'."],
    [['kill'], "error: missing required argument 'n'"],
    [['dance'], "error: unknown command 'dance'"],
    [['login', 'Nobody', '--data', '/nowhere'], 'error: nobody here is called Nobody'],
  ])('refuses %j in one line', async (parameters, message) => {
    const { code, stderr } = await refusalOf(...parameters);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('every command has a help', async () => {
    const names = [
      'start',
      'status',
      'kill',
      'stop',
      'freeze',
      'thaw',
      'restart',
      'cut',
      'slow',
      'heal',
      'join',
      'churn',
      'down',
      'login',
    ];
    const helps = await Promise.all(names.map((name) => run(process.execPath, [MAIN, name, '--help'])));
    for (const { stdout } of helps) expect(stdout).toContain('Usage: testnet');
  });
});
