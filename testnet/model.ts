/** Has the model of the phones made before there are any: else all of them would set out to make it at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TestnetError } from './testnet-error.ts';

/** `npm run model`: says on standard error what it does, and takes no time when the model is there. */
const PROGRAM = join(import.meta.dirname, '../services/embedder/model.ts');

/** Throws a TestnetError when it cannot be made, and the reason of `signal` when that is aborted. */
export async function prepareModel(onProgress: (step: string) => void, signal: AbortSignal): Promise<void> {
  if ((process.env['RINGWALL_MODEL'] ?? '') !== '') return; // phones have a model of their own
  const flags = ['--disable-warning=ExperimentalWarning', PROGRAM];
  const maker = spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'pipe'], signal });
  const ended = once(maker, 'close') as Promise<[code: number | null]>;
  let last = '';
  createInterface(maker.stderr).on('line', (line) => {
    last = line.replace(/^· /, '');
    onProgress(last);
  });
  const [code] = await ended.catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  if (code !== 0) throw new TestnetError(last);
}
