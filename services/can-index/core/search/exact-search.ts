/**
 * Exact search on projected vectors, by branch and bound over zones: the owner of the question's point is asked, then always
 * the nearest zone not asked yet, until none can hold anything nearer than what is found. From the owner outwards no zone
 * is passed over: the way from the point to any other leads through nearer ones, whose phones know their neighbours. From
 * elsewhere one could be, for copies lie far from their own zones and end the search before it comes near the point.
 * It contacts many phones and is there to hold the search by meaning against.
 *
 * Source: Hjaltason and Samet, "Distance browsing in spatial databases", ACM TODS 1999, section 3.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { now, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { MeaningSpace } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import type { CanView } from '../entry-keeping.ts';
import type { Box } from '../space/box.ts';
import type { Point } from '../space/space.ts';

export interface SearchExactly {
  readonly type: 'search-exactly';
  /** [torus axes]: of the question, along the axes of the projection. */
  readonly coordinates: readonly number[];
  readonly limit: number;
}

export interface ExactlyFound {
  readonly type: 'exactly-found';
  /** Of those it keeps, the nearest first. */
  readonly hits: readonly ExactHit[];
  /** The phone itself and its neighbours, with what they have of the space. */
  readonly around: readonly PlacedPhone[];
}

export interface ExactHit {
  readonly post: Id;
  /** From the question, in the space of the projection's coordinates. */
  readonly distance: number;
}

export interface PlacedPhone {
  readonly contact: Contact;
  readonly boxes: readonly Box[];
}

export interface ExactAnswer {
  readonly hits: readonly ExactHit[];
  /** Phones contacted, this one left out. */
  readonly contacted: number;
  /** Every zone that could hold a nearer post has answered. */
  readonly complete: boolean;
}

/** An exact search ends after so long, in ms. */
const DEADLINE_MS = 20_000;

export function answerExactly(
  store: EntryStore,
  space: MeaningSpace,
  around: readonly PlacedPhone[],
  { coordinates, limit }: SearchExactly,
): ExactlyFound {
  const hits = [...store.all()].map(({ entry }) => ({
    post: entry.post,
    distance: distanceBetween(space.coordinatesOf(entry.vector), coordinates),
  }));
  return { type: 'exactly-found', hits: hits.sort(nearestFirst).slice(0, limit), around };
}

export interface ExactPlace {
  readonly view: CanView;
  readonly space: MeaningSpace;
  /** The question's own point. */
  readonly point: Point;
  /** What this phone itself has to say. */
  readonly own: ExactlyFound;
}

export function* searchExactly({ view, space, point, own }: ExactPlace, request: SearchExactly): Task<ExactAnswer> {
  const found = new Map(own.hits.map((hit) => [hit.post, hit]));
  const phones = new Map(own.around.map((phone) => [phone.contact.id, phone]));
  const asked = new Set([view.self.id]);
  const startedMs = yield* now();
  const { owner } = yield* view.find(point);
  let complete = owner !== undefined;
  if (owner !== undefined)
    phones.set(owner.contact.id, { contact: owner.contact, boxes: owner.zones.map(({ box }) => box) });
  for (;;) {
    const nearest = nearestUnasked(phones.values(), asked, request.coordinates, space);
    if (nearest === undefined || nearest.distance >= furthestOf(found.values(), request.limit)) break;
    if ((yield* now()) - startedMs >= DEADLINE_MS)
      return answerOf(found.values(), request.limit, asked.size - 1, false);
    asked.add(nearest.contact.id);
    const outcome = yield* view.ask<ExactlyFound>(nearest.contact, request);
    if (!outcome.ok) {
      complete = false;
      continue;
    }
    for (const hit of outcome.reply.hits) found.set(hit.post, hit);
    for (const phone of outcome.reply.around) phones.set(phone.contact.id, phone);
  }
  return answerOf(found.values(), request.limit, asked.size - 1, complete);
}

/** The distance from coordinates to the nearest ones that a box of the torus stands for; 0 inside. */
export function distanceToBox(coordinates: readonly number[], { low, high }: Box, space: MeaningSpace): number {
  let sum = 0;
  for (const [axis, coordinate] of coordinates.entries()) {
    const [from, to] = [space.coordinateAt(axis, low[axis]!), space.coordinateAt(axis, high[axis]!)];
    const gap = coordinate < from ? from - coordinate : Math.max(0, coordinate - to);
    sum += gap * gap;
  }
  return Math.sqrt(sum);
}

function nearestUnasked(
  phones: Iterable<PlacedPhone>,
  asked: ReadonlySet<Id>,
  coordinates: readonly number[],
  space: MeaningSpace,
): { readonly contact: Contact; readonly distance: number } | undefined {
  let best: { readonly contact: Contact; readonly distance: number } | undefined;
  for (const { contact, boxes } of phones) {
    if (asked.has(contact.id)) continue;
    for (const box of boxes) {
      const distance = distanceToBox(coordinates, box, space);
      if (best === undefined || distance < best.distance) best = { contact, distance };
    }
  }
  return best;
}

/** The distance that a further post must be below; infinite while there are fewer than wanted. */
function furthestOf(hits: Iterable<ExactHit>, limit: number): number {
  const sorted = [...hits].sort(nearestFirst);
  return sorted[limit - 1]?.distance ?? Number.POSITIVE_INFINITY;
}

function answerOf(hits: Iterable<ExactHit>, limit: number, contacted: number, complete: boolean): ExactAnswer {
  return { hits: [...hits].sort(nearestFirst).slice(0, limit), contacted, complete };
}

function distanceBetween(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, axis) => value - b[axis]!));
}

function nearestFirst(a: ExactHit, b: ExactHit): number {
  return a.distance - b.distance || (a.post < b.post ? -1 : 1);
}
