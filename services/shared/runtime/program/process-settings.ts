/** What every program is told about its process, whatever it does. */
import type { EnvironmentReader } from './environment.ts';
import { LOG_LEVELS, type LogLevel } from './logging.ts';
import type { Variable } from './usage.ts';

export interface ProcessSettings {
  readonly logLevel: LogLevel;
}

export const PROCESS_VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_LOG_LEVEL', meaning: `one of ${LOG_LEVELS.join(', ')}`, fallback: 'info' },
  {
    name: 'RINGWALL_EXIT_WITH_PARENT',
    meaning: 'true: leave when the process that started this one, with an IPC channel, goes away',
    fallback: 'false',
  },
];

/** Faults are told by `environment.check()`. */
export function readProcessSettings(environment: EnvironmentReader): ProcessSettings {
  // Only checked here: lifecycle.ts must know it before there are settings.
  environment.boolean('RINGWALL_EXIT_WITH_PARENT', false);
  return { logLevel: environment.oneOf('RINGWALL_LOG_LEVEL', LOG_LEVELS, 'info') };
}

/** Where a service without an HTTP API of its own tells how it is. */
export const METRICS_LISTEN: Variable = {
  name: 'RINGWALL_METRICS_LISTEN',
  meaning: 'host:port of GET /metrics',
  fallback: 'off',
};
