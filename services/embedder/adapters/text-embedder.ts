/**
 * Vectors of texts: tokenizer and network together, in short steps between which other work of the process goes on,
 * however many callers there are and however much they ask for.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchesOf } from '../core/batches.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import type { ResidentModel } from './resident-model.ts';

export interface TextEmbedderOptions {
  readonly model: ResidentModel;
  /** Tokens of a text that the network looks at; the rest is cut off. */
  readonly maxTokens: number;
  /** Most tokens of a run, which blocks the thread; one text may have more. Default: 128, about 8 ms. */
  readonly tokensPerRun?: number;
  /** A run of the network has ended. */
  readonly ran?: (tokens: number, seconds: number) => void;
}

const TOKENS_PER_RUN = 128;
/** UTF-16 units of a text that are looked at: far more than 128 tokens take. Part of what phones must agree on. */
export const TEXT_UNITS = 8192;
/** UTF-16 units that are split into tokens before other work gets its turn: about 5 ms. */
const UNITS_PER_TURN = 16_384;

export class TextEmbedder {
  readonly #options: TextEmbedderOptions;
  /** The end of the last run that was asked for. */
  #lastRun: Promise<void> = Promise.resolve();

  constructor(options: TextEmbedderOptions) {
    this.#options = options;
  }

  /**
   * A vector of length 1 a text, in order; undefined where the vocabulary knows too little of the text. Throws when
   * the model cannot be loaded, and the signal's reason when that is aborted.
   */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<(Float32Array | undefined)[]> {
    const { model, maxTokens, tokensPerRun = TOKENS_PER_RUN } = this.#options;
    return await model.use(async ({ tokenizer, encoder }) => {
      const vectors: (Float32Array | undefined)[] = texts.map(() => undefined);
      const understood = await understoodTexts(texts, tokenizer, maxTokens);
      const lengths = understood.map(({ ids }) => ids.length);
      for (const batch of batchesOf(lengths, tokensPerRun)) {
        signal?.throwIfAborted();
        const parts = batch.map((i) => understood[i]!);
        const results = await this.#inTurn(
          () => encoder.run(parts.map(({ ids }) => ids)),
          lengths[batch[0]!]! * batch.length,
        );
        for (const [i, result] of results.entries()) vectors[parts[i]!.position] = result;
      }
      return vectors;
    });
  }

  /** Lets the model go for good. */
  async close(): Promise<void> {
    await this.#options.model.close();
  }

  /** Runs follow each other, also those of different callers, and leave the event loop a turn between two. */
  async #inTurn<T>(run: () => Promise<T>, tokens: number): Promise<T> {
    const timed = async (): Promise<T> => {
      const startedAt = performance.now();
      const result = await run();
      this.#options.ran?.(tokens, (performance.now() - startedAt) / 1000);
      return result;
    };
    const result = this.#lastRun.then(timed);
    this.#lastRun = result.then(
      () => nextTurn(),
      () => undefined,
    );
    return await result;
  }
}

interface UnderstoodText {
  /** Among all texts. */
  readonly position: number;
  readonly ids: readonly number[];
}

async function understoodTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  maxTokens: number,
): Promise<UnderstoodText[]> {
  const found: UnderstoodText[] = [];
  let units = 0;
  for (const [position, text] of texts.entries()) {
    const { ids, understood } = tokenizer.encode(text.slice(0, TEXT_UNITS), maxTokens);
    if (understood) found.push({ position, ids });
    units += Math.min(text.length, TEXT_UNITS);
    if (units < UNITS_PER_TURN) continue;
    units = 0;
    await nextTurn();
  }
  return found;
}
