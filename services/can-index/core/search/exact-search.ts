/**
 * Exact search on projected vectors, by branch and bound over zones: the owner of the question's point is asked, then always
 * the nearest zones not asked yet, until none can hold anything nearer than what is found. From the owner outwards no zone
 * is passed over: the way from the point to any other leads through nearer ones, whose phones know their neighbours. From
 * elsewhere one could be, for copies lie far from their own zones and end the search before it comes near the point.
 * In the end the zones of those that answered have to cover all places where something nearer could lie: zones that nobody
 * has for the moment, or that changed hands meanwhile, leave a hole there, and then the answer is not complete.
 * It contacts many phones and is there to hold the search by meaning against.
 *
 * Source: Hjaltason and Samet, "Distance browsing in spatial databases", ACM TODS 1999, section 3.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { type CallOutcome, cancel, type Fiber, first, now, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { MeaningSpace } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import type { CanView } from '../entry-keeping.ts';
import { type Box, wholeBox } from '../space/box.ts';
import { isCovered } from '../space/coverage.ts';
import type { Point } from '../space/space.ts';
import { Frontier } from './frontier.ts';

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
  /** What the phone has of the space and keeps all entries of, as far as it can know. */
  readonly whole: readonly Box[];
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
  /** Phones that have all entries there have answered for every place that could hold a nearer post. */
  readonly complete: boolean;
}

/** Phones asked at once. More are faster and ask some that are not needed. */
const PARALLEL = 3;
/** An exact search ends after so long, in ms. */
const DEADLINE_MS = 20_000;

export function answerExactly(
  store: EntryStore,
  space: MeaningSpace,
  { whole, around }: Pick<ExactlyFound, 'whole' | 'around'>,
  { coordinates, limit }: SearchExactly,
): ExactlyFound {
  const nearest = new NearestHits(limit);
  for (const { entry } of store.all()) {
    nearest.add({ post: entry.post, distance: distanceBetween(space.coordinatesOf(entry.vector), coordinates) });
  }
  return { type: 'exactly-found', hits: nearest.hits, whole, around };
}

export interface ExactPlace {
  readonly view: CanView;
  readonly space: MeaningSpace;
  /** The question's own point. */
  readonly point: Point;
  /** What this phone itself has to say. */
  readonly own: ExactlyFound;
}

export function* searchExactly(place: ExactPlace, request: SearchExactly): Task<ExactAnswer> {
  return yield* new ExactSearch(place, request).run();
}

class ExactSearch {
  readonly #place: ExactPlace;
  readonly #request: SearchExactly;
  readonly #nearest: NearestHits;
  readonly #frontier = new Frontier();
  readonly #whole: Box[] = [];
  #asking: Fiber<CallOutcome<ExactlyFound>>[] = [];
  #contacted = 0;

  constructor(place: ExactPlace, request: SearchExactly) {
    this.#place = place;
    this.#request = request;
    this.#nearest = new NearestHits(request.limit);
    this.#frontier.exclude(place.view.self.id);
    this.#learn(place.own);
  }

  *run(): Task<ExactAnswer> {
    const { view, point } = this.#place;
    const startedMs = yield* now();
    const { owner } = yield* view.find(point);
    if (owner !== undefined) this.#frontier.add({ contact: owner.contact, distance: 0 });
    for (;;) {
      yield* this.#askNearest();
      if (this.#asking.length === 0) break;
      yield* first(this.#asking);
      this.#takeAnswers();
      if ((yield* now()) - startedMs >= DEADLINE_MS) break;
    }
    for (const fiber of this.#asking) yield* cancel(fiber);
    return { hits: this.#nearest.hits, contacted: this.#contacted, complete: this.#isComplete() };
  }

  *#askNearest(): Task<void> {
    while (this.#asking.length < PARALLEL) {
      const contact = this.#frontier.take(this.#nearest.bound);
      if (contact === undefined) return;
      this.#contacted += 1;
      this.#asking.push(yield* spawn(this.#place.view.ask<ExactlyFound>(contact, this.#request), 'search exactly'));
    }
  }

  #takeAnswers(): void {
    for (const { done, result } of this.#asking) if (done && result?.ok === true) this.#learn(result.reply);
    this.#asking = this.#asking.filter(({ done }) => !done);
  }

  #learn({ hits, whole, around }: ExactlyFound): void {
    for (const hit of hits) this.#nearest.add(hit);
    this.#whole.push(...whole);
    for (const { contact, boxes } of around) {
      if (boxes.length > 0) this.#frontier.add({ contact, distance: Math.min(...boxes.map((box) => this.#to(box))) });
    }
  }

  #isComplete(): boolean {
    const isNearEnough = (box: Box): boolean => this.#to(box) < this.#nearest.bound;
    return isCovered(wholeBox(this.#request.coordinates.length), this.#whole, isNearEnough);
  }

  #to(box: Box): number {
    return distanceToBox(this.#request.coordinates, box, this.#place.space);
  }
}

/** The nearest hits, each post once. */
class NearestHits {
  readonly #limit: number;
  readonly #hits: ExactHit[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The nearest first, and of equally near ones the one with the lower id. */
  get hits(): readonly ExactHit[] {
    return this.#hits;
  }

  /** The distance that a further post must be below; infinite while there are fewer than wanted. */
  get bound(): number {
    return this.#hits.length < this.#limit ? Number.POSITIVE_INFINITY : this.#hits.at(-1)!.distance;
  }

  add(hit: ExactHit): void {
    if (this.#hits.length >= this.#limit && !isBefore(hit, this.#hits.at(-1)!)) return;
    if (this.#hits.some(({ post }) => post === hit.post)) return;
    const at = this.#hits.findIndex((other) => isBefore(hit, other));
    this.#hits.splice(at < 0 ? this.#hits.length : at, 0, hit);
    if (this.#hits.length > this.#limit) this.#hits.pop();
  }
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

function distanceBetween(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, axis) => value - b[axis]!));
}

function isBefore(a: ExactHit, b: ExactHit): boolean {
  return a.distance === b.distance ? a.post < b.post : a.distance < b.distance;
}
