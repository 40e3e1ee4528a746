/**
 * A network in onnxruntime, set up so that phones share its weights: they are mapped from their file (external data),
 * not copied into a layout that multiplies a little faster (prepacking), and no arena keeps what a run needed.
 */
import { join } from 'node:path';
import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { MODEL_FILE } from './model-files.ts';

const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableCpuMemArena: false,
  enableMemPattern: false,
  extra: { session: { disable_prepacking: '1' } },
};
const OUTPUT = 'sentence_embedding';

export class Network {
  readonly #runtime: typeof Runtime;
  readonly #session: InferenceSession;

  private constructor(runtime: typeof Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  /** The runtime itself, 45 MB on disk, is loaded only now. */
  static async load(folder: string): Promise<Network> {
    const runtime = await import('onnxruntime-node');
    const session = await runtime.InferenceSession.create(join(folder, MODEL_FILE), SESSION_OPTIONS);
    return new Network(runtime, session);
  }

  /**
   * The vectors of a batch of texts, given as their tokens; shorter ones are padded to the longest. Blocks the thread
   * while it computes, about 0.05 ms a token, so batches must be small.
   */
  async run(batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
    // Attention needs something to look at, be it padding.
    const length = Math.max(1, ...batch.map((ids) => ids.length));
    const ids = new BigInt64Array(batch.length * length);
    const mask = new BigInt64Array(batch.length * length);
    for (const [row, tokens] of batch.entries()) {
      for (const [column, id] of tokens.entries()) {
        ids[row * length + column] = BigInt(id);
        mask[row * length + column] = 1n;
      }
    }
    const shape = [batch.length, length];
    const outputs = await this.#session.run({
      input_ids: new this.#runtime.Tensor('int64', ids, shape),
      attention_mask: new this.#runtime.Tensor('int64', mask, shape),
    });
    return rowsOf(outputs[OUTPUT]!, batch.length);
  }

  /** Gives the memory back. Runs under way must have ended. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Copies, so that one vector kept does not keep a whole batch. */
function rowsOf(tensor: Tensor, rows: number): Float32Array[] {
  const values = tensor.data as Float32Array;
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}
