/** Reads the weights of a TensorFlow.js graph model: shards that make one file, and a manifest of what lies in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Weights } from './graph-builder.ts';

interface WeightsManifest {
  readonly paths: readonly string[];
  /** Tensors in the order in which they lie, back to back. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[];
}

const BYTES_PER_VALUE = 4;

/** The float32 tensors of a model by name, row-major. */
export class TfjsWeights {
  readonly #tensors: ReadonlyMap<string, Weights>;

  private constructor(tensors: ReadonlyMap<string, Weights>) {
    this.#tensors = tensors;
  }

  /** Throws when a shard is missing, or when manifest and shards differ in length. */
  static async read(folder: string): Promise<TfjsWeights> {
    const model = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as {
      readonly weightsManifest: readonly WeightsManifest[];
    };
    const tensors = new Map<string, Weights>();
    for (const manifest of model.weightsManifest) {
      const shards = await Promise.all(manifest.paths.map((path) => readFile(join(folder, path))));
      addTensors(tensors, manifest, Buffer.concat(shards));
    }
    return new TfjsWeights(tensors);
  }

  /** Throws when there is no such tensor. */
  get(name: string): Weights {
    const weights = this.#tensors.get(name);
    if (weights === undefined) throw new Error(`the model has no float32 weights ${name}`);
    return weights;
  }

  /** A kernel of a 1x1 convolution, [1, 1, in, out], as the matrix that it is: [in, out]. */
  matrix(name: string): Weights {
    const { shape, values } = this.get(name);
    const leading = shape.slice(0, -2);
    if (leading.some((length) => length !== 1)) throw new Error(`${name} of shape [${shape.join(', ')}] is no matrix`);
    return { shape: shape.slice(-2), values };
  }
}

function addTensors(tensors: Map<string, Weights>, manifest: WeightsManifest, bytes: Buffer): void {
  let offset = 0;
  for (const { name, shape, dtype } of manifest.weights) {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    if (offset + length * BYTES_PER_VALUE > bytes.length) throw new Error(`the weights end within ${name}`);
    if (dtype === 'float32') {
      const values = Float32Array.from({ length }, (_, i) => bytes.readFloatLE(offset + i * BYTES_PER_VALUE));
      tensors.set(name, { shape, values });
    } else if (dtype !== 'int32') {
      throw new Error(`${name} is of type ${dtype}, which is not supported`);
    }
    offset += length * BYTES_PER_VALUE;
  }
  if (offset !== bytes.length) throw new Error(`the weights have ${bytes.length - offset} bytes too many`);
}
