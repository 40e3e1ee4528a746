/**
 * Fills the compile cache of the image, at the end of its build, under the user and with the flags that its programs have:
 *
 *     node FLAGS containers/warm-cache.js PROGRAM...
 *
 * Each program is started as it will be, and stopped as soon as it is ready; Node writes down what it compiled. Later
 * starts read that instead, for a tenth of the CPU time. Environment: what the programs need beyond their defaults.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUNDLE = join(import.meta.dirname, '..');
/** A program that is not ready by then never will be, in ms. */
const TIMEOUT_MS = 120_000;

for (const program of process.argv.slice(2)) await warm(program);

async function warm(program: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'warm-'));
  const child = spawn(process.execPath, [...process.execArgv, join(BUNDLE, program)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    timeout: TIMEOUT_MS,
    env: {
      ...process.env,
      RINGWALL_DATA: folder,
      RINGWALL_LOG_LEVEL: 'silent',
      // A gateway must be told of some phone.
      RINGWALL_GATEWAY_PHONES: '127.0.0.1:1',
    },
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  child.on('message', (message: { type?: unknown }) => {
    if (message.type === 'ready') child.kill('SIGTERM');
  });
  const [code, signal] = await ended;
  await rm(folder, { recursive: true, force: true });
  if (code === 0) return;
  process.stderr.write(`${program} did not start: it ended with ${signal ?? code}\n`);
  process.exitCode = 1;
}
