/** What must be made before there are phones: else all of them would set out to make it at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { TestnetError } from './testnet-error.ts';

/** `npm run model`. */
const MODEL_PROGRAM = join(import.meta.dirname, '../services/embedder/model.ts');
/** `npm run web`: its output is the environment of those that serve the pages. */
const PAGES_PROGRAM = join(import.meta.dirname, '../web/build.ts');

/**
 * Makes the model of the phones and the pages they serve; takes no time when both are there. Gives the environment that
 * phones and the gateway then need. Throws a TestnetError when something cannot be made, and the reason of `signal` when it aborts.
 */
export async function prepare(
  onProgress: (step: string) => void,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  // Phones that are told of their own have them.
  if (!isSet('RINGWALL_MODEL')) await run(MODEL_PROGRAM, onProgress, signal);
  if (isSet('RINGWALL_PAGES')) return {};
  const lines = (await run(PAGES_PROGRAM, onProgress, signal)).split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/, 2)));
}

function isSet(variable: string): boolean {
  return (process.env[variable] ?? '') !== '';
}

/** Runs a program that says on standard error what it does; gives its output. */
async function run(program: string, onProgress: (step: string) => void, signal: AbortSignal): Promise<string> {
  const flags = ['--disable-warning=ExperimentalWarning', program];
  const maker = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const ended = once(maker, 'close') as Promise<[code: number | null]>;
  let last = '';
  createInterface(maker.stderr).on('line', (line) => {
    last = line.replace(/^· /, '');
    onProgress(last);
  });
  const output = text(maker.stdout);
  const [code] = await ended.catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  if (code !== 0) throw new TestnetError(last);
  return (await output).trim();
}
