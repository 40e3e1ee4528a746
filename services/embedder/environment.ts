/** The settings of an embedder, from the environment (docs/reference/settings.md lists them). */
import type { EnvironmentReader } from '../shared/runtime/program/environment.ts';
import { METRICS_LISTEN } from '../shared/runtime/program/process-settings.ts';
import type { Variable } from '../shared/runtime/program/usage.ts';

export interface EmbedderSettings {
  /** Folder of the model; undefined: the one that installs through npm. */
  readonly modelFolder: string | undefined;
  /** The model is let go when nobody has used it for so long, in ms. */
  readonly idleMs: number;
}

const DEFAULT_IDLE_SECONDS = 60;
const MOST_IDLE_SECONDS = 86_400;

export const EMBEDDER_VARIABLES: readonly Variable[] = [
  {
    name: 'RINGWALL_MODEL',
    meaning:
      'folder of the sentence encoder, the same on all phones of a network: model.onnx, tokenizer.json, projection.json',
    fallback: 'Universal Sentence Encoder Lite, in the cache',
  },
  {
    name: 'RINGWALL_MODEL_IDLE_SECONDS',
    meaning: 'time without use after which the encoder leaves the memory',
    fallback: String(DEFAULT_IDLE_SECONDS),
  },
];

export function readEmbedderSettings(environment: EnvironmentReader): EmbedderSettings {
  const idleSeconds = environment.integer('RINGWALL_MODEL_IDLE_SECONDS', DEFAULT_IDLE_SECONDS, 1, MOST_IDLE_SECONDS);
  return { modelFolder: environment.optional('RINGWALL_MODEL'), idleMs: idleSeconds * 1000 };
}

/** What an embedder in a process of its own is told. */
export const ALONE_VARIABLES: readonly Variable[] = [
  ...EMBEDDER_VARIABLES,
  {
    name: 'RINGWALL_EMBEDDER_LISTEN',
    meaning: 'host:port of EmbedderService (and health)',
    fallback: '127.0.0.1:7501',
  },
  METRICS_LISTEN,
];

export function readAloneSettings(environment: EnvironmentReader) {
  return {
    embedder: readEmbedderSettings(environment),
    listen: environment.hostPort('RINGWALL_EMBEDDER_LISTEN', '127.0.0.1:7501'),
    metricsListen: environment.optionalHostPort(METRICS_LISTEN.name),
  };
}
