/**
 * A model as sentence-transformers exports it for ONNX (www.sbert.net): model.onnx, in the folder itself or in onnx/,
 * with tokenizer.json, and small files that say how long a text may be, how its tokens make one vector, and what text
 * goes before every text. Vectors always get the length 1: the index compares directions.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Pooling } from '../core/pooling.ts';
import { HuggingFaceTokenizer, type TokenizerJson } from './hugging-face-tokenizer.ts';
import type { Model } from './model.ts';
import { checksumOf, joinChecksums, MODEL_FILE } from './model-files.ts';
import { Network } from './network.ts';

export const TOKENIZER_FILE = 'tokenizer.json';
const CONFIG_FILES = [
  'tokenizer_config.json',
  'config.json',
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  '1_Pooling/config.json',
] as const;
/** Of networks that do not say how many tokens they look at. */
const FALLBACK_MAX_TOKENS = 512;
/** Kept for a while by every phone, and a run of so many tokens takes tens of milliseconds: longer texts are cut. */
const MOST_TOKENS = 512;
const KNOWN_MODULES = /\.(Transformer|Pooling|Normalize)$/;

type Json = Readonly<Record<string, unknown>>;
type Configs = Readonly<Record<(typeof CONFIG_FILES)[number], Json>>;

/** Throws an Error that says what the folder lacks. */
export async function sentenceTransformersModel(folder: string): Promise<Model> {
  const path = await modelPath(folder);
  const configs = await readConfigs(folder);
  checkModules(folder, configs);
  const checksum = await checksumOfAll(folder, path);
  const pooling = poolingOf(folder, configs);
  const prompt = promptOf(configs);
  return {
    name: 'sentence-transformers',
    // Folders are called anything: only the bytes tell two models apart.
    version: checksum.slice(0, 12),
    dimensions: dimensionsOf(folder, configs),
    maxTokens: maxTokensOf(configs),
    checksum,
    async load() {
      const json = (await readJson(join(folder, TOKENIZER_FILE))) as unknown as TokenizerJson;
      const tokenizer = await HuggingFaceTokenizer.load(json, configs['tokenizer_config.json'], prompt);
      return { tokenizer, encoder: await Network.load(join(folder, path), pooling) };
    },
  };
}

async function modelPath(folder: string): Promise<string> {
  for (const path of [MODEL_FILE, join('onnx', MODEL_FILE)]) {
    const names = await readdir(dirname(join(folder, path))).catch((): string[] => []);
    if (names.includes(MODEL_FILE)) return path;
  }
  throw new Error(`${join(folder, MODEL_FILE)} is missing, and so is ${join(folder, 'onnx', MODEL_FILE)}`);
}

async function readConfigs(folder: string): Promise<Configs> {
  const read = async (name: string) => [name, await readJson(join(folder, name)).catch(emptyIfMissing)] as const;
  return Object.fromEntries(await Promise.all(CONFIG_FILES.map(read))) as unknown as Configs;
}

/** A network whose vectors something else has still to change would give other vectors than it is known for. */
function checkModules(folder: string, configs: Configs): void {
  for (const module of Object.values(configs['modules.json'])) {
    const { type } = module as { type?: unknown };
    if (typeof type === 'string' && !KNOWN_MODULES.test(type)) {
      throw new Error(`${folder} needs the module ${type}, which is not supported: choose another model`);
    }
  }
}

/** Over everything that has a part in the vectors: the graph, its weights beside it, the tokenizer, the settings. */
async function checksumOfAll(folder: string, path: string): Promise<string> {
  const beside = await readdir(join(folder, dirname(path)));
  const graph = beside.filter((name) => name.startsWith(MODEL_FILE)).map((name) => join(dirname(path), name));
  const found: Record<string, string> = {};
  for (const name of [...graph, TOKENIZER_FILE, ...CONFIG_FILES]) {
    const checksum = await checksumOf(join(folder, name));
    if (checksum !== undefined) found[name] = checksum;
  }
  return joinChecksums(found);
}

function poolingOf(folder: string, configs: Configs): Pooling {
  const modes = Object.entries(configs['1_Pooling/config.json']);
  const chosen = modes.filter(([name, on]) => name.startsWith('pooling_mode_') && on === true).map(([name]) => name);
  if (chosen.length === 0 || chosen.join() === 'pooling_mode_mean_tokens') return 'mean';
  if (chosen.join() === 'pooling_mode_cls_token') return 'cls';
  throw new Error(`${folder} wants ${chosen.join(' and ')}: only the mean and the first token are supported`);
}

function dimensionsOf(folder: string, configs: Configs): number {
  const dimensions =
    configs['1_Pooling/config.json']['word_embedding_dimension'] ?? configs['config.json']['hidden_size'];
  if (typeof dimensions === 'number' && Number.isInteger(dimensions) && dimensions > 0) return dimensions;
  throw new Error(`${folder} does not say how long its vectors are: config.json lacks hidden_size`);
}

function maxTokensOf(configs: Configs): number {
  const told = [
    configs['sentence_bert_config.json']['max_seq_length'],
    configs['config.json']['max_position_embeddings'],
  ];
  const most = told.find((value) => typeof value === 'number' && value > 0) ?? FALLBACK_MAX_TOKENS;
  return Math.min(most as number, MOST_TOKENS);
}

function promptOf(configs: Configs): string {
  const { prompts, default_prompt_name: name } = configs['config_sentence_transformers.json'];
  const prompt = typeof name === 'string' ? (prompts as Json | undefined)?.[name] : undefined;
  return typeof prompt === 'string' ? prompt : '';
}

async function readJson(path: string): Promise<Json> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`${path} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function emptyIfMissing(error: NodeJS.ErrnoException): Json {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return {};
  throw error;
}
