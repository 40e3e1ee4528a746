/**
 * What phones say of themselves when asked one after the other: their zones, and how far the others are. Each tells of its
 * neighbours too, so a few answers draw most of the map; one phone is asked at a time, so that hundreds are not flooded.
 */
import { signal } from '@preact/signals';
import type { Ring, Zones } from '../../../services/wall-api/client/contract.ts';
import type { Box } from '../can/cuts.ts';
import { ask } from './gateway.ts';
import { alive, repeat } from './phones.ts';

export interface KnownZone {
  readonly id: string;
  readonly zones: readonly Box[];
  /** Entries in its zones. */
  readonly load: number;
  /** Some posts of its zones. */
  readonly posts: readonly { readonly id: string; readonly point: readonly number[] }[];
  /** Whether the phone itself said so, and when, ms since the epoch. */
  readonly isOwnWord: boolean;
  readonly atMs: number;
}

const ASK_MS = 250;
/** What a neighbour said counts for less than this while the phone's own word is younger. */
const OWN_WORD_MS = 60_000;

export const zones = signal<ReadonlyMap<string, KnownZone>>(new Map());
/** Smoothed round trips in ms: by the phone that measured, then by the other. */
export const roundTrips = signal<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map());

/** Asks phone after phone until the function it gives is called. */
export function followSurvey(): () => void {
  let next = 0;
  return repeat(ASK_MS, async (abort) => {
    const candidates = alive.peek();
    const phone = candidates[next++ % Math.max(1, candidates.length)];
    if (phone === undefined) return;
    const [map, ring] = await Promise.all([
      ask<Zones>(`/phones/${phone.n}/v1/network/zones`, abort),
      ask<Ring>(`/phones/${phone.n}/v1/network/ring`, abort),
    ]);
    learnZones(map);
    learnRoundTrips(ring);
  });
}

function learnZones({ self, zones: boxes, ownedEntries, neighbours, posts }: Zones): void {
  const atMs = Date.now();
  const known = new Map(zones.peek());
  known.set(self.id, { id: self.id, zones: boxes, load: ownedEntries, posts, isOwnWord: true, atMs });
  for (const { id, zones: boxes, load } of neighbours) {
    const before = known.get(id);
    if (before?.isOwnWord === true && atMs - before.atMs < OWN_WORD_MS) continue;
    known.set(id, { id, zones: boxes, load, posts: before?.posts ?? [], isOwnWord: false, atMs });
  }
  zones.value = known;
}

function learnRoundTrips({ self, known }: Ring): void {
  const measured = known.flatMap(({ id, rttMilliseconds }) =>
    rttMilliseconds === null ? [] : [[id, rttMilliseconds] as const],
  );
  roundTrips.value = new Map(roundTrips.peek()).set(self.id, new Map(measured));
}
