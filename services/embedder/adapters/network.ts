/**
 * A network in onnxruntime, set up so that phones share its weights: they are mapped from their file (external data),
 * not copied into a layout that multiplies a little faster (prepacking). What a run needs comes from an arena, for fresh
 * pages for every step would double the time of a long text, and the arena gives it back when the run is over.
 */
import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { toUnitLength } from '../../shared/core/vector.ts';
import { type Pooling, pool } from '../core/pooling.ts';
import type { Encoder } from './model.ts';

export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableCpuMemArena: true,
  enableMemPattern: false,
  extra: { session: { disable_prepacking: '1' } },
};
export const RUN_OPTIONS: InferenceSession.RunOptions = {
  extra: { memory: { enable_memory_arena_shrinkage: 'cpu:0' } },
};
/** The output of networks that pool by themselves. */
const POOLED_OUTPUT = 'sentence_embedding';

export class Network implements Encoder {
  readonly #runtime: typeof Runtime;
  readonly #session: InferenceSession;
  readonly #pooling: Pooling;

  private constructor(runtime: typeof Runtime, session: InferenceSession, pooling: Pooling) {
    this.#runtime = runtime;
    this.#session = session;
    this.#pooling = pooling;
  }

  /**
   * The runtime itself, 45 MB on disk, is loaded only now. `pooling` is for networks that give a vector a token.
   * Throws when the file is no network that takes tokens.
   */
  static async load(path: string, pooling: Pooling = 'mean'): Promise<Network> {
    // Else it would tell its makers about the phone, and leave an id of the machine and a database in the person's cache.
    process.env['ORT_DISABLE_TELEMETRY'] = '1';
    const runtime = await import('onnxruntime-node');
    const session = await runtime.InferenceSession.create(path, SESSION_OPTIONS);
    return new Network(runtime, session, pooling);
  }

  /** About 0.05 ms a token. Shorter texts are padded to the longest, whose place is computed all the same. */
  async run(batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
    // Attention needs something to look at, be it padding.
    const length = Math.max(1, ...batch.map((ids) => ids.length));
    const shape = [batch.length, length];
    const ids = new BigInt64Array(batch.length * length);
    const mask = new BigInt64Array(batch.length * length);
    for (const [row, tokens] of batch.entries()) {
      for (const [column, id] of tokens.entries()) {
        ids[row * length + column] = BigInt(id);
        mask[row * length + column] = 1n;
      }
    }
    const tensor = (values: BigInt64Array): Tensor => new this.#runtime.Tensor('int64', values, shape);
    const feeds: Record<string, Tensor> = { input_ids: tensor(ids), attention_mask: tensor(mask) };
    if (this.#session.inputNames.includes('token_type_ids')) {
      feeds['token_type_ids'] = tensor(new BigInt64Array(ids.length));
    }
    const lengths = batch.map((tokens) => tokens.length);
    return this.#vectorsOf(await this.#session.run(feeds, RUN_OPTIONS), lengths);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #vectorsOf(outputs: InferenceSession.OnnxValueMapType, lengths: readonly number[]): Float32Array[] {
    const tensor = outputs[POOLED_OUTPUT] ?? outputs[this.#session.outputNames[0]!]!;
    const values = tensor.data as Float32Array;
    const [texts, tokens, width] = tensor.dims;
    if (width !== undefined) return pool(values, [texts!, tokens!, width], lengths, this.#pooling);
    const rows = values.length / lengths.length;
    // Copies, so that one vector kept does not keep a whole batch.
    return lengths.map((_, row) => toUnitLength(values.slice(row * rows, (row + 1) * rows)));
  }
}
