/** Vectors of texts: tokenizer and network together, in short runs between which other work goes on. */
import { setImmediate as turn } from 'node:timers/promises';
import { batchesOf } from '../core/batches.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import type { Network } from './network.ts';

export interface TextEmbedderOptions {
  readonly tokenizer: Tokenizer;
  readonly network: Network;
  /** Tokens of a text that the network looks at; the rest is cut off. */
  readonly maxTokens: number;
  /** Most tokens of a run, which blocks the thread. Default: 128, about 8 ms. */
  readonly tokensPerRun?: number;
}

const TOKENS_PER_RUN = 128;

export class TextEmbedder {
  readonly #options: TextEmbedderOptions;

  constructor(options: TextEmbedderOptions) {
    this.#options = options;
  }

  /** A vector of length 1 a text, in order; undefined where the vocabulary knows too little of the text. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<(Float32Array | undefined)[]> {
    const { tokenizer, network, maxTokens, tokensPerRun = TOKENS_PER_RUN } = this.#options;
    const encodings = texts.map((text) => tokenizer.encode(text));
    const vectors: (Float32Array | undefined)[] = texts.map(() => undefined);
    const understood = [...encodings.keys()].filter((text) => encodings[text]!.understood);
    const tokens = understood.map((text) => encodings[text]!.ids.slice(0, maxTokens));
    const lengths = tokens.map((ids) => ids.length);
    for (const batch of batchesOf(lengths, tokensPerRun)) {
      signal?.throwIfAborted();
      const results = await network.run(batch.map((i) => tokens[i]!));
      for (const [i, result] of results.entries()) vectors[understood[batch[i]!]!] = result;
      await turn();
    }
    return vectors;
  }

  async close(): Promise<void> {
    await this.#options.network.close();
  }
}
