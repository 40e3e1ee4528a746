/**
 * A process with nothing but the encoder, for the bench of the embedder: its parent has it load the network, says when
 * to measure, and hears the figures. `defaults` as argument: with onnxruntime's own settings, for comparison.
 */
import { cachedModel, cacheFolder } from '../../services/embedder/adapters/model-cache.ts';
import { MODEL_FILE } from '../../services/embedder/adapters/model-files.ts';
import { RUN_OPTIONS, SESSION_OPTIONS } from '../../services/embedder/adapters/network.ts';
import { processFigures } from '../../testnet/phones/process-figures.ts';
import { percentile } from './percentile.ts';

export interface EncoderFigures {
  readonly addedMegabytes: number;
  readonly lengths: readonly {
    readonly tokens: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    /** Median of the CPU time, which a busy machine changes least. */
    readonly cpuP50Ms: number;
  }[];
}

const LENGTHS = [10, 32, 128];
const RUNS = 300;
const SOME_TOKEN = 55n;

if (import.meta.main) {
  const runtime = await import('onnxruntime-node');
  const before = await privateMegabytes();
  const folder = await cachedModel(cacheFolder(), () => {});
  const asTheyAre = process.argv[2] === 'defaults';
  const options = asTheyAre ? { intraOpNumThreads: 1, interOpNumThreads: 1 } : SESSION_OPTIONS;
  const runOptions = asTheyAre ? {} : RUN_OPTIONS;
  const session = await runtime.InferenceSession.create(`${folder}/${MODEL_FILE}`, options);
  const run = async (tokens: number): Promise<number> => {
    const tensor = (value: bigint) => new runtime.Tensor('int64', new BigInt64Array(tokens).fill(value), [1, tokens]);
    const startedAt = performance.now();
    await session.run({ input_ids: tensor(SOME_TOKEN), attention_mask: tensor(1n) }, runOptions);
    return performance.now() - startedAt;
  };
  for (const tokens of LENGTHS) await run(tokens);
  process.send!('loaded');
  process.once('message', () => void measure(run, before));
}

async function measure(run: (tokens: number) => Promise<number>, before: number): Promise<void> {
  const lengths: EncoderFigures['lengths'][number][] = [];
  for (const tokens of LENGTHS) {
    const times: number[] = [];
    const cpuTimes: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const before = process.cpuUsage();
      times.push(await run(tokens));
      const { user, system } = process.cpuUsage(before);
      cpuTimes.push((user + system) / 1000);
    }
    const cpuP50Ms = percentile(cpuTimes, 0.5);
    lengths.push({ tokens, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), cpuP50Ms });
  }
  const figures: EncoderFigures = { addedMegabytes: (await privateMegabytes()) - before, lengths };
  process.send!(figures, () => process.disconnect());
}

async function privateMegabytes(): Promise<number> {
  return (await processFigures(process.pid))!.privateBytes / 2 ** 20;
}
