/**
 * Long links: beside its neighbours a phone knows the owners of a few points far off. The points follow from its id, so
 * whoever knows a phone knows where its links lead without being told: routing looks one phone further ahead for nothing.
 *
 * Sources: Manku, Naor and Wieder, "Know thy neighbor's neighbor", STOC 2004, for random links with a look ahead; that
 * they can be computed is this project's own (docs/decisions/links-anybody-can-compute.md).
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { random, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import { RoundTripEstimator } from '../../../shared/core/timeouts.ts';
import type { KnownPhone, Stamp } from '../message.ts';
import { mix } from '../mix.ts';
import type { Point } from '../space/space.ts';
import type { Zone } from '../space/zone.ts';

/** Of what a link leads to, so many phones are remembered. */
const MAX_BEHIND = 128;

export interface LongLink {
  readonly contact: Contact;
  readonly zones: readonly Zone[];
  readonly stamp: Stamp;
  /** Its neighbours and links. */
  readonly known: readonly KnownPhone[];
  readonly roundTrip: RoundTripEstimator;
}

export class LongLinks {
  readonly #links = new Map<Id, LongLink>();

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
}

/** The point whose owner is a phone's link of this number; uniform over the space, for the first 64 bits of an id are. */
export function linkPoint(id: Id, link: number, axes: number): Point {
  const seed = mix(wordOf(id, 0) ^ mix(wordOf(id, 8) + Math.imul(link + 1, 0x9e3779b1)));
  return Array.from({ length: axes }, (_, axis) => mix(seed + Math.imul(axis + 1, 0x7feb352d)));
}

export function* randomPointIn({ box: { low, high } }: Zone): Task<Point> {
  const point: number[] = [];
  for (let axis = 0; axis < low.length; axis++) {
    point.push(low[axis]! + Math.floor((yield* random()) * (high[axis]! - low[axis]!)));
  }
  return point;
}

function wordOf(id: Id, digit: number): number {
  return Number.parseInt(id.slice(digit, digit + 8), 16);
}
