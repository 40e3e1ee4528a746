/** Vectors become points of the torus: along the axes on which texts differ, spread evenly. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readProjection, writeProjection } from '../../../services/embedder/adapters/projection-file.ts';
import { USE_LITE, USE_LITE_PROJECTION } from '../../../services/embedder/adapters/use-lite-model.ts';
import { fitProjection } from '../../../services/embedder/core/fit-projection.ts';
import { explainedVariance, principalAxes } from '../../../services/embedder/core/principal-axes.ts';
import { fromTorus, project, projectionFault, toTorus } from '../../../services/shared/core/projection.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import { toUnitLength } from '../../../services/shared/core/vector.ts';

/** Vectors of length 1 that vary most along one axis, less along a second, hardly along the others. */
function cloud(count: number, dimensions: number, seed: number): Float32Array[] {
  const random = new SeededRandom(seed);
  const normal = (): number => Array.from({ length: 12 }, () => random.next()).reduce((a, b) => a + b, -6);
  const spread = (axis: number): number => [1, 0.5][axis] ?? 0.05;
  return Array.from({ length: count }, () =>
    toUnitLength(
      Float32Array.from({ length: dimensions }, (_, axis) => normal() * spread(axis) + (axis === 2 ? 2 : 0)),
    ),
  );
}

describe('principal axes', () => {
  const vectors = cloud(2_000, 6, 1);

  test('are those along which the vectors vary, the first the most', () => {
    const { axes, explained } = principalAxes(vectors, 2);
    expect(Math.abs(axes[0]![0]!)).toBeGreaterThan(0.99);
    expect(Math.abs(axes[1]![1]!)).toBeGreaterThan(0.97);
    expect(explained).toBeGreaterThan(0.9);
    expect(explainedVariance(vectors, axes)).toBeCloseTo(explained, 6);
  });

  test('all of them have all of the variance', () => {
    const { axes, explained } = principalAxes(vectors, 6);
    expect(explained).toBeCloseTo(1, 9);
    expect(projectionFault({ axes, quantiles: axes.map(() => Float32Array.of(0)) })).toBeUndefined();
  });

  test('are not guessed from too few vectors', () => {
    expect(() => principalAxes(vectors.slice(0, 2), 2)).toThrow(RangeError);
    expect(() => fitProjection(vectors.slice(0, 63), 2)).toThrow('more than 63 texts');
  });
});

describe('the torus', () => {
  const { projection } = fitProjection(cloud(4_000, 6, 1), 2);

  test('has as many texts everywhere, those of the fit and others like them', () => {
    for (const axis of [0, 1]) {
      const counts = Array.from({ length: 16 }, () => 0);
      for (const vector of cloud(4_000, 6, 2)) {
        const whole = toTorus(projection, project(projection, vector))[axis]!;
        counts[Math.floor(whole / (SPAN / 16))]! += 1;
      }
      expect(Math.max(...counts)).toBeLessThan(1.3 * 250);
      expect(Math.min(...counts)).toBeGreaterThan(0.7 * 250);
    }
  });

  const coordinates = fc.double({ min: -1, max: 1, noNaN: true });

  test('keeps the order of the coordinates, and stays within its bounds', () => {
    fc.assert(
      fc.property(coordinates, coordinates, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [first, second] = [toTorus(projection, [low, 0])[0]!, toTorus(projection, [high, 0])[0]!];
        expect(first).toBeLessThanOrEqual(second);
        expect(Number.isInteger(first) && first >= 0 && second < SPAN).toBe(true);
      }),
    );
  });

  test('leads back to the coordinates', () => {
    fc.assert(
      fc.property(coordinates, (coordinate) => {
        const whole = toTorus(projection, [coordinate, 0])[0]!;
        expect(fromTorus(projection, 0, whole)).toBeLessThanOrEqual(coordinate + 1e-9);
        expect(fromTorus(projection, 0, whole + 1)).toBeGreaterThanOrEqual(coordinate - 1e-9);
      }),
    );
    expect([fromTorus(projection, 0, 0), fromTorus(projection, 0, SPAN)]).toEqual([-1, 1]);
  });
});

describe('a projection on disk', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringwall-projection-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('comes back as it was written', async () => {
    const path = join(folder, 'projection.json');
    const { projection } = fitProjection(cloud(200, 6, 1), 3);
    await writeProjection(path, projection, { version: '7', modelChecksum: 'abc' });
    expect(await readProjection(path)).toEqual({
      ...projection,
      ...{ version: '7', modelChecksum: 'abc', checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test.each([
    ['that is not there', undefined, 'is missing'],
    ['that is no JSON', (text: string) => text.slice(0, -20), 'is no projection'],
    ['that lacks its quantiles', (text: string) => text.replace('quantiles', 'others'), 'is no projection'],
    ['that was changed', (text: string) => text.replace('"version": "7"', '"version": "8"'), 'has another checksum'],
  ])('%s is refused', async (_, change, fault) => {
    const path = join(folder, 'wrong.json');
    await rm(path, { force: true });
    if (change !== undefined) await writeFile(path, change(await readFile(join(folder, 'projection.json'), 'utf8')));
    await expect(readProjection(path)).rejects.toThrow(fault);
  });

  test('with axes that are none is refused', async () => {
    const path = join(folder, 'skewed.json');
    const axes = [Float32Array.of(1, 0), Float32Array.of(0.8, 0.6)];
    const skewed = { axes, quantiles: axes.map(() => Float32Array.of(0)) };
    await writeProjection(path, skewed, { version: '1', modelChecksum: 'abc' });
    await expect(readProjection(path)).rejects.toThrow('axes that are not orthonormal');
    const falling = { axes: axes.slice(0, 1), quantiles: [Float32Array.of(0.1, 0)] };
    await writeProjection(path, falling, { version: '1', modelChecksum: 'abc' });
    await expect(readProjection(path)).rejects.toThrow('quantiles that do not ascend');
  });
});

test('the projection that phones agree on is for the model that they agree on', async () => {
  const { axes, quantiles, modelChecksum } = await readProjection(USE_LITE_PROJECTION);
  expect(modelChecksum).toBe(USE_LITE.checksum);
  expect(axes.map((axis) => axis.length)).toEqual(Array.from({ length: 64 }, () => USE_LITE.dimensions));
  expect(quantiles.map((knots) => knots.length)).toEqual(Array.from({ length: 8 }, () => 63));
});
