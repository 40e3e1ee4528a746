/** A model that can be loaded: what kind it is of does not matter to whoever embeds texts with it. */
import type { Tokenizer } from '../core/tokenizer.ts';

/** What turns tokens into vectors. */
export interface Encoder {
  /** Vectors of length 1, one a text. Blocks the thread while it computes, so batches must be small. */
  run(batch: readonly (readonly number[])[]): Promise<Float32Array[]>;
  /** Gives the memory back. Runs under way must have ended. */
  close(): Promise<void>;
}

export interface LoadedModel {
  readonly tokenizer: Tokenizer;
  readonly encoder: Encoder;
}

export interface Model {
  readonly name: string;
  readonly version: string;
  /** Length of its vectors. */
  readonly dimensions: number;
  /** Tokens of a text that it looks at. */
  readonly maxTokens: number;
  /** SHA-256 over all of its files, hexadecimal: models with the same one give the same vectors. */
  readonly checksum: string;
  load(): Promise<LoadedModel>;
}
