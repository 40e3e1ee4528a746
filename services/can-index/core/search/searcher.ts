/** Searches of one phone, and what it answers those of others: both see its entries, and what the phones around it say of theirs. */
import { now, type Task } from '../../../shared/core/effect.ts';
import type { Adverts } from '../entries/adverts.ts';
import type { Arrivals } from '../entries/arrivals.ts';
import type { MeaningSpace } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import type { CanView } from '../entry-keeping.ts';
import { answerSearch } from './answer-search.ts';
import {
  answerExactly,
  type ExactAnswer,
  type ExactlyFound,
  type SearchExactly,
  searchExactly,
} from './exact-search.ts';
import { isQuestion, vectorOf } from './question.ts';
import { type SearchAnswer, type SearchRequest, search } from './search.ts';
import { type EntriesFound, MAX_LIMIT, MAX_QUESTIONS, nothingKnownOf, type SearchEntries } from './search-message.ts';

export interface SearcherParts {
  readonly view: CanView;
  readonly space: MeaningSpace;
  readonly store: EntryStore;
  readonly adverts: Adverts;
  readonly arrivals: Arrivals;
}

export class Searcher {
  readonly #parts: SearcherParts;

  constructor(parts: SearcherParts) {
    this.#parts = parts;
  }

  *search(request: SearchRequest): Task<SearchAnswer> {
    const { view, space } = this.#parts;
    const { questions, limit, sinceMs, withPlaces } = request;
    const asked = questions.map(nothingKnownOf);
    const own = this.#answer({ type: 'search-entries', asked, limit, sinceMs, withPlaces, salt: 0, phones: [] });
    const points = questions.map((question) => space.pointOf(vectorOf(question)));
    return yield* search({ view, points, own }, request);
  }

  *searchExactly(vector: Float32Array, limit: number): Task<ExactAnswer> {
    const { view, space } = this.#parts;
    const request: SearchExactly = { type: 'search-exactly', coordinates: space.coordinatesOf(vector), limit };
    const own = this.#answerExactly(request, yield* now());
    return yield* searchExactly({ view, space, point: space.pointOf(vector), own }, request);
  }

  /** Undefined: the request is none. */
  answer(request: SearchEntries): EntriesFound | undefined {
    const { dimensions } = this.#parts.space;
    const areQuestions = request.asked.every(({ question }) => isQuestion(question, dimensions));
    const isSome = request.asked.length >= 1 && request.asked.length <= MAX_QUESTIONS;
    return isSome && areQuestions && isLimit(request.limit) ? this.#answer(request) : undefined;
  }

  /** Undefined: the request is none. */
  *answerExactly(request: SearchExactly): Task<ExactlyFound | undefined> {
    const { coordinates, limit } = request;
    const isPlace = coordinates.length === this.#parts.view.settings.axes && coordinates.every(Number.isFinite);
    return isPlace && isLimit(limit) ? this.#answerExactly(request, yield* now()) : undefined;
  }

  #answer(request: SearchEntries): EntriesFound {
    const { store, space, adverts } = this.#parts;
    return answerSearch(store, space, adverts.around(), request);
  }

  #answerExactly(request: SearchExactly, atMs: number): ExactlyFound {
    const { view, space, store, arrivals } = this.#parts;
    const zones = view.zones();
    const whole = zones.filter(({ zone, isSettled }) => isSettled && arrivals.isOver(zone.box, atMs));
    const own = { contact: view.self, boxes: zones.map(({ zone }) => zone.box) };
    const others = view
      .neighbours()
      .map(({ contact, zones: held }) => ({ contact, boxes: held.map(({ box }) => box) }));
    const place = { whole: whole.map(({ zone }) => zone.box), around: [own, ...others] };
    return answerExactly(store, space, place, request);
  }
}

function isLimit(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT;
}
