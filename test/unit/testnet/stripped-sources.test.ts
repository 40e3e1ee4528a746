import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { strippedSourceFlags, strippedSources } from '../../../testnet/stripped-sources.ts';
import { ROOT } from '../house/source.ts';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ringwall-stripped-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

test('copies have the lines of their sources, without types, and are made once', async () => {
  const folder = await strippedSources(cache);
  const path = 'services/shared/core/result.ts';
  const [source, copy] = await Promise.all([readFile(join(ROOT, path), 'utf8'), readFile(join(folder, path), 'utf8')]);
  expect(source).toContain('export type');
  expect(copy).not.toContain('export type');
  expect(copy.split('\n')).toHaveLength(source.split('\n').length);
  await rm(join(folder, path));
  expect(await Promise.all([strippedSources(cache), strippedSources(cache)])).toEqual([folder, folder]);
  expect(await readdir(cache)).toEqual([folder.slice(cache.length + 1)]);
  await expect(readFile(join(folder, path))).rejects.toThrow('ENOENT');
});

test('several that want them at once get the same ones', async () => {
  const folders = await Promise.all([1, 2, 3].map(() => strippedSources(cache)));
  expect(new Set(folders).size).toBe(1);
  expect(await readdir(cache)).toHaveLength(1);
});

test('copies of older sources go, the oldest first', async () => {
  for (let age = 1; age <= 9; age++) {
    await mkdir(join(cache, `stripped-${age}`));
    await utimes(join(cache, `stripped-${age}`), 0, 1_000 - age);
  }
  const folder = await strippedSources(cache);
  const kept = [...Array.from({ length: 7 }, (_, i) => `stripped-${i + 1}`), folder.slice(cache.length + 1)];
  expect((await readdir(cache)).sort()).toEqual(kept.sort());
});

test('a phone runs from them alone, where Node itself would read no TypeScript', async () => {
  const program = join(ROOT, 'services/phone-node/main.ts');
  const run = promisify(execFile);
  const without = ['--no-experimental-strip-types', program, '--help'];
  await expect(run(process.execPath, without)).rejects.toThrow('Unknown file extension');
  const { stdout } = await run(process.execPath, [...(await strippedSourceFlags()), ...without]);
  expect(stdout).toContain('RINGWALL_DATA');
});
