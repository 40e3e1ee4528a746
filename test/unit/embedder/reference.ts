/** Tokens and vectors of Universal Sentence Encoder Lite as TensorFlow.js computes them; the file says with what. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ReferenceSentence {
  readonly id: string;
  readonly text: string;
  /** All tokens; the network looks at the first 128. */
  readonly tokens: readonly number[];
  /** 512 values, rounded to six decimals. */
  readonly embedding: readonly number[];
}

const file = join(import.meta.dirname, 'use-lite-reference.json');

export const REFERENCE = (JSON.parse(readFileSync(file, 'utf8')) as { sentences: readonly ReferenceSentence[] })
  .sentences;
