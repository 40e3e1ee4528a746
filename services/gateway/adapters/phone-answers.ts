/** What phones answer about the network, read with care: a phone may be anybody's, so only what fits its form counts. */
import { type Id, parseId } from '../../shared/core/id.ts';
import { parseHostPort } from '../../shared/runtime/network/host-port.ts';
import type { PhoneWords } from '../core/phone.ts';
import type { KnownPhone, RingView } from '../core/ring-views.ts';
import type { Box, ZoneWords } from '../core/zone-map.ts';

type Json = Readonly<Record<string, unknown>>;

const RING_STATES: readonly PhoneWords['ring'][] = ['joining', 'member', 'leaving'];
/** More of anything than any phone has. */
const MAX_ITEMS = 4_096;
const MAX_AXES = 64;

/** GET /v1/network/self. */
export interface SelfAnswer {
  readonly words: PhoneWords;
  /** Phones that it suspects. */
  readonly suspected: readonly Id[];
}

/** GET /v1/network/self; undefined when it names no id. */
export function readSelf(body: unknown): SelfAnswer | undefined {
  const { phone, state, settled, records, recordBytes, predecessor, successor, suspected } = asObject(body);
  const id = idOf(phone);
  if (id === undefined) return undefined;
  const { address } = asObject(phone);
  const words: PhoneWords = {
    id,
    peer: typeof address === 'string' && parseHostPort(address) !== undefined ? address : '',
    ring: RING_STATES.find((known) => known === state) ?? 'unknown',
    settled: settled === true,
    records: countOf(records),
    recordBytes: countOf(recordBytes),
    predecessor: idOf(predecessor),
    successor: idOf(successor),
  };
  return { words, suspected: asList(suspected).flatMap((other) => idOf(other) ?? []) };
}

/** GET /v1/network/ring. */
export function readRingView(body: unknown): RingView {
  const { successors, predecessors, fingers, known } = asObject(body);
  const ids = (list: unknown): Id[] => asList(list).flatMap((phone) => idOf(phone) ?? []);
  const knownPhones = asList(known).flatMap((phone): [Id, KnownPhone][] => {
    const id = idOf(phone);
    const { state, rttMilliseconds } = asObject(phone);
    const rttMs = typeof rttMilliseconds === 'number' ? rttMilliseconds : undefined;
    return id === undefined ? [] : [[id, { isSuspected: state === 'suspected', rttMs }]];
  });
  return {
    successors: ids(successors),
    predecessors: ids(predecessors),
    fingers: ids(fingers),
    known: new Map(knownPhones),
  };
}

/** GET /v1/network/zones; undefined when it names no id. */
export function readZones(body: unknown): ZoneWords | undefined {
  const { self, axes, zones, ownedEntries, neighbours, posts } = asObject(body);
  const id = idOf(self);
  if (id === undefined) return undefined;
  return {
    self: id,
    axes: Math.min(countOf(axes), MAX_AXES),
    zones: boxesOf(zones),
    ownedEntries: countOf(ownedEntries),
    neighbours: asList(neighbours).flatMap((neighbour) => {
      const other = idOf(neighbour);
      const { zones: theirs, load } = asObject(neighbour);
      return other === undefined ? [] : [{ id: other, zones: boxesOf(theirs), load: countOf(load) }];
    }),
    posts: asList(posts).flatMap((post) => {
      const { id: name, point } = asObject(post);
      const key = typeof name === 'string' && parseId(name) !== undefined ? name : undefined;
      return key === undefined ? [] : [{ id: key, point: numbersOf(point) }];
    }),
  };
}

export interface LookupWords {
  readonly found: boolean;
  readonly owner: Id | undefined;
  readonly replicas: readonly Id[];
  readonly hops: readonly { readonly id: Id; readonly ms: number; readonly outcome: string }[];
  readonly milliseconds: number;
}

const OUTCOMES = ['closer', 'owner', 'timeout', 'unreachable', 'refused'];

/** GET /v1/network/lookup/{key}. */
export function readLookup(body: unknown): LookupWords {
  const { found, owner, replicas, hops, milliseconds } = asObject(body);
  return {
    found: found === true,
    owner: idOf(owner),
    replicas: asList(replicas).flatMap((phone) => idOf(phone) ?? []),
    hops: asList(hops).flatMap((hop) => {
      const id = idOf(hop);
      const { milliseconds: ms, outcome } = asObject(hop);
      const known = OUTCOMES.find((name) => name === outcome) ?? 'unknown';
      return id === undefined ? [] : [{ id, ms: timeOf(ms), outcome: known }];
    }),
    milliseconds: timeOf(milliseconds),
  };
}

function timeOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function boxesOf(value: unknown): Box[] {
  return asList(value).map((box) => {
    const { low, high } = asObject(box);
    return { low: numbersOf(low), high: numbersOf(high) };
  });
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value.slice(0, MAX_ITEMS) as unknown[]) : [];
}

function numbersOf(value: unknown): number[] {
  return asList(value)
    .filter((item) => typeof item === 'number')
    .slice(0, MAX_AXES);
}

function idOf(phone: unknown): Id | undefined {
  const { id } = asObject(phone);
  return typeof id === 'string' ? parseId(id) : undefined;
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}
