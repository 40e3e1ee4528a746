/** Fits the projection of a model, on phrases made of the vocabulary or on somebody's own texts, and writes it. */
import { readFile } from 'node:fs/promises';
import type { Model } from '../adapters/model.ts';
import type { Progress } from '../adapters/model-cache.ts';
import { writeProjection } from '../adapters/projection-file.ts';
import { ResidentModel } from '../adapters/resident-model.ts';
import { TextEmbedder } from '../adapters/text-embedder.ts';
import { useLiteVocabulary } from '../conversion/use-lite-package.ts';
import { type Fit, fitProjection } from '../core/fit-projection.ts';
import { makePhrases } from './phrases.ts';

export interface FitOptions {
  readonly model: Model;
  readonly axes: number;
  readonly version: string;
  /** Where to write it. */
  readonly path: string;
  /** A file with a text a line; undefined: phrases of the vocabulary. */
  readonly texts?: string;
  readonly progress: Progress;
}

const TOPICS = 500;
const SEED = 1;
const TOKENS_PER_RUN = 1_024;

/** Throws a RangeError when there are too few texts that the model understands. */
export async function fit(options: FitOptions): Promise<Fit> {
  const { model, progress } = options;
  const resident = new ResidentModel({ model, idleMs: Infinity });
  const embedder = new TextEmbedder({ model: resident, maxTokens: model.maxTokens, tokensPerRun: TOKENS_PER_RUN });
  try {
    const embed = (texts: readonly string[]) => embedder.embed(texts);
    progress('reading texts');
    const texts = options.texts === undefined ? await phrases(embed) : await linesOf(options.texts);
    progress(`embedding ${texts.length} texts`);
    const vectors = (await embed(texts)).filter((vector) => vector !== undefined);
    progress('fitting');
    const fitted = fitProjection(vectors, options.axes);
    const { version, path } = options;
    await writeProjection(path, fitted.projection, { version, modelChecksum: model.checksum });
    return fitted;
  } finally {
    await embedder.close();
  }
}

async function phrases(embed: (texts: readonly string[]) => Promise<(Float32Array | undefined)[]>): Promise<string[]> {
  return await makePhrases(await useLiteVocabulary(), embed, TOPICS, SEED);
}

async function linesOf(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
