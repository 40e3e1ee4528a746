/** The settings of a chord router, from the environment (docs/reference/settings.md lists them). */
import { isIP } from 'node:net';
import { type HostPort, parseHostPort } from '../shared/runtime/network/host-port.ts';
import type { EnvironmentReader } from '../shared/runtime/program/environment.ts';
import { METRICS_LISTEN } from '../shared/runtime/program/process-settings.ts';
import type { Variable } from '../shared/runtime/program/usage.ts';
import { CONNECTIONS_PER_IP } from './adapters/links/peer-server.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from './core/settings.ts';

export interface ChordRouterSettings {
  /** Folder of the phone's state. */
  readonly dataFolder: string;
  /** Where the peer API listens; port 0 picks the last run's port, if it is free, or any. */
  readonly peerListen: HostPort;
  /** Host or host:port under which other phones reach it; undefined: where it listens. */
  readonly advertise: string | undefined;
  /** host:port of peer APIs to join through; empty starts a ring. */
  readonly seeds: readonly string[];
  readonly network: string;
  readonly verifyAddress: boolean;
  /** Take, when new at an address, the one of its ids that lies farthest from other phones. */
  readonly balanceId: boolean;
  /** Encrypt links, with keys pinned to ids; the same on all phones of a network. */
  readonly peerTls: boolean;
  /** Most connections to the peer API from one IP address; undefined: the default of PeerServer. */
  readonly connectionsPerIp: number | undefined;
  /** What admin calls of the sibling API must show; undefined: there are none. */
  readonly adminToken: string | undefined;
  readonly chord: ChordSettings;
}

export const CHORD_ROUTER_VARIABLES: readonly Variable[] = [
  { name: 'RINGWALL_DATA', meaning: "folder of the phone's state", fallback: 'required' },
  {
    name: 'RINGWALL_PEER_LISTEN',
    meaning: "host:port of the peer API; port 0 picks the last run's, or any",
    fallback: '127.0.0.1:7400',
  },
  {
    name: 'RINGWALL_ADVERTISE',
    meaning: 'host or host:port that other phones reach it under',
    fallback: 'the peer listen address',
  },
  {
    name: 'RINGWALL_SEEDS',
    meaning:
      "comma-separated host:port of peer APIs to join through, the phone's own address maybe among them; empty starts a ring",
    fallback: 'empty',
  },
  { name: 'RINGWALL_NETWORK', meaning: 'name of the network; phones of others are refused', fallback: 'ringwall' },
  {
    name: 'RINGWALL_REPLICATION',
    meaning: 'phones that keep each record; the same on all phones of a network',
    fallback: String(DEFAULT_SETTINGS.replication),
  },
  {
    name: 'RINGWALL_SUCCESSORS',
    meaning: 'length of the successor list, at least the replication',
    fallback: `${DEFAULT_SETTINGS.successors}, or one more than the replication`,
  },
  {
    name: 'RINGWALL_VERIFY_ADDRESS',
    meaning: 'check that a phone calls from the address its id was made of',
    fallback: 'true',
  },
  {
    name: 'RINGWALL_BALANCE_ID',
    meaning: 'when new at an address, ask a seed which of its 128 ids has the most room, and take that',
    fallback: 'true',
  },
  {
    name: 'RINGWALL_PEER_TLS',
    meaning: 'encrypt links between phones, with keys pinned to ids; the same on all phones of a network',
    fallback: 'false',
  },
  {
    name: 'RINGWALL_PEER_CONNECTIONS_PER_IP',
    meaning: 'most connections to the peer API from one IP address, or one /64 of IPv6',
    fallback: `${CONNECTIONS_PER_IP}; on loopback no bound`,
  },
  {
    name: 'RINGWALL_ADMIN_TOKEN',
    meaning:
      'take admin calls (faults of links, for tests) on the sibling API from those who show this token, of 16 to 200 characters',
    fallback: 'off',
  },
];

const MAX_SEEDS = 64;
const MAX_REPLICATION = 32;
const MAX_CONNECTIONS_PER_IP = 65_535;

export function readChordRouterSettings(environment: EnvironmentReader): ChordRouterSettings {
  const replication = environment.integer('RINGWALL_REPLICATION', DEFAULT_SETTINGS.replication, 1, MAX_REPLICATION);
  const fallback = Math.max(DEFAULT_SETTINGS.successors, replication + 1);
  const successors = environment.integer('RINGWALL_SUCCESSORS', fallback, 1, MAX_REPLICATION * 2);
  if (successors < replication) {
    environment.fault(
      `RINGWALL_SUCCESSORS must be at least RINGWALL_REPLICATION (${replication}), for the replicas are on that list`,
    );
  }
  return {
    dataFolder: environment.text('RINGWALL_DATA'),
    peerListen: environment.hostPort('RINGWALL_PEER_LISTEN', '127.0.0.1:7400'),
    advertise: readAdvertise(environment),
    seeds: environment.hostPorts('RINGWALL_SEEDS', MAX_SEEDS),
    network: environment.matching(
      'RINGWALL_NETWORK',
      'ringwall',
      /^[A-Za-z0-9._-]{1,40}$/,
      '1 to 40 letters, digits, dots, hyphens or underscores',
    ),
    verifyAddress: environment.boolean('RINGWALL_VERIFY_ADDRESS', true),
    balanceId: environment.boolean('RINGWALL_BALANCE_ID', true),
    peerTls: environment.boolean('RINGWALL_PEER_TLS', false),
    connectionsPerIp: environment.optionalInteger('RINGWALL_PEER_CONNECTIONS_PER_IP', 1, MAX_CONNECTIONS_PER_IP),
    adminToken: environment.secret('RINGWALL_ADMIN_TOKEN'),
    chord: { ...DEFAULT_SETTINGS, replication, successors },
  };
}

function readAdvertise(environment: EnvironmentReader): string | undefined {
  const text = environment.optional('RINGWALL_ADVERTISE');
  if (text === undefined || parseHostPort(text) !== undefined) return text;
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !/^[A-Za-z0-9._-]+$/.test(host)) {
    environment.fault(`RINGWALL_ADVERTISE must be a host or host:port, not ${JSON.stringify(text)}`);
  }
  return text;
}

/** What a chord router in a process of its own is told. */
export const ALONE_VARIABLES: readonly Variable[] = [
  ...CHORD_ROUTER_VARIABLES,
  {
    name: 'RINGWALL_CHORD_LISTEN',
    meaning: 'host:port of the sibling API (ChordService, AdminService, health)',
    fallback: '127.0.0.1:7500',
  },
  {
    name: 'RINGWALL_CAN_ADDRESS',
    meaning: "host:port of the can-index beside it, which answers what other phones' indexes ask",
    fallback: 'none',
  },
  {
    name: 'RINGWALL_EMBEDDER_ADDRESS',
    meaning: 'host:port of the embedder beside it, whose model and projection all phones of the network must have',
    fallback: 'none: a network without embedders',
  },
  METRICS_LISTEN,
];

export function readAloneSettings(environment: EnvironmentReader) {
  return {
    router: readChordRouterSettings(environment),
    chordListen: environment.hostPort('RINGWALL_CHORD_LISTEN', '127.0.0.1:7500'),
    canAddress: environment.optionalHostPort('RINGWALL_CAN_ADDRESS'),
    embedderAddress: environment.optionalHostPort('RINGWALL_EMBEDDER_ADDRESS'),
    metricsListen: environment.optionalHostPort(METRICS_LISTEN.name),
  };
}
