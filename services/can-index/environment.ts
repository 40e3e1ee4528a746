/** The settings of an index, from the environment (docs/architecture.md lists them). */
import type { EnvironmentReader } from '../shared/runtime/environment.ts';

export interface CanIndexSettings {
  /** host:port of peer APIs to join through; empty: whoever the chord router knows, or the whole space. */
  readonly seeds: readonly string[];
}

const MAX_SEEDS = 64;

export function readCanIndexSettings(environment: EnvironmentReader): CanIndexSettings {
  return { seeds: environment.hostPorts('RINGWALL_SEEDS', MAX_SEEDS) };
}
