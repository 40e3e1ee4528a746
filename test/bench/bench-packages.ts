/**
 * Packages that a bench measures with or against, installed into the cache folder when it asks for them: nothing of them is
 * among this project's dependencies.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../services/embedder/adapters/model-cache.ts';

const run = promisify(execFile);

const PARENT = join(cacheFolder(), 'bench');
const LOADER = 'load.ts';

export class BenchPackages {
  /** The pinned versions by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly #manifest: string;
  /** One for each choice of versions; it is there when all of them are. */
  readonly #folder: string;

  /** `manifest`: the path of the package.json that pins them; `name` tells apart those of several benches. */
  constructor(name: string, manifest: string) {
    const text = readFileSync(manifest, 'utf8');
    this.#manifest = manifest;
    this.#folder = join(PARENT, `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
    this.versions = (JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> }).dependencies;
  }

  /** Does nothing where the pinned versions are there. Throws an Error when npm cannot install them; then nothing is left. */
  async install(onProgress: (step: string) => void): Promise<void> {
    if (existsSync(this.#folder)) return;
    const versions = Object.entries(this.versions).map((pinned) => pinned.join(' '));
    onProgress(`installing ${versions.join(', ')}, once for this machine, into ${this.#folder}`);
    await mkdir(PARENT, { recursive: true });
    const folder = await mkdtemp(join(PARENT, 'installing-'));
    try {
      await copyFile(this.#manifest, join(folder, 'package.json'));
      await copyFile(join(import.meta.dirname, LOADER), join(folder, LOADER));
      await run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: folder });
      await rename(folder, this.#folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      // Another bench was faster.
      if (existsSync(this.#folder)) return;
      const why = (error as Error).message;
      throw new Error(`cannot install packages into ${this.#folder} (it needs npm and its registry): ${why}`, {
        cause: error,
      });
    }
  }

  /** The exports of an installed package; what they look like is for the caller to say. */
  async load(name: string): Promise<unknown> {
    const { load } = (await import(pathToFileURL(join(this.#folder, LOADER)).href)) as {
      readonly load: (name: string) => Promise<unknown>;
    };
    return await load(name);
  }
}
