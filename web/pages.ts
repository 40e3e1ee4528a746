/** Builds the pages into folders of static files, when they are not built already of the sources as they stand. */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip as gzipCompress } from 'node:zlib';
import type { InlineConfig } from 'vite';

/** Folders of built pages. */
export interface Pages {
  /** The wall, as each phone serves it. */
  readonly wall: string;
  /** The console, as the gateway serves it. */
  readonly console: string;
}

/** What stands for the pages in tabs and on home screens. */
const ICON = join(import.meta.dirname, 'shared/icon.svg');
const DIST = join(import.meta.dirname, 'dist');
const SOURCES = [
  ...['wall', 'console', 'shared', 'service-worker', 'pages.ts', '../package-lock.json'],
  ...[
    '../services/wall-api/client',
    '../services/wall-api/core',
    '../services/wall-api/adapters/ristretto.ts',
    '../services/shared/core',
  ],
];
const TEXT = /\.(?:css|html|js|svg|webmanifest)$/;
const brotli = promisify(brotliCompress);
const gzip = promisify(gzipCompress);
/** Of the hash of the sources: enough to tell one build from another. */
const VERSION_DIGITS = 16;
/** In a built folder: a hash of what it was built from. */
const MARK = '.sources';

export interface BuildOptions {
  /** Told before work begins that takes seconds. */
  readonly onBuilding?: () => void;
}

/** Gives the folders of the built pages. Several processes may call it at once. Throws when the sources are faulty. */
export async function buildPages({ onBuilding }: BuildOptions = {}): Promise<Pages> {
  const pages = { wall: join(DIST, 'wall'), console: join(DIST, 'console') };
  const sources = await hashOfSources();
  const marks = await Promise.all([markOf(pages.wall), markOf(pages.console)]);
  if (marks.every((mark) => mark === sources)) return pages;
  onBuilding?.();
  await mkdir(DIST, { recursive: true });
  const serviceWorker = join(import.meta.dirname, 'service-worker/service-worker.ts');
  await buildPage('wall', pages.wall, sources, { 'service-worker': serviceWorker });
  await buildPage('console', pages.console, sources, {});
  return pages;
}

async function buildPage(
  name: keyof Pages,
  folder: string,
  sources: string,
  scripts: Readonly<Record<string, string>>,
): Promise<void> {
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await bundle(join(import.meta.dirname, name), fresh, sources.slice(0, VERSION_DIGITS), scripts);
    await compress(fresh);
    await writeFile(join(fresh, MARK), sources);
    await chmod(fresh, 0o755);
    await replace(folder, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** `scripts`: further programs beside the page, each a file under its own name, where browsers look for it again. */
async function bundle(
  root: string,
  outDir: string,
  version: string,
  scripts: Readonly<Record<string, string>>,
): Promise<void> {
  // Loaded here: whoever finds the page built needs none of it.
  const { build } = await import('vite');
  const common: InlineConfig = {
    root,
    configFile: false,
    logLevel: 'warn',
    // Relative: the same files are served at `/` by a phone and at `/phones/{n}/` by the gateway.
    base: './',
    define: { PAGE_VERSION: JSON.stringify(version) },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  };
  // The content policy allows nothing inline: everything is a file of its own.
  const files = { outDir, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } } as const;
  const page = { input: { page: join(root, 'index.html') } };
  await build({ ...common, build: { ...files, emptyOutDir: true, rolldownOptions: page } });
  await copyFile(ICON, join(outDir, 'icon.svg'));
  for (const [name, input] of Object.entries(scripts)) {
    // By itself: what it shares with the page it must not load as a module.
    const script = { input: { [name]: input }, output: { entryFileNames: '[name].js' } };
    await build({ ...common, publicDir: false, build: { ...files, emptyOutDir: false, rolldownOptions: script } });
  }
}

/** Leaves beside each text a smaller form of it, for servers to send as it is. */
async function compress(folder: string): Promise<void> {
  const texts = (await filesUnder(folder)).filter((file) => TEXT.test(file));
  await Promise.all(
    texts.map(async (file) => {
      const text = await readFile(file);
      await writeFile(`${file}.br`, await brotli(text));
      await writeFile(`${file}.gz`, await gzip(text, { level: 9 }));
    }),
  );
}

/** Puts the new folder in place of the old one; when another process was faster, its folder stays. */
async function replace(folder: string, by: string): Promise<void> {
  const old = `${by}-old`;
  await rename(folder, old).catch(() => undefined);
  await rename(by, folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(old, { recursive: true, force: true });
}

async function markOf(folder: string): Promise<string | undefined> {
  return await readFile(join(folder, MARK), 'utf8').catch(() => undefined);
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of await filesUnder(join(import.meta.dirname, source))) {
      // A place of its own must not make a page another one.
      hash.update(file.slice(import.meta.dirname.length)).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

/** The files of a folder and all below it, or the file itself; in order, so that the hash is always the same. */
async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
