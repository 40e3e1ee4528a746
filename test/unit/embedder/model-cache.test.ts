/** The model is made once for all phones of a machine, and a damaged one is made anew. */
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cachedModel, cacheFolder } from '../../../services/embedder/adapters/model-cache.ts';
import { faultsOf } from '../../../services/embedder/adapters/model-files.ts';
import { USE_LITE_CHECKSUMS } from '../../../services/embedder/adapters/use-lite-model.ts';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ringwall-cache-'));
});

afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
});

async function make(): Promise<{ folder: string; steps: string[] }> {
  const steps: string[] = [];
  const folder = await cachedModel(cache, (step) => steps.push(step));
  return { folder, steps };
}

describe('the cached model', () => {
  test('is made by several at once, and found by all who come later', async () => {
    const [first, second] = await Promise.all([make(), make()]);
    expect(first.folder).toBe(second.folder);
    expect(first.steps.join('\n')).toMatch(/^making the model .* once for this machine[^]*\nmade the model /);
    expect(await faultsOf(first.folder, USE_LITE_CHECKSUMS)).toEqual([]);
    expect((await make()).steps).toEqual([]);
    const left = await readdir(join(cache, 'models'));
    expect(left.filter((name) => /draft|old/.test(name))).toEqual([]);
  });

  test('is made anew when it is damaged, and what killed makers left is cleared away', async () => {
    const { folder } = await make();
    await mkdir(`${folder}.draft-killed`);
    await truncate(join(folder, 'model.onnx.data'), 1000);
    await rm(join(folder, 'vocabulary.bin'));
    const faults = await faultsOf(folder, USE_LITE_CHECKSUMS);
    expect(faults).toEqual([
      expect.stringMatching(/model\.onnx\.data has another checksum than it must: [0-9a-f]{64}, not [0-9a-f]{64}$/),
      expect.stringMatching(/vocabulary\.bin is missing$/),
    ]);
    expect((await make()).steps).toHaveLength(2);
    expect(await faultsOf(folder, USE_LITE_CHECKSUMS)).toEqual([]);
    expect(await readdir(join(cache, 'models'))).toEqual([basename(folder), `${basename(folder)}.lock`]);
  });

  test('says what is wrong with a cache that cannot be written', async () => {
    await writeFile(join(cache, 'models'), 'a file, not a folder');
    await expect(make()).rejects.toThrow(/^cannot make the model in .*models.*: E(EXIST|NOTDIR)/);
    expect(await readdir(cache)).toEqual(['models']);
  });
});

test('the cache is where the operating system wants it', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/ringwall');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative/is/ignored' })).toBe(cacheFolder({}));
});
