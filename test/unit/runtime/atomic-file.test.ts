import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../services/shared/runtime/atomic-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringwall-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('an atomic write', () => {
  it('makes the folder, the file and its permissions', async () => {
    const path = join(folder, 'deep', 'er', 'file');
    await writeFileAtomically(path, 'one');
    await writeFileAtomically(path, 'two', { mode: 0o644 });
    expect(await readFile(path, 'utf8')).toBe('two');
    expect((await stat(path)).mode & 0o777).toBe(0o644);
  });

  it('leaves the old content, and no draft, when it fails', async () => {
    const path = join(folder, 'taken');
    await writeFileAtomically(join(path, 'inside'), 'a folder stands in the way');
    await expect(writeFileAtomically(path, 'new')).rejects.toThrow('EISDIR');
    expect(await readdir(folder)).toEqual(['taken']);
  });
});
