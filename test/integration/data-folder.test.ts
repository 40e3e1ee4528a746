/** One data folder, one process: a second one is told so and touches nothing. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openWall } from '../unit/wall-api/wall-fixture.ts';
import { newDataFolder, startRouter, stopRouters } from './router-process.ts';

afterEach(stopRouters);

describe('a data folder', () => {
  it('is for one process at a time, and free again as soon as that one is killed', async () => {
    const folder = await newDataFolder();
    const first = await startRouter(folder, []);
    const identity = await readFile(join(folder, 'phone.json'), 'utf8');
    await expect(startRouter(folder, [])).rejects.toThrow(
      /^the router ended with 78 before it was ready:\n\S+records\.sqlite is in use by another phone: [^\n]*\n$/,
    );
    expect(await readFile(join(folder, 'phone.json'), 'utf8')).toBe(identity);
    expect((await first.chord.getStatus({})).self?.id).toBe(first.id);
    first.kill('SIGKILL');
    await first.exited;
    const next = await startRouter(folder, []);
    expect([next.id, next.peer]).toEqual([first.id, first.peer]);
  });

  it('that cannot be one is complained of in one line', async () => {
    const file = join(await newDataFolder(), 'file');
    await writeFile(file, '');
    await expect(startRouter(join(file, 'folder'), [])).rejects.toThrow(
      /^the router ended with 78 before it was ready:\ncannot make the data folder: ENOTDIR[^\n]*\n$/,
    );
  });

  it('is for one wall API at a time', async () => {
    const wall = await openWall();
    await expect(openWall({ dataDir: wall.dataDir })).rejects.toThrow(/wall\.sqlite is in use by another wall API/);
    await wall.restart();
  });
});
