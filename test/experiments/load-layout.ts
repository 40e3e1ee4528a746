/** Phones laid out on a ring by the choice of positions, keys spread over them, and how even that comes out. */
import { farthest, roomiest } from '../../services/chord-router/core/ring/choose-position.ts';
import { fractionOf } from '../../services/chord-router/core/tables/known-phones.ts';
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { randomId } from './population.ts';
import { ascending, mean, percentile } from './statistics.ts';

export interface Layout {
  /** In ring order. */
  readonly positions: Float64Array;
  /** Which phone each position belongs to. */
  readonly phones: Int32Array;
}

export interface Load {
  readonly p1: number;
  readonly p99: number;
  readonly max: number;
}

/** What a newcomer learns of the ring before it chooses. */
export interface Knowledge {
  /** Phones in its seed's table, at distances of density 1/distance, beyond its neighbours. */
  readonly table: number;
  /** Neighbours that the seed knows to either side. */
  readonly neighbours: number;
  /** Candidates, the roomiest by that table, of which it learns who really lies around them. */
  readonly closerLooks: number;
}

/**
 * Each phone takes `perPhone` positions, each the one of `choices` that lies farthest from all there are, or from all
 * it knows of.
 */
export function layOut(
  phones: number,
  perPhone: number,
  choices: number,
  random: SeededRandom,
  knowledge?: Knowledge,
): Layout {
  const owners = new Map<Id, number>();
  if (choices === 1) {
    for (let i = 0; i < phones * perPhone; i++) owners.set(randomId(random), i % phones);
    return layoutOf([...owners.keys()].sort(), owners);
  }
  const order: Id[] = [];
  for (let i = 0; i < phones * perPhone; i++) {
    const drawn = Array.from({ length: choices }, () => randomId(random));
    const candidates = knowledge === undefined ? drawn : shortList(order, drawn, knowledge, random);
    // The nearest phone to a candidate is one of the two beside it, so only those need be told to the choice.
    const beside = candidates.flatMap((candidate) => neighboursOf(order, candidate));
    const id = candidates[farthest(candidates, beside)]!;
    order.splice(indexIn(order, id), 0, id);
    owners.set(id, i % phones);
  }
  return layoutOf(order, owners);
}

/** The candidates that look roomiest in the table of a random seed; all of them while the table has the whole ring. */
function shortList(
  order: readonly Id[],
  drawn: readonly Id[],
  knowledge: Knowledge,
  random: SeededRandom,
): readonly Id[] {
  if (order.length <= knowledge.table) return drawn;
  const known = tableOf(order, Math.floor(random.next() * order.length), knowledge, random);
  return roomiest(drawn, known).slice(0, knowledge.closerLooks);
}

function tableOf(order: readonly Id[], seed: number, { table, neighbours }: Knowledge, random: SeededRandom): Id[] {
  const known = new Set<number>();
  for (let steps = -neighbours; steps <= neighbours; steps++) known.add((seed + steps + order.length) % order.length);
  // Powers of the ring's size with exponents evenly between 0 and 1 have the density 1/distance.
  while (known.size < table) known.add((seed + Math.floor(order.length ** random.next())) % order.length);
  return Array.from(known, (index) => order[index]!);
}

function layoutOf(order: readonly Id[], owners: ReadonlyMap<Id, number>): Layout {
  return { positions: Float64Array.from(order, fractionOf), phones: Int32Array.from(order, (id) => owners.get(id)!) };
}

function neighboursOf(order: readonly Id[], candidate: Id): Id[] {
  if (order.length === 0) return [];
  const index = indexIn(order, candidate);
  return [order[index % order.length]!, order[(index + order.length - 1) % order.length]!];
}

function indexIn(order: readonly Id[], id: Id): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts random keys on the ring, each on `copies` positions in a row; gives the counts of phones so far. */
export function* spreadKeys(
  { positions, phones }: Layout,
  phoneCount: number,
  copies: number,
  steps: readonly number[],
  random: SeededRandom,
): Generator<Int32Array> {
  const counts = new Int32Array(phoneCount);
  let spread = 0;
  for (const until of steps) {
    for (; spread < until; spread++) {
      const key = random.next() + random.next() / 2 ** 32;
      const owner = firstAtOrAfter(positions, key);
      for (let copy = 0; copy < copies; copy++) counts[phones[(owner + copy) % phones.length]!]! += 1;
    }
    yield counts;
  }
}

function firstAtOrAfter(positions: Float64Array, key: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low % positions.length;
}

/** Load relative to the mean. */
export function loadOf(counts: Int32Array): Load {
  const sorted = ascending(counts);
  const average = mean(sorted);
  return {
    p1: percentile(sorted, 0.01) / average,
    p99: percentile(sorted, 0.99) / average,
    max: sorted.at(-1)! / average,
  };
}
