/** The projection that phones agree on can be made anew by anybody, from what is in the repository and its packages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cachedModel, cacheFolder } from '../../services/embedder/adapters/model-cache.ts';
import { readProjection } from '../../services/embedder/adapters/projection-file.ts';
import { USE_LITE_PROJECTION, useLiteModel } from '../../services/embedder/adapters/use-lite-model.ts';
import { fit } from '../../services/embedder/fitting/fit.ts';

/** Processors round differently, and a fit adds that up. */
const TOLERANCE = 1e-3;

it('a fit gives the axes and quantiles that are committed', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-fit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const quiet = (): void => {};
  const model = useLiteModel(await cachedModel(cacheFolder(), quiet));
  const committed = await readProjection(USE_LITE_PROJECTION);
  const { version, quantiles } = committed;
  const path = join(folder, 'projection.json');
  await fit({ model, axes: quantiles.length, version, path, progress: quiet });
  const anew = await readProjection(path);
  for (const part of ['axes', 'quantiles'] as const) {
    // Of the sketch's axes the last ones are hardly more important than what is left out, and may change places.
    for (const [i, wanted] of committed[part].slice(0, quantiles.length).entries()) {
      const differences = wanted.map((value, k) => Math.abs(value - anew[part][i]![k]!));
      expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
    }
  }
  expect(anew.axes).toHaveLength(committed.axes.length);
});
