/** Opens the embedder for programs that are no phone: scripts, experiments, benches. */
import { cachedModel, cacheFolder, type Progress } from './adapters/model-cache.ts';
import { type FittedProjection, readProjection } from './adapters/projection-file.ts';
import { ResidentModel } from './adapters/resident-model.ts';
import { TextEmbedder } from './adapters/text-embedder.ts';
import { USE_LITE_PROJECTION, useLiteModel } from './adapters/use-lite-model.ts';

export { fromTorus, project, toTorus } from '../shared/core/projection.ts';
export type { FittedProjection } from './adapters/projection-file.ts';
export type { TextEmbedder } from './adapters/text-embedder.ts';

export interface OpenOptions {
  /** Default: that of the person who runs the program. */
  readonly cache?: string;
  /** Hears of the model being made. */
  readonly progress?: Progress;
  /** Most tokens of a run; many are faster for a program that does nothing else, such as 1024. Default 128. */
  readonly tokensPerRun?: number;
}

/** Makes the model first where the machine has none. The embedder is to be closed. */
export async function openTextEmbedder(options: OpenOptions = {}): Promise<TextEmbedder> {
  const folder = await cachedModel(options.cache ?? cacheFolder(), options.progress ?? (() => {}));
  const model = useLiteModel(folder);
  const { tokensPerRun } = options;
  const resident = new ResidentModel({ model, idleMs: Infinity });
  return new TextEmbedder({ model: resident, maxTokens: model.maxTokens, tokensPerRun });
}

/** The projection of its vectors to points of the torus that phones agree on. */
export async function openProjection(): Promise<FittedProjection> {
  return await readProjection(USE_LITE_PROJECTION);
}
