/** Texts to vectors: order, texts without a vector, and runs that stay short, whoever asks. */
import { describe, expect, test } from 'vitest';
import { ResidentModel } from '../../../services/embedder/adapters/resident-model.ts';
import { TEXT_UNITS, TextEmbedder } from '../../../services/embedder/adapters/text-embedder.ts';
import { batchesOf } from '../../../services/embedder/core/batches.ts';
import { type SpellingModel, spellingModel } from './spelling-model.ts';

function embedderOf(model: SpellingModel, tokensPerRun?: number): TextEmbedder {
  const resident = new ResidentModel({ model, idleMs: Infinity });
  return new TextEmbedder({ model: resident, maxTokens: model.maxTokens, tokensPerRun });
}

describe('a text embedder', () => {
  test('keeps the order of the texts and leaves out what is not understood', async () => {
    const embedder = embedderOf(spellingModel(8));
    const vectors = await embedder.embed(['bbb', 'A', 'c', 'aaa', '']);
    expect(vectors.map((vector) => vector?.[0])).toEqual([98, undefined, 99, 97, undefined]);
  });

  test('cuts long texts, and long batches into runs of equal lengths', async () => {
    const model = spellingModel(4);
    const embedder = embedderOf(model, 6);
    await embedder.embed(['aaaaaaaa', 'bb', 'cc', 'd', 'ee', 'ff']);
    expect(model.runs.map((batch) => batch.map((ids) => ids.length))).toEqual([[1], [2, 2, 2], [2], [4]]);
  });

  test('looks at the beginning of an endless text alone', async () => {
    const model = spellingModel(Infinity);
    await embedderOf(model).embed(['a'.repeat(TEXT_UNITS + 100)]);
    expect(model.runs.map((batch) => batch.map((ids) => ids.length))).toEqual([[TEXT_UNITS]]);
  });

  test('lets other work run between two runs, and stops when its caller gives up', async () => {
    const model = spellingModel(4);
    const abort = new AbortController();
    setImmediate(() => setImmediate(() => abort.abort(new Error('enough'))));
    const texts = Array.from({ length: 50 }, () => 'a');
    await expect(embedderOf(model, 1).embed(texts, abort.signal)).rejects.toThrow('enough');
    expect(model.runs.length).toBeLessThan(50);
  });

  test('runs one batch a turn of the event loop, also for many callers, who take turns', async () => {
    const model = spellingModel(4);
    const embedder = embedderOf(model, 1);
    let turn = 0;
    const turns: number[] = [];
    const count = (): void => {
      turn++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    model.onRun = () => turns.push(turn);
    await Promise.all(['aaa', 'bbb', 'ccc'].map((text) => embedder.embed([text, text, text])));
    clearImmediate(counting);
    expect(turns).toHaveLength(9);
    expect(new Set(turns).size).toBe(9);
    expect(model.runs.slice(0, 3).map(([ids]) => String.fromCodePoint(ids![0]!))).toEqual(['a', 'b', 'c']);
  });

  test('goes on after a run that failed', async () => {
    const model = spellingModel(4);
    const embedder = embedderOf(model);
    model.onRun = () => {
      model.onRun = () => {};
      throw new Error('out of memory');
    };
    await expect(embedder.embed(['a'])).rejects.toThrow('out of memory');
    expect(await embedder.embed(['a'])).toEqual([Float32Array.of(97)]);
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
