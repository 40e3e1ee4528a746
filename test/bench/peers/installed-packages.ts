/**
 * The peers' packages, installed into the cache folder when the bench asks for them: nothing of them is among this
 * project's dependencies.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../services/embedder/adapters/model-cache.ts';

const run = promisify(execFile);

const PACKAGE = join(import.meta.dirname, 'package');
const FOLDER = join(cacheFolder(), 'bench', 'peers');
/** Written last: what it says is what is installed as a whole. */
const INSTALLED = join(FOLDER, 'installed.json');
const LOADER = join(FOLDER, 'load.ts');

/** The pinned versions by name. */
export async function peerVersions(): Promise<Readonly<Record<string, string>>> {
  const { dependencies } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return dependencies;
}

/** Does nothing where the pinned versions are there. Throws an Error when npm cannot install them. */
export async function installPeers(onProgress: (step: string) => void): Promise<void> {
  const wanted = await readFile(join(PACKAGE, 'package.json'), 'utf8');
  const installed = await readFile(INSTALLED, 'utf8').catch(() => undefined);
  if (installed === wanted) return;
  const versions = Object.entries(await peerVersions()).map((pinned) => pinned.join(' '));
  onProgress(`installing ${versions.join(', ')}, once for this machine, into ${FOLDER}`);
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const file of ['package.json', 'load.ts']) await copyFile(join(PACKAGE, file), join(FOLDER, file));
  try {
    await run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: FOLDER });
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(`cannot install the peers into ${FOLDER} (it needs npm and its registry): ${why}`, {
      cause: error,
    });
  }
  await writeFile(INSTALLED, wanted);
}

/** The exports of an installed package; what they look like is for the caller to say. */
export async function loadPeer(name: string): Promise<unknown> {
  const { load } = (await import(pathToFileURL(LOADER).href)) as { readonly load: (name: string) => Promise<unknown> };
  return await load(name);
}
