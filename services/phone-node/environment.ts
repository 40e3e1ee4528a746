/** The settings of a phone: those of its router and those of its wall. */
import { CHORD_ROUTER_VARIABLES, type ChordRouterSettings, readChordRouterSettings } from '../chord-router/start.ts';
import { EMBEDDER_VARIABLES, type EmbedderSettings, readEmbedderSettings } from '../embedder/start.ts';
import type { HostPort } from '../shared/runtime/network/host-port.ts';
import { EnvironmentReader, type EnvironmentValues } from '../shared/runtime/program/environment.ts';
import {
  PROCESS_VARIABLES,
  type ProcessSettings,
  readProcessSettings,
} from '../shared/runtime/program/process-settings.ts';
import type { Variable } from '../shared/runtime/program/usage.ts';
import { readWallApiSettings, WALL_API_VARIABLES, type WallApiSettings } from '../wall-api/start.ts';

export interface PhoneSettings extends ProcessSettings {
  readonly embedder: EmbedderSettings;
  readonly router: ChordRouterSettings;
  readonly wall: WallApiSettings;
  /** Where to serve the sibling API; undefined: nowhere. */
  readonly chordListen: HostPort | undefined;
  /** Where to serve the phone's health alone; undefined: nowhere. */
  readonly healthListen: HostPort | undefined;
}

export const PHONE_VARIABLES: readonly Variable[] = [
  ...CHORD_ROUTER_VARIABLES,
  ...EMBEDDER_VARIABLES,
  ...WALL_API_VARIABLES,
  {
    name: 'RINGWALL_CHORD_LISTEN',
    meaning: 'host:port of the sibling API (ChordService, AdminService, health), for tools',
    fallback: 'off',
  },
  {
    name: 'RINGWALL_HEALTH_LISTEN',
    meaning:
      'host:port of gRPC health checking alone, for probes: services liveness, startup (its disk is open, it takes links) and ' +
      'readiness (a member of its ring, serves its API)',
    fallback: 'off',
  },
  ...PROCESS_VARIABLES,
];

/** Throws a ConfigurationError that lists all faults. */
export function readPhoneSettings(values: EnvironmentValues): PhoneSettings {
  const environment = new EnvironmentReader(values);
  const settings = {
    embedder: readEmbedderSettings(environment),
    router: readChordRouterSettings(environment),
    wall: readWallApiSettings(environment),
    chordListen: environment.optionalHostPort('RINGWALL_CHORD_LISTEN'),
    healthListen: environment.optionalHostPort('RINGWALL_HEALTH_LISTEN'),
    ...readProcessSettings(environment),
  };
  if (settings.router.adminToken !== undefined && settings.chordListen === undefined) {
    environment.fault('RINGWALL_ADMIN_TOKEN needs RINGWALL_CHORD_LISTEN: admin calls are taken there');
  }
  environment.check();
  return settings;
}
