/** A model without a network: a token a letter, and a text's vector is its first token. Capitals are not understood. */
import type { Model } from '../../../services/embedder/adapters/model.ts';

export interface SpellingModel extends Model {
  /** The batches that were run. */
  readonly runs: number[][][];
  /** Times it was loaded and let go. */
  loads: number;
  closes: number;
  onRun: () => void;
}

export function spellingModel(maxTokens: number): SpellingModel {
  const model: SpellingModel = {
    ...{ name: 'spelling', version: '1', dimensions: 1, maxTokens, checksum: '0'.repeat(64) },
    ...{ runs: [], loads: 0, closes: 0, onRun: () => {} },
    load() {
      model.loads++;
      return Promise.resolve({ tokenizer: { encode }, encoder: { run, close } });
    },
  };
  const encode = (text: string, most: number) => ({
    ids: Array.from(text, (letter) => letter.codePointAt(0)!).slice(0, most),
    understood: /^[a-z]+$/.test(text),
  });
  const run = async (batch: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    model.onRun();
    model.runs.push(batch.map((ids) => [...ids]));
    return await Promise.resolve(batch.map((ids) => Float32Array.of(ids[0]!)));
  };
  const close = (): Promise<void> => {
    model.closes++;
    return Promise.resolve();
  };
  return model;
}
