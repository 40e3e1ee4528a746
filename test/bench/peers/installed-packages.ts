/**
 * The peers' packages, installed into the cache folder when the bench asks for them: nothing of them is among this
 * project's dependencies.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../services/embedder/adapters/model-cache.ts';

const run = promisify(execFile);

const PACKAGE = join(import.meta.dirname, 'package');
const MANIFEST = readFileSync(join(PACKAGE, 'package.json'), 'utf8');
const PARENT = join(cacheFolder(), 'bench');
/** One for each choice of versions; it is there when all of them are. */
const FOLDER = join(PARENT, `peers-${createHash('sha256').update(MANIFEST).digest('hex').slice(0, 12)}`);

/** The pinned versions by name. */
export const PEER_VERSIONS = (JSON.parse(MANIFEST) as { readonly dependencies: Readonly<Record<string, string>> })
  .dependencies;

/** Does nothing where the pinned versions are there. Throws an Error when npm cannot install them; then nothing is left. */
export async function installPeers(onProgress: (step: string) => void): Promise<void> {
  if (existsSync(FOLDER)) return;
  const versions = Object.entries(PEER_VERSIONS).map((pinned) => pinned.join(' '));
  onProgress(`installing ${versions.join(', ')}, once for this machine, into ${FOLDER}`);
  await mkdir(PARENT, { recursive: true });
  const folder = await mkdtemp(join(PARENT, 'installing-'));
  try {
    for (const file of ['package.json', 'load.ts']) await copyFile(join(PACKAGE, file), join(folder, file));
    await run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: folder });
    await rename(folder, FOLDER);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // Another bench was faster.
    if (existsSync(FOLDER)) return;
    const why = (error as Error).message;
    throw new Error(`cannot install the peers into ${FOLDER} (it needs npm and its registry): ${why}`, {
      cause: error,
    });
  }
}

/** The exports of an installed package; what they look like is for the caller to say. */
export async function loadPeer(name: string): Promise<unknown> {
  const { load } = (await import(pathToFileURL(join(FOLDER, 'load.ts')).href)) as {
    readonly load: (name: string) => Promise<unknown>;
  };
  return await load(name);
}
