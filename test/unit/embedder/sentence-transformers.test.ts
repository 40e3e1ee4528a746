/** Any export of sentence-transformers can be the model of a network: what its files say is what is done. */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseModel, modelIn, networkParameters } from '../../../services/embedder/adapters/chosen-model.ts';
import { writeProjection } from '../../../services/embedder/adapters/projection-file.ts';
import { ResidentModel } from '../../../services/embedder/adapters/resident-model.ts';
import { TextEmbedder } from '../../../services/embedder/adapters/text-embedder.ts';
import { toUnitLength } from '../../../services/shared/core/vector.ts';
import { BYTE_PAIRS, UNIGRAM, writeExport } from './onnx-export.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringwall-export-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const unit = (...values: readonly number[]): Float32Array => toUnitLength(Float32Array.from(values));

async function embed(...texts: readonly string[]): Promise<(Float32Array | undefined)[]> {
  const { model } = await modelIn(folder);
  const embedder = new TextEmbedder({
    model: new ResidentModel({ model, idleMs: Infinity }),
    maxTokens: model.maxTokens,
  });
  try {
    return await embedder.embed(texts);
  } finally {
    await embedder.close();
  }
}

function expectVectors(actual: readonly (Float32Array | undefined)[], wanted: readonly (Float32Array | undefined)[]) {
  const rounded = (vectors: readonly (Float32Array | undefined)[]) =>
    vectors.map((vector) => vector && Array.from(vector, (value) => Math.round(value * 1e5) / 1e5));
  expect(rounded(actual)).toEqual(rounded(wanted));
}

describe('an export', () => {
  test('takes the mean over the tokens, marks included, unless it says otherwise', async () => {
    await writeExport(folder);
    // [CLS] cat ##s [SEP], [CLS] dog [SEP]
    expectVectors(await embed('Cats', 'dog'), [unit(2, 7, 0), unit(2, 0, 3)]);
  });

  test('gives the same in a batch of texts of other lengths', async () => {
    await writeExport(folder);
    const alone = [...(await embed('cats cats cats')), ...(await embed('dog'))];
    expectVectors(await embed('cats cats cats', 'dog'), alone);
  });

  test('takes the first token when it says so', async () => {
    await writeExport(folder, {
      files: { '1_Pooling/config.json': { pooling_mode_cls_token: true, word_embedding_dimension: 3 } },
    });
    expectVectors(await embed('cats'), [unit(1, 0, 0)]);
  });

  test('has no vector for what it does not know', async () => {
    await writeExport(folder);
    expectVectors(await embed('zebra', 'cat zebra', '?', ''), [undefined, unit(2, 3, 1), undefined, undefined]);
  });

  test('cuts what is too long, and keeps the mark at the end', async () => {
    await writeExport(folder, { files: { 'sentence_bert_config.json': { max_seq_length: 4 } } });
    expectVectors(await embed('cat dog dog dog dog'), [unit(2, 3, 3)]);
  });

  test('puts its prompt before every text', async () => {
    const prompts = { default_prompt_name: 'query', prompts: { query: 'cat ' } };
    await writeExport(folder, { files: { 'config_sentence_transformers.json': prompts } });
    expectVectors(await embed('dog'), [unit(2, 3, 3)]);
  });

  test('may have a unigram vocabulary, and its graph in a folder of its own', async () => {
    await writeExport(folder, { tokenizer: UNIGRAM, graphFolder: 'onnx' });
    expectVectors(await embed('cats dog', 'zebra'), [unit(2, 7, 3), undefined]);
  });

  test('may have a vocabulary of merged bytes', async () => {
    await writeExport(folder, { tokenizer: BYTE_PAIRS });
    expectVectors(await embed('cats dog', '!?'), [unit(2, 7, 3), undefined]);
  });

  test('is another model when anything changes that has a part in the vectors', async () => {
    await writeExport(folder);
    const before = (await modelIn(folder)).model;
    expect((await modelIn(folder)).model.checksum).toBe(before.checksum);
    await writeFile(join(folder, 'README.md'), 'About this model');
    expect((await modelIn(folder)).model.checksum).toBe(before.checksum);
    await appendFile(join(folder, 'model.onnx_data'), ' ');
    expect((await modelIn(folder)).model.checksum).not.toBe(before.checksum);
  });

  test.each([
    [
      'a pooling that is not supported',
      '1_Pooling/config.json',
      { pooling_mode_max_tokens: true },
      'pooling_mode_max_tokens',
    ],
    ['a further module', 'modules.json', [{ type: 'sentence_transformers.models.Dense' }], 'needs the module'],
    ['no word on the length of its vectors', 'config.json', {}, 'lacks hidden_size'],
  ])('with %s is refused', async (_, name, content, fault) => {
    await writeExport(folder, { files: { [name]: content } });
    await expect(modelIn(folder)).rejects.toMatchObject({ faults: [expect.stringContaining(fault)] });
  });

  test('without its graph is refused', async () => {
    await writeExport(folder);
    await rm(join(folder, 'model.onnx'));
    await expect(modelIn(folder)).rejects.toThrow(/model\.onnx is missing, and so is .*onnx\/model\.onnx/);
  });
});

describe('a chosen folder', () => {
  const quiet = (): void => {};
  const axes = [unit(1, 0, 0), unit(0, 1, 0)];
  const projection = { axes, quantiles: axes.map(() => Float32Array.of(0)) };

  test('has a projection that was fitted on this model', async () => {
    await writeExport(folder);
    await expect(chooseModel(folder, quiet)).rejects.toThrow('projection.json is missing');
    const path = join(folder, 'projection.json');
    const modelChecksum = (await modelIn(folder)).model.checksum;
    await writeProjection(path, projection, { version: '1', modelChecksum });
    const chosen = await chooseModel(folder, quiet);
    expect(networkParameters(chosen)).toMatch(/^sentence-transformers [0-9a-f]{12}, projection 1, [0-9a-f]{16}$/);
    await appendFile(join(folder, 'model.onnx_data'), ' ');
    await expect(chooseModel(folder, quiet)).rejects.toThrow('was fitted on another model');
  });

  test('has other parameters with another projection', async () => {
    await writeExport(folder);
    const path = join(folder, 'projection.json');
    const modelChecksum = (await modelIn(folder)).model.checksum;
    await writeProjection(path, projection, { version: '1', modelChecksum });
    const before = networkParameters(await chooseModel(folder, quiet));
    await writeProjection(path, { ...projection, axes: axes.toReversed() }, { version: '1', modelChecksum });
    expect(networkParameters(await chooseModel(folder, quiet))).not.toBe(before);
  });

  test('that does not exist, or holds something else, is refused with all that is wrong', async () => {
    await expect(chooseModel(join(folder, 'nowhere'), quiet)).rejects.toThrow('there is no model folder');
    await expect(chooseModel(folder, quiet)).rejects.toMatchObject({
      faults: [
        expect.stringContaining('holds no model'),
        expect.stringMatching(/model\.onnx is missing$/),
        expect.stringMatching(/model\.onnx\.data is missing$/),
        expect.stringMatching(/vocabulary\.bin is missing$/),
      ],
    });
  });
});
