/** The settings of an index, from the environment (docs/reference/settings.md lists them). */
import type { EnvironmentReader } from '../shared/runtime/program/environment.ts';
import { METRICS_LISTEN } from '../shared/runtime/program/process-settings.ts';
import type { Variable } from '../shared/runtime/program/usage.ts';

export interface CanIndexSettings {
  /** host:port of peer APIs to join through; empty: whoever the chord router knows, or the whole space. */
  readonly seeds: readonly string[];
}

const MAX_SEEDS = 64;

function readCanIndexSettings(environment: EnvironmentReader): CanIndexSettings {
  return { seeds: environment.hostPorts('RINGWALL_SEEDS', MAX_SEEDS) };
}

/** What an index in a process of its own is told. */
export const ALONE_VARIABLES: readonly Variable[] = [
  {
    name: 'RINGWALL_SEEDS',
    meaning: 'comma-separated host:port of peer APIs to join through; empty: whoever the chord router knows',
    fallback: 'empty',
  },
  { name: 'RINGWALL_CHORD_ADDRESS', meaning: "host:port of the chord router's sibling API", fallback: 'required' },
  { name: 'RINGWALL_EMBEDDER_ADDRESS', meaning: 'host:port of the embedder', fallback: 'required' },
  {
    name: 'RINGWALL_CAN_LISTEN',
    meaning: 'host:port of CanService and RelayService (and health)',
    fallback: '127.0.0.1:7502',
  },
  METRICS_LISTEN,
];

export function readAloneSettings(environment: EnvironmentReader) {
  return {
    index: readCanIndexSettings(environment),
    chordAddress: environment.hostPort('RINGWALL_CHORD_ADDRESS'),
    embedderAddress: environment.hostPort('RINGWALL_EMBEDDER_ADDRESS'),
    listen: environment.hostPort('RINGWALL_CAN_LISTEN', '127.0.0.1:7502'),
    metricsListen: environment.optionalHostPort(METRICS_LISTEN.name),
  };
}
