/**
 * The converted model in the cache of the person who runs the phones, made once for all phones of the machine: the
 * weights are shared in memory only by processes that map the same file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { faultsOf } from './model-files.ts';
import { USE_LITE, USE_LITE_CHECKSUMS } from './use-lite-model.ts';

/** Hears of what is being done, for it takes a second. */
export type Progress = (step: string) => void;

const MAKE_MODEL = join(import.meta.dirname, '../make-model.ts');

/** The cache folder of Ringwall, by the custom of the operating system (on Linux the XDG base directories). */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'ringwall');
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ringwall');
  if (process.platform === 'win32' && local !== undefined) return join(local, 'ringwall');
  return join(homedir(), '.cache/ringwall');
}

/**
 * The folder of the converted model, which is made when it is missing or damaged: by a process of its own, for that
 * takes more memory than a phone has. Several processes may do so at once. Throws when it cannot be made.
 */
export async function cachedModel(cache: string, progress: Progress): Promise<string> {
  const folder = join(cache, 'models', `${USE_LITE.name}-${USE_LITE.version}`);
  const faults = await faultsOf(folder, USE_LITE_CHECKSUMS);
  if (faults.length === 0) return folder;
  progress(`making the model ${USE_LITE.name} ${USE_LITE.version}, once for this machine, in ${folder}`);
  await runMaker(folder);
  progress(`made the model ${USE_LITE.name} ${USE_LITE.version}`);
  return folder;
}

async function runMaker(folder: string): Promise<void> {
  const flags = ['--disable-warning=ExperimentalWarning', MAKE_MODEL, folder];
  const maker = spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaint, [code, signal]] = await Promise.all([text(maker.stderr), once(maker, 'close')]);
  if (code !== 0) throw new Error(`cannot make the model in ${folder}: ${complaint.trim() || (signal ?? code)}`);
}
