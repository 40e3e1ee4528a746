/** Texts to vectors: order, texts without a vector, and runs that stay short. */
import { describe, expect, test } from 'vitest';
import type { Network } from '../../../services/embedder/adapters/network.ts';
import { TextEmbedder } from '../../../services/embedder/adapters/text-embedder.ts';
import { batchesOf } from '../../../services/embedder/core/batches.ts';
import type { Tokenizer } from '../../../services/embedder/core/tokenizer.ts';

/** A token a letter; capitals are not understood. */
const spelling: Tokenizer = {
  encode: (text) => ({ ids: Array.from(text, (letter) => letter.codePointAt(0)!), understood: /^[a-z]+$/.test(text) }),
};

/** The first token of a text is its vector. */
function firstTokens(): { runs: number[][][]; network: Network } {
  const runs: number[][][] = [];
  const run = (batch: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    runs.push(batch.map((ids) => [...ids]));
    return Promise.resolve(batch.map((ids) => Float32Array.of(ids[0]!)));
  };
  return { runs, network: { run, close: () => Promise.resolve() } as unknown as Network };
}

describe('a text embedder', () => {
  test('keeps the order of the texts and leaves out what is not understood', async () => {
    const { network } = firstTokens();
    const embedder = new TextEmbedder({ tokenizer: spelling, network, maxTokens: 8 });
    const vectors = await embedder.embed(['bbb', 'A', 'c', 'aaa', '']);
    expect(vectors.map((vector) => vector?.[0])).toEqual([98, undefined, 99, 97, undefined]);
  });

  test('cuts long texts, and long batches into runs of equal lengths', async () => {
    const { network, runs } = firstTokens();
    const embedder = new TextEmbedder({ tokenizer: spelling, network, maxTokens: 4, tokensPerRun: 6 });
    await embedder.embed(['aaaaaaaa', 'bb', 'cc', 'd', 'ee', 'ff']);
    expect(runs.map((batch) => batch.map((ids) => ids.length))).toEqual([[1], [2, 2, 2], [2], [4]]);
  });

  test('lets other work run between two runs, and stops when its caller gives up', async () => {
    const { network, runs } = firstTokens();
    const embedder = new TextEmbedder({ tokenizer: spelling, network, maxTokens: 4, tokensPerRun: 1 });
    const abort = new AbortController();
    setImmediate(() => abort.abort(new Error('enough')));
    await expect(
      embedder.embed(
        Array.from({ length: 50 }, () => 'a'),
        abort.signal,
      ),
    ).rejects.toThrow('enough');
    expect(runs.length).toBeLessThan(50);
  });
});

describe('batches', () => {
  test('hold every text once', () => {
    const lengths = [3, 1, 3, 2, 1, 9, 3];
    expect(
      batchesOf(lengths, 6)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual([...lengths.keys()]);
  });
});
