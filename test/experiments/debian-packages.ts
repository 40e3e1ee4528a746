/** Debian's packages as sources of texts: downloaded and unpacked while they are read, and gone afterwards. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Has `read` look into the packages' files, below `root`. Needs apt and dpkg; throws an Error that says so. */
export async function withPackages<T>(packages: readonly string[], read: (root: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-texts-'));
  const root = join(folder, 'unpacked');
  try {
    await run('apt-get', ['download', ...packages], { cwd: folder });
    const files = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    for (const name of files) await run('dpkg-deb', ['-x', name, root], { cwd: folder });
    return await read(root);
  } catch (error) {
    const message = `cannot fetch Debian's ${packages.join(' and ')} with apt-get and dpkg-deb: ${(error as Error).message}`;
    throw new Error(message, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
