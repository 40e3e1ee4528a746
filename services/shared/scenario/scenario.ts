/** What a scenario file says, read and checked: times in milliseconds, shares from 0 to 1, phones by their numbers. */

import type { Assertion } from './assertion.ts';
import type { Distribution } from './distribution.ts';
import type { LinkClass } from './link-class.ts';

export type { LinkClass } from './link-class.ts';

export interface Scenario {
  /** kebab-case; names the run card. */
  readonly name: string;
  /** One or more sentences for the card. */
  readonly about: string;
  readonly seed: number;
  /** How long people act and phones come and go. */
  readonly durationMs: number;
  /** Longest wait afterwards for the ring to rest, and then for every acknowledged record to be read back. */
  readonly settleMs: number;
  readonly sampleEveryMs: number;
  /** Phones that keep each record. */
  readonly replication: number;
  readonly population: Population;
  readonly outages: readonly Outage[];
  /** In the order of time; they do not overlap and end before the duration does. */
  readonly partitions: readonly Partition[];
  readonly roaming: Roaming | undefined;
  /** Shares add up to 1. Empty: the stage's own network. */
  readonly links: readonly LinkShare[];
  readonly workload: Workload;
  readonly assertions: readonly Assertion[];
}

export interface Population {
  /** All phones that ever take part; they are numbered from 0 in the order of arrival. */
  readonly phones: number;
  /** Those of them that form a quiet ring when time begins. */
  readonly initial: number;
  /** When the others come; undefined: all of them at time 0. */
  readonly arrival: Arrival | undefined;
  /** How long a phone stays; undefined: for good. */
  readonly session: Distribution | undefined;
  /** How long a phone that went stays away; undefined: for good. */
  readonly downtime: Distribution | undefined;
  /** Share of the departures that say goodbye; the others crash. */
  readonly gracefulShare: number;
}

export interface Arrival {
  readonly fromMs: number;
  /** Between two arrivals. */
  readonly gap: Distribution;
}

/** Many phones go at once. */
export interface Outage {
  readonly atMs: number;
  readonly deed: 'crash' | 'stop';
  /** Which: a share of those that are up, drawn by the seed, or these numbers. */
  readonly whom: { readonly share: number } | { readonly phones: readonly number[] };
  /** Undefined: they stay away. */
  readonly returnAfterMs: number | undefined;
}

/** Phones of different sides do not hear each other. */
export interface Partition {
  readonly atMs: number;
  readonly durationMs: number;
  /** At least two; every phone of the population is on exactly one, whether it has come by then or not. */
  readonly sides: readonly (readonly number[])[];
}

/** Phones change their address while they run: each loses the network, and is back at another one with a new id. */
export interface Roaming {
  /** Between two moves of one phone. */
  readonly every: Distribution;
  /** Without a network in between. */
  readonly gone: Distribution;
}

export interface LinkShare {
  readonly share: number;
  readonly link: LinkClass;
}

export interface Workload {
  /** Each has keys of their own and lives on a phone; while it is no member of the ring, they wait. */
  readonly people: number;
  /** Between two operations of all people together. */
  readonly every: Distribution;
  /** Weights of what they do; not all 0. */
  readonly mix: Readonly<Record<OperationKind, number>>;
  /** Most records alive that people keep; then they change old ones. */
  readonly records: number;
}

export const OPERATION_KINDS = ['post', 'profile', 'entry', 'delete', 'read', 'lookup'] as const;
/** `post`: an immutable record. `profile`, `entry`: the next version of a mutable, of a member of a set. */
export type OperationKind = (typeof OPERATION_KINDS)[number];
