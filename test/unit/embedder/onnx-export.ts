/** A tiny model as sentence-transformers would export it: four words, vectors of three values, made by hand. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder } from '../../../services/embedder/conversion/graph-builder.ts';
import { encodeOnnxModel } from '../../../services/embedder/conversion/onnx-model.ts';

/** Token embeddings in order of the vocabulary: what the network gives for a token, whatever stands beside it. */
const ROWS = [
  [0, 0, 0], // [PAD]
  [0, 0, 1], // [UNK]
  [1, 0, 0], // [CLS]
  [1, 0, 0], // [SEP]
  [0, 3, 0], // cat
  [0, 0, 3], // dog
  [0, 4, 0], // ##s
] as const;

const WORD_PIECE = {
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  })),
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, cat: 4, dog: 5, '##s': 6 },
  },
};

/** The same words as pieces of a unigram model, as multilingual models have it. */
export const UNIGRAM = {
  normalizer: { type: 'NFKC' },
  pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
  post_processor: WORD_PIECE.post_processor,
  decoder: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
  added_tokens: WORD_PIECE.added_tokens,
  model: {
    type: 'Unigram',
    unk_id: 1,
    vocab: [
      ['[PAD]', 0],
      ['[UNK]', -10],
      ['[CLS]', 0],
      ['[SEP]', 0],
      ['\u2581cat', -1],
      ['\u2581dog', -1],
      ['s', -2],
    ],
  },
};

/** And as bytes that were merged, as RoBERTa's descendants have it; a space is written \u0120. */
export const BYTE_PAIRS = {
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: WORD_PIECE.post_processor,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  added_tokens: WORD_PIECE.added_tokens,
  model: {
    type: 'BPE',
    unk_token: null,
    vocab: {
      ...{ '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, cat: 4, '\u0120dog': 5, s: 6 },
      ...{ c: 7, a: 8, t: 9, d: 10, o: 11, g: 12, '\u0120': 13, ca: 14, '\u0120d': 15, '\u0120do': 16 },
    },
    merges: ['c a', 'ca t', '\u0120 d', '\u0120d o', '\u0120do g'],
  },
};

export interface ExportOptions {
  readonly tokenizer?: object;
  /** Further files, by their paths. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** Folder of the graph. */
  readonly graphFolder?: string;
}

export async function writeExport(folder: string, options: ExportOptions = {}): Promise<void> {
  const graphFolder = join(folder, options.graphFolder ?? '');
  await mkdir(graphFolder, { recursive: true });
  const builder = new GraphBuilder('model.onnx_data');
  const table = builder.weights('embeddings', { shape: [ROWS.length, 3], values: Float32Array.from(ROWS.flat()) });
  // Each input has its part, as onnxruntime drops those that have none.
  const types = builder.apply('Cast', [builder.apply('Add', ['token_type_ids', 'attention_mask'])], { to: 1 });
  const nothing = builder.apply('Mul', [builder.apply('Unsqueeze', [types, builder.integers(2)]), builder.scalar(0)]);
  builder.rename(builder.apply('Add', [builder.apply('Gather', [table, 'input_ids']), nothing]), 'last_hidden_state');
  const input = { type: 'int64', shape: ['batch_size', 'sequence_length'] } as const;
  const graph = builder.graph(
    'tiny',
    ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({ ...input, name })),
    [{ name: 'last_hidden_state', type: 'float32', shape: ['batch_size', 'sequence_length', 3] }],
  );
  await writeFile(join(graphFolder, 'model.onnx'), encodeOnnxModel(graph));
  await writeFile(join(graphFolder, 'model.onnx_data'), builder.weightsFileContent());
  const files = {
    'tokenizer.json': options.tokenizer ?? WORD_PIECE,
    'config.json': { hidden_size: 3 },
    ...options.files,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(content));
  }
}
