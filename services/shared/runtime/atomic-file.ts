/** Files that are either the old or the new content after a crash, never half of one. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface AtomicFileOptions {
  /** Permission bits of the file. Default: readable and writable by its owner alone. */
  readonly mode?: number;
}

/** Replaces the file's content. When this has resolved, the new content survives a crash of the machine. */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  options: AtomicFileOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const draft = `${path}.${process.pid}.new`;
  await mkdir(folder, { recursive: true });
  try {
    const file = await open(draft, 'w', options.mode ?? 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
