/** The model and the projection that a phone works with: the ones that all phones have, or those of a folder. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../shared/runtime/program/environment.ts';
import type { Model } from './model.ts';
import { cachedModel, cacheFolder, type Progress } from './model-cache.ts';
import { faultsOf, MODEL_FILE } from './model-files.ts';
import { type FittedProjection, readProjection } from './projection-file.ts';
import { sentenceTransformersModel, TOKENIZER_FILE } from './sentence-transformers-model.ts';
import { USE_LITE_CHECKSUMS, USE_LITE_PROJECTION, useLiteModel } from './use-lite-model.ts';

/** In the folder of a model that was chosen: its projection. */
export const PROJECTION_FILE = 'projection.json';

export interface ChosenModel {
  readonly model: Model;
  readonly projection: FittedProjection;
}

/**
 * Undefined: Universal Sentence Encoder Lite, from the cache, made there if need be. Every file is compared with its
 * checksum. Throws a ConfigurationError that lists what is wrong.
 */
export async function chooseModel(folder: string | undefined, progress: Progress): Promise<ChosenModel> {
  if (folder === undefined) {
    const cached = await configured(cachedModel(cacheFolder(), progress));
    return await withProjection(useLiteModel(cached), USE_LITE_PROJECTION);
  }
  const { model, isUseLite } = await modelIn(folder);
  return await withProjection(model, isUseLite ? USE_LITE_PROJECTION : join(folder, PROJECTION_FILE));
}

/** The model in a folder that somebody chose. Throws a ConfigurationError that lists what is wrong with it. */
export async function modelIn(folder: string): Promise<{ readonly model: Model; readonly isUseLite: boolean }> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) throw new ConfigurationError([`there is no model folder ${folder}`]);
  if (names.includes(TOKENIZER_FILE)) {
    return { model: await configured(sentenceTransformersModel(folder)), isUseLite: false };
  }
  const faults = await faultsOf(folder, USE_LITE_CHECKSUMS);
  if (faults.length === 0) return { model: useLiteModel(folder), isUseLite: true };
  throw new ConfigurationError([
    `${folder} holds no model: neither ${MODEL_FILE} with ${TOKENIZER_FILE}, nor what \`npm run model\` makes`,
    ...faults,
  ]);
}

/** Equal at two phones when, and only when, their vectors and points mean the same. */
export function networkParameters({ model, projection }: ChosenModel): string {
  const digest = createHash('sha256').update(`${model.checksum} ${projection.checksum}`).digest('hex').slice(0, 16);
  return `${model.name} ${model.version}, projection ${projection.version}, ${digest}`;
}

async function withProjection(model: Model, path: string): Promise<ChosenModel> {
  const projection = await configured(readProjection(path));
  if (projection.modelChecksum !== model.checksum) {
    throw new ConfigurationError([
      `${path} was fitted on another model than ${model.name} ${model.version}, or that has changed since ` +
        '(its checksum differs): fit it anew with `npm run model -- --fit`',
    ]);
  }
  if (projection.axes[0]!.length !== model.dimensions) {
    throw new ConfigurationError([`${path} is for vectors of another length than ${model.dimensions}`]);
  }
  return { model, projection };
}

async function configured<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new ConfigurationError([(error as Error).message], { cause: error });
  }
}
