/** What every tokenizer makes of a text. */

export interface Encoding {
  /** Rows of the network's embedding table, at least one for a text that is understood. */
  readonly ids: readonly number[];
  /**
   * False when the vocabulary knows too little of the text for its vector to mean anything: all such texts would
   * land on one point, however much they differ.
   */
  readonly understood: boolean;
}

export interface Tokenizer {
  /** What is left of a text after `maxTokens` is cut off. */
  encode(text: string, maxTokens: number): Encoding;
}
