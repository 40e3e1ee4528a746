/**
 * A central index to hold ours against: hnswlib in one process that has all posts. It is installed and compiled into the
 * cache folder when an experiment asks for it, so nothing of it is among this project's dependencies.
 *
 * Source: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
 * small world graphs", 2016; the library of its authors.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../services/embedder/adapters/model-cache.ts';
import { dot } from '../../services/shared/core/vector.ts';

const run = promisify(execFile);

/** Links of a post on each layer: the library's usual number. */
const LINKS = 16;

export interface CentralIndex {
  /** The vector's place is how many were added before. */
  add(vector: Float32Array): void;
  /** Places of the vectors that are nearest, the nearest first; `effort` (ef): how many are looked at, `limit` at least. */
  nearest(vector: Float32Array, limit: number, effort: number): readonly number[];
}

interface HnswModule {
  readonly HierarchicalNSW: new (metric: 'ip', dimensions: number) => HnswIndex;
}

interface HnswIndex {
  initIndex(options: { maxElements: number; m: number; efConstruction: number; randomSeed: number }): void;
  setEf(effort: number): void;
  addPoint(point: readonly number[], label: number): void;
  searchKnn(point: readonly number[], limit: number): { readonly neighbors: readonly number[] };
}

export interface HnswOptions {
  readonly dimensions: number;
  /** Vectors at most. */
  readonly most: number;
  /** How many are looked at to find the links of a new one (efConstruction). */
  readonly buildEffort: number;
  readonly seed: number;
}

/** Throws an Error when it cannot be installed: that takes npm and a C++ compiler. */
export async function openHnsw({ dimensions, most, buildEffort, seed }: HnswOptions): Promise<CentralIndex> {
  const { HierarchicalNSW } = await installed();
  const index = new HierarchicalNSW('ip', dimensions);
  index.initIndex({ maxElements: most, m: LINKS, efConstruction: buildEffort, randomSeed: seed });
  let count = 0;
  return {
    add: (vector) => index.addPoint([...vector], count++),
    nearest(vector, limit, effort) {
      if (count === 0) return [];
      index.setEf(Math.max(limit, effort));
      return index.searchKnn([...vector], Math.min(limit, count)).neighbors;
    },
  };
}

/** Looks at every vector: for few of them. */
export function bruteForceIndex(): CentralIndex {
  const vectors: Float32Array[] = [];
  return {
    add: (vector) => void vectors.push(vector),
    nearest(vector, limit) {
      const scored = vectors.map((other, place) => ({ place, similarity: dot(vector, other) }));
      return scored
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, limit)
        .map(({ place }) => place);
    },
  };
}

async function installed(): Promise<HnswModule> {
  const folder = join(cacheFolder(), 'experiments', 'central-index');
  const require = createRequire(join(folder, 'package.json'));
  try {
    return require('hnswlib-node') as HnswModule;
  } catch {
    await mkdir(folder, { recursive: true });
    await copyFile(join(import.meta.dirname, 'central-index/package.json'), join(folder, 'package.json'));
    try {
      await run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: folder });
    } catch (error) {
      const why = (error as Error).message;
      throw new Error(`cannot install hnswlib-node into ${folder} (it needs npm and a C++ compiler): ${why}`, {
        cause: error,
      });
    }
    return require('hnswlib-node') as HnswModule;
  }
}
