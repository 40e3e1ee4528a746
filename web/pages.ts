/** Builds the pages into folders of static files, when they are not built already of the sources as they stand. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip as gzipCompress } from 'node:zlib';

/** The wall's page, as a phone serves it. */
export const WALL_PAGE = join(import.meta.dirname, 'dist/wall');

const SOURCES = ['wall', 'service-worker', 'pages.ts', '../package-lock.json', '../services/wall-api/client'];
const TEXT = /\.(?:css|html|js|svg|webmanifest)$/;
const brotli = promisify(brotliCompress);
const gzip = promisify(gzipCompress);
/** In a built folder: a hash of what it was built from. */
const MARK = '.sources';

export interface BuildOptions {
  /** Told before work begins that takes seconds. */
  readonly onBuilding?: () => void;
}

/** Gives the folder of the built page. Several processes may call it at once. Throws when the sources are faulty. */
export async function buildWallPage({ onBuilding }: BuildOptions = {}): Promise<string> {
  const sources = await hashOfSources();
  if ((await markOf(WALL_PAGE)) === sources) return WALL_PAGE;
  onBuilding?.();
  await mkdir(dirname(WALL_PAGE), { recursive: true });
  const folder = await mkdtemp(`${WALL_PAGE}-`);
  try {
    await bundle(folder);
    await compress(folder);
    await writeFile(join(folder, MARK), sources);
    await replace(WALL_PAGE, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return WALL_PAGE;
}

async function bundle(outDir: string): Promise<void> {
  // Loaded here: whoever finds the page built needs none of it.
  const { build } = await import('vite');
  await build({
    root: join(import.meta.dirname, 'wall'),
    configFile: false,
    logLevel: 'warn',
    // Relative: the same files are served at `/` by a phone and at `/phones/{n}/` by the gateway.
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      target: 'es2022',
      emptyOutDir: true,
      // The content policy allows nothing inline: everything is a file of its own.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: {
          page: join(import.meta.dirname, 'wall/index.html'),
          'service-worker': join(import.meta.dirname, 'service-worker/service-worker.ts'),
        },
        output: {
          // Browsers look for it at its own address, again and again.
          entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  });
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
    for (const file of await filesUnder(join(import.meta.dirname, source)))
      hash.update(file).update(await readFile(file));
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
