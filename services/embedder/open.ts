/** Opens the embedder for programs that are no phone: scripts, experiments, benches. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './adapters/cache-folder.ts';
import { VOCABULARY_FILE } from './adapters/model-files.ts';
import { Network } from './adapters/network.ts';
import { TextEmbedder } from './adapters/text-embedder.ts';
import { cachedModel, type Progress } from './conversion/model-cache.ts';
import { USE_LITE } from './conversion/use-lite-release.ts';
import { UseLiteTokenizer, type VocabularyEntry } from './core/use-lite-tokenizer.ts';

export type { TextEmbedder } from './adapters/text-embedder.ts';

export interface OpenOptions {
  /** Default: that of the person who runs the program. */
  readonly cache?: string;
  /** Hears of the model being made. */
  readonly progress?: Progress;
  /** Most tokens of a run; many are faster for a program that does nothing else, such as 1024. Default 128. */
  readonly tokensPerRun?: number;
}

/** Makes the model first where the machine has none. The embedder is to be closed. */
export async function openTextEmbedder(options: OpenOptions = {}): Promise<TextEmbedder> {
  const folder = await cachedModel(options.cache ?? cacheFolder(), options.progress ?? (() => {}));
  const vocabulary = JSON.parse(await readFile(join(folder, VOCABULARY_FILE), 'utf8')) as VocabularyEntry[];
  return new TextEmbedder({
    tokenizer: new UseLiteTokenizer(vocabulary),
    network: await Network.load(folder),
    maxTokens: USE_LITE.maxTokens,
    tokensPerRun: options.tokensPerRun,
  });
}
