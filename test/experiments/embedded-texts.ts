/** Short texts in categories with their vectors, embedded once a machine: the next experiment reads them from the cache. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../services/embedder/adapters/model-cache.ts';
import { openTextEmbedder } from '../../services/embedder/open.ts';
import { readCorpus } from '../../testnet/people/corpus.ts';
import type { RunOptions } from './experiment.ts';
import { fetchFortunes } from './fortunes.ts';
import { fetchGlosses } from './glosses.ts';

export interface EmbeddedText {
  readonly category: string;
  readonly text: string;
  /** [512], of length 1. */
  readonly vector: Float32Array;
}

const DIMENSIONS = 512;
const TOKENS_PER_RUN = 1_024;
/** Texts between two words of progress. */
const STEP = 1_024;

type Text = Omit<EmbeddedText, 'vector'>;

/** Debian's fortunes, or, for a slice, the testnet's own posts; texts that the encoder knows nothing of are left out. */
export async function embeddedTexts({ scale, progress }: RunOptions): Promise<EmbeddedText[]> {
  return await withVectors(scale === 'slice' ? await ownTexts() : await fetchFortunes(), progress);
}

/** Some 126,000 texts: Debian's fortunes and WordNet's glosses; for a slice, the testnet's own posts. */
export async function manyEmbeddedTexts({ scale, progress }: RunOptions): Promise<EmbeddedText[]> {
  const texts = scale === 'slice' ? await ownTexts() : [...(await fetchFortunes()), ...(await fetchGlosses())];
  return await withVectors(texts, progress);
}

async function withVectors(texts: readonly Text[], progress: RunOptions['progress']): Promise<EmbeddedText[]> {
  const vectors = await vectorsOf(
    texts.map(({ text }) => text),
    progress,
  );
  return texts.flatMap((item, i) => {
    const vector = vectors[i]!;
    return vector.every((value) => value === 0) ? [] : [{ ...item, vector }];
  });
}

async function ownTexts(): Promise<Text[]> {
  return (await readCorpus()).posts.map(({ topic, text }) => ({ category: topic, text }));
}

/** A vector a text, all zero where there is none. */
async function vectorsOf(texts: readonly string[], progress: RunOptions['progress']): Promise<Float32Array[]> {
  const checksum = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  const folder = join(cacheFolder(), 'experiments');
  const file = join(folder, `${checksum}.f32`);
  const cached = await readFile(file).catch(() => undefined);
  if (cached?.length === texts.length * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT) return vectorsIn(cached);
  const vectors = await embed(texts, progress);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, Buffer.concat(vectors.map(bytesOf)));
  await rename(`${file}.${process.pid}`, file);
  return vectors;
}

async function embed(texts: readonly string[], progress: RunOptions['progress']): Promise<Float32Array[]> {
  const embedder = await openTextEmbedder({ tokensPerRun: TOKENS_PER_RUN });
  try {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += STEP) {
      progress(`embedding: ${at} of ${texts.length} texts`);
      const some = await embedder.embed(texts.slice(at, at + STEP));
      vectors.push(...some.map((vector) => vector ?? new Float32Array(DIMENSIONS)));
    }
    return vectors;
  } finally {
    await embedder.close();
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function vectorsIn(bytes: Buffer): Float32Array[] {
  const numbers = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT);
  bytesOf(numbers).set(bytes);
  return Array.from({ length: numbers.length / DIMENSIONS }, (_, i) =>
    numbers.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS),
  );
}
