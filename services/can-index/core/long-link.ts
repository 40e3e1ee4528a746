/**
 * Links to phones far off: for each level of this phone's path the other half is somewhere to have a link into, more of
 * them into the larger halves. With the neighbours they are what routing chooses from.
 *
 * Source: Maymounkov and Mazières, "Kademlia", IPTPS 2002, for one bucket a level; Manku, Naor and Wieder, "Know thy
 * neighbor's neighbor", STOC 2004, for random links used with a look ahead.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { random, type Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import { RoundTripEstimator } from '../../shared/core/timeouts.ts';
import type { KnownPhone } from './message.ts';
import type { Point } from './space.ts';
import { childOf, type Zone } from './zone.ts';

/** Of the links into the half at one level, this share goes one level further down. */
const DEEPER = 0.7;
/** Of what a link leads to, so many phones are remembered. */
export const MAX_BEHIND = 128;

export interface LongLink {
  readonly contact: Contact;
  readonly zones: readonly KnownPhone['zones'][number][];
  readonly stamp: KnownPhone['stamp'];
  /** Its neighbours and links. */
  readonly known: readonly KnownPhone[];
  readonly roundTrip: RoundTripEstimator;
}

export class LongLinks {
  readonly #links = new Map<Id, LongLink>();
  #turn: Id[] = [];

  get size(): number {
    return this.#links.size;
  }

  get(id: Id): LongLink | undefined {
    return this.#links.get(id);
  }

  all(): Iterable<LongLink> {
    return this.#links.values();
  }

  set({ contact, zones, stamp }: KnownPhone, known: readonly KnownPhone[]): void {
    const roundTrip = this.#links.get(contact.id)?.roundTrip ?? new RoundTripEstimator();
    this.#links.set(contact.id, { contact, zones, stamp, known: known.slice(0, MAX_BEHIND), roundTrip });
  }

  drop(id: Id): boolean {
    return this.#links.delete(id);
  }

  /** The link to look at next; all get their turn. */
  next(): LongLink | undefined {
    if (this.#turn.length === 0) this.#turn = [...this.#links.keys()];
    for (let id = this.#turn.pop(); id !== undefined; id = this.#turn.pop()) {
      const link = this.#links.get(id);
      if (link !== undefined) return link;
    }
    return undefined;
  }
}

/** A random point in the other half at one of the levels of a path; of the whole space for one without splits. */
export function* pointFarOff(zone: Zone, whole: Zone): Task<Point> {
  let level = 0;
  while (level < zone.path.length - 1 && (yield* random()) < DEEPER) level += 1;
  let region = whole;
  for (const [depth, split] of zone.path.slice(0, level + 1).entries()) {
    region = childOf(region, depth === level ? { ...split, upper: !split.upper } : split, split.epoch);
  }
  return yield* randomPointIn(region);
}

export function* randomPointIn({ box: { low, high } }: Zone): Task<Point> {
  const point: number[] = [];
  for (let axis = 0; axis < low.length; axis++) {
    point.push(low[axis]! + Math.floor((yield* random()) * (high[axis]! - low[axis]!)));
  }
  return point;
}
