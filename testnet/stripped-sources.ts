/**
 * Copies of the phones' sources without their types, made once for all phones of this checkout. A phone that reads them
 * needs neither Node's type stripper (10 MB of its memory) nor a compile cache, which Node keeps in memory for as long as
 * a process runs (6 MB). Its start takes about 50 ms more of the processor than with a cache.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
/** What phones are made of. */
const ROOMS = ['services', 'proto/gen'];
const CACHE = join(ROOT, 'node_modules/.cache/ringwall');
const PREFIX = 'stripped-';
/** Copies of so many states of the sources are kept: other testnets of this checkout may run them. */
const KEPT = 8;

/** Flags that have Node read the copies; none where they cannot be written: phones strip the types themselves then. */
export async function strippedSourceFlags(): Promise<readonly string[]> {
  const folder = await strippedSources(CACHE).catch(() => undefined);
  if (folder === undefined) return [];
  const loader = pathToFileURL(join(import.meta.dirname, 'load-stripped.mjs'));
  loader.searchParams.set('folder', `${pathToFileURL(folder).href}/`);
  return [`--import=${loader.href}`];
}

/** The folder below `cache` with copies of the sources as they are now, under the same paths as below the root. */
export async function strippedSources(cache: string): Promise<string> {
  const sources = await readSources();
  const digest = createHash('sha256').update(process.version);
  for (const [path, text] of sources) digest.update(`\0${path}\0${text}`);
  const folder = join(cache, `${PREFIX}${digest.digest('hex').slice(0, 32)}`);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'stripping-'));
  try {
    for (const [path, text] of sources) {
      const copy = join(draft, path);
      await mkdir(dirname(copy), { recursive: true });
      await writeFile(copy, stripTypeScriptTypes(text));
    }
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another testnet may have been faster.
    if (!(await exists(folder))) throw error;
  }
  await removeOldest(cache);
  return folder;
}

async function readSources(): Promise<[path: string, text: string][]> {
  const paths: string[] = [];
  for (const room of ROOMS) {
    const names = await readdir(join(ROOT, room), { recursive: true });
    paths.push(...names.filter((name) => name.endsWith('.ts')).map((name) => join(room, name)));
  }
  return await Promise.all(
    paths.sort().map(async (path): Promise<[string, string]> => [path, await readFile(join(ROOT, path), 'utf8')]),
  );
}

async function removeOldest(cache: string): Promise<void> {
  const folders = (await readdir(cache)).filter((name) => name.startsWith(PREFIX)).map((name) => join(cache, name));
  const madeAt = new Map<string, number>();
  for (const folder of folders) madeAt.set(folder, (await stat(folder)).mtimeMs);
  const oldestLast = folders.sort((a, b) => madeAt.get(b)! - madeAt.get(a)!);
  for (const folder of oldestLast.slice(KEPT)) await rm(folder, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
