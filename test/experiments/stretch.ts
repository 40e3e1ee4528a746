/** The stretch of lookups in a ring that stands still: the time until the owner has answered over the round trip to it. */
import type { LookupOutcome } from '../../services/chord-router/core/ring-view.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { Population, randomId } from './population.ts';
import { type Latency, Space } from './space.ts';
import { StaticRing } from './static-ring.ts';
import { ascending, percentile } from './statistics.ts';
import { fillMet } from './tables.ts';

/** Medians. */
export interface Stretch {
  /** Phone by phone, with the question to the owner that follows. */
  readonly iterative: number;
  /** Passed on until the owner answers, the answer coming back along the path. */
  readonly forwarded: number;
  /** Phones that a forwarded question passes, the owner among them; a mean. */
  readonly hops: number;
  /** Computed from the same paths: the owner answering the asker directly, as the papers have it. */
  readonly direct: number;
}

/** Median stretch in a ring and a space of their own, of phones that met so many for each slot of their tables. */
export function forwardedInOtherRing(exponent: number, seed: number, lookups: number, metPerSlot: number): number {
  const random = new SeededRandom(seed);
  const population = Population.random(2 ** exponent, random);
  const space = new Space(population.size, random);
  const rttMs: Latency = (a, b) => space.rttMs(a, b);
  const settings = { forwardLookups: true };
  const ring = new StaticRing(population, { seed, rttMs, settings, equip: fillMet(rttMs, metPerSlot) });
  const stretches: number[] = [];
  for (let i = 0; i < lookups; i++) {
    const from = random.below(population.size);
    const key = randomId(random);
    const owner = ring.livingOwnerOf(key);
    const directMs = ring.rttMs(from, owner);
    if (directMs > 0) stretches.push(timeToOwner(ring, ring.lookup(from, key), owner, directMs) / directMs);
  }
  return median(stretches);
}

function median(values: readonly number[]): number {
  return percentile(ascending(values), 0.5);
}

/** The same lookups over both rings, whose tables are the same. */
export function stretchOf(stepping: StaticRing, passing: StaticRing, random: SeededRandom, lookups: number): Stretch {
  const samples: Record<'iterative' | 'forwarded' | 'direct', number[]> = { iterative: [], forwarded: [], direct: [] };
  let hops = 0;
  for (let i = 0; i < lookups; i++) {
    const from = random.below(stepping.population.size);
    const key = randomId(random);
    const owner = stepping.livingOwnerOf(key);
    const direct = stepping.rttMs(from, owner);
    if (direct === 0) continue;
    samples.iterative.push(timeToOwner(stepping, stepping.lookup(from, key), owner, direct) / direct);
    const passed = passing.lookup(from, key);
    const forwarded = timeToOwner(passing, passed, owner, direct);
    samples.forwarded.push(forwarded / direct);
    samples.direct.push((forwarded + direct) / 2 / direct);
    hops += passed.hops.length;
  }
  return {
    iterative: median(samples.iterative),
    forwarded: median(samples.forwarded),
    direct: median(samples.direct),
    hops: hops / samples.direct.length,
  };
}

/** Until the owner has answered: where the lookup did not end with it, it is asked afterwards. Throws on a wrong owner. */
function timeToOwner(ring: StaticRing, outcome: LookupOutcome, owner: number, directMs: number): number {
  const { id } = ring.population.at(owner);
  if (outcome.owner?.id !== id) throw new Error('a lookup in a ring that stands still named a wrong owner');
  const hasAnswered = outcome.hops.some(({ phone, outcome: end }) => phone.id === id && end !== 'timeout');
  return outcome.milliseconds + (hasAnswered ? 0 : directMs);
}
