/** The settings of a wall API from the environment (docs/reference/settings.md lists them). */
import { readPagesFolder } from '../shared/http/static-pages.ts';
import { type HostPort, parseHostPort } from '../shared/runtime/network/host-port.ts';
import type { EnvironmentReader } from '../shared/runtime/program/environment.ts';
import type { Variable } from '../shared/runtime/program/usage.ts';
import { DEFAULT_WALL_SETTINGS, type WallSettings } from './core/settings.ts';

export interface WallApiSettings {
  readonly listen: HostPort;
  readonly settings: WallSettings;
}

const MAX_RATE = 1_000_000;

/** What readWallApiSettings reads, for `--help`. */
export const WALL_API_VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_API_LISTEN', meaning: 'host:port of the REST API; port 0 picks one', fallback: '127.0.0.1:8080' },
  {
    name: 'RINGWALL_API_RATE_CAPACITY',
    meaning: 'tokens a caller of the API may use at once; a read takes 1, a POST 3',
    fallback: String(DEFAULT_WALL_SETTINGS.rateCapacity),
  },
  {
    name: 'RINGWALL_API_RATE_PER_SECOND',
    meaning: 'tokens that come back a second',
    fallback: String(DEFAULT_WALL_SETTINGS.ratePerSecond),
  },
  { name: 'RINGWALL_API_ORIGINS', meaning: 'comma-separated web origins that may call the API', fallback: 'none' },
  {
    name: 'RINGWALL_API_HOSTS',
    meaning:
      'comma-separated hosts under which the API may be called, beside localhost, where it listens and ' +
      'RINGWALL_ADVERTISE; * for any',
    fallback: 'none',
  },
  {
    name: 'RINGWALL_API_PROXIES',
    meaning:
      'comma-separated IP addresses, or ranges such as 10.0.0.0/8, of the gateway and other proxies before the API: who ' +
      'comes through one is the caller that it names last in X-Forwarded-For, with a rate limit of their own',
    fallback: 'none',
  },
  {
    name: 'RINGWALL_PAGES',
    meaning: 'folder of the built pages (`npm run web` makes one), to be served at /',
    fallback: 'none',
  },
];

/** Faults are told by `environment.check()`. */
export function readWallApiSettings(environment: EnvironmentReader): WallApiSettings {
  const { rateCapacity, ratePerSecond } = DEFAULT_WALL_SETTINGS;
  return {
    listen: environment.hostPort('RINGWALL_API_LISTEN', '127.0.0.1:8080'),
    settings: {
      ...DEFAULT_WALL_SETTINGS,
      rateCapacity: environment.integer('RINGWALL_API_RATE_CAPACITY', rateCapacity, 100, MAX_RATE),
      ratePerSecond: environment.integer('RINGWALL_API_RATE_PER_SECOND', ratePerSecond, 1, MAX_RATE),
      allowedOrigins: readOrigins(environment),
      hosts: [...environment.hosts('RINGWALL_API_HOSTS'), ...readAdvertisedHost(environment)],
      proxies: environment.addressRanges('RINGWALL_API_PROXIES'),
      pagesFolder: readPagesFolder(environment, 'RINGWALL_PAGES'),
    },
  };
}

function readOrigins(environment: EnvironmentReader): readonly string[] {
  const texts = (environment.optional('RINGWALL_API_ORIGINS') ?? '').split(',').map((text) => text.trim());
  const origins = texts.filter((text) => text !== '');
  for (const origin of origins) {
    const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
    if (parsed?.origin !== origin) {
      environment.fault(
        `RINGWALL_API_ORIGINS must list web origins such as https://example.org, not ${JSON.stringify(origin)}`,
      );
    }
  }
  return origins;
}

/** The chord router says what is wrong with it. */
function readAdvertisedHost(environment: EnvironmentReader): readonly string[] {
  const text = environment.optional('RINGWALL_ADVERTISE');
  return text === undefined ? [] : [parseHostPort(text)?.host ?? text];
}

/** What a wall API in a process of its own is told. */
export const ALONE_VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_DATA', meaning: "folder of the phone's state", fallback: 'required' },
  { name: 'RINGWALL_CHORD_ADDRESS', meaning: "host:port of the chord router's sibling API", fallback: 'required' },
  { name: 'RINGWALL_CAN_ADDRESS', meaning: 'host:port of the can-index', fallback: 'required' },
  { name: 'RINGWALL_EMBEDDER_ADDRESS', meaning: 'host:port of the embedder', fallback: 'required' },
  ...WALL_API_VARIABLES,
];

export function readAloneSettings(environment: EnvironmentReader) {
  return {
    dataDir: environment.text('RINGWALL_DATA'),
    chordAddress: environment.hostPort('RINGWALL_CHORD_ADDRESS'),
    canAddress: environment.hostPort('RINGWALL_CAN_ADDRESS'),
    embedderAddress: environment.hostPort('RINGWALL_EMBEDDER_ADDRESS'),
    wall: readWallApiSettings(environment),
  };
}
