/**
 * Searching by meaning: best first, several phones at a time, within a budget of phones contacted. The CAN leads to the
 * owner of the question's point; from there links and centroids lead on (docs/decisions/search-by-links.md). Several
 * questions, as those of a feed, are one search: each phone is asked once, for all of them.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import {
  type CallOutcome,
  cancel,
  type Fiber,
  first,
  now,
  random,
  spawn,
  type Task,
} from '../../../shared/core/effect.ts';
import type { CanView } from '../entry-keeping.ts';
import type { Found } from '../message.ts';
import type { Point } from '../space/space.ts';
import type { Question } from './question.ts';
import type { EntriesFound, Hit, SearchEntries } from './search-message.ts';
import { SearchPlan } from './search-plan.ts';

export interface SearchRequest extends Pick<SearchEntries, 'limit' | 'sinceMs' | 'withPlaces'> {
  /** 1 to MAX_QUESTIONS. */
  readonly questions: readonly Question[];
  /** Phones contacted at most, for all questions together. */
  readonly budget: number;
}

/** One phone that was asked. */
export interface Contacted {
  readonly phone: Contact;
  readonly milliseconds: number;
  readonly outcome: 'answered' | 'timeout' | 'unreachable' | 'refused';
  /** Of the posts in the answer, those that it was the first to name. */
  readonly added: number;
}

export interface SearchAnswer {
  /** Of the questions, in order. */
  readonly answers: readonly QuestionAnswer[];
  readonly contacted: readonly Contacted[];
  /** Phones that the questions for the owners of the points went through: routing, counted apart. */
  readonly routed: number;
  readonly milliseconds: number;
}

export interface QuestionAnswer {
  /** The nearest first. */
  readonly hits: readonly (Hit & { readonly from: Contact })[];
  /**
   * Nothing that was likely to add to the answer was left out: no phone was silent, and neither budget nor time ran out.
   */
  readonly complete: boolean;
}

/** Phones asked at once. More are faster and waste some contacts. */
const PARALLEL = 3;
/** A phone that is expected to add fewer posts than this is not worth a contact (docs/experiments/feed-recall.md). */
const LEAST_GAIN = 0.1;
/** A search ends after so long, in ms. */
const DEADLINE_MS = 4_000;

export interface SearchPlace {
  readonly view: CanView;
  /** The questions' own points, in order. */
  readonly points: readonly Point[];
  /** What this phone itself has to say, without a message. */
  readonly own: EntriesFound;
}

export function* search({ view, points, own }: SearchPlace, request: SearchRequest): Task<SearchAnswer> {
  const salt = Math.floor((yield* random()) * 2 ** 32);
  const running = new Search(view, request, salt);
  running.learn(view.self, own);
  return yield* running.run(points);
}

interface Asking {
  readonly phone: Contact;
  readonly startedMs: number;
  readonly fiber: Fiber<CallOutcome<EntriesFound>>;
}

class Search {
  readonly #view: CanView;
  readonly #request: SearchRequest;
  readonly #plan: SearchPlan;
  readonly #from = new Map<Hit['post'], Contact>();
  readonly #contacted: Contacted[] = [];
  #asking: Asking[] = [];
  #isCut = false;
  /** The ways to the owners of the points, one a question. Each not known yet has one contact of the budget. */
  #finding: readonly Fiber<Found>[] = [];
  #sought: readonly Fiber<Found>[] = [];

  constructor(view: CanView, request: SearchRequest, salt: number) {
    this.#view = view;
    this.#request = request;
    this.#plan = new SearchPlan(request.questions, request.limit, salt);
  }

  /** Gives how many posts of the answer are new. */
  learn(from: Contact, answer: EntriesFound): number {
    const before = this.#from.size;
    for (const { hits } of answer.finds) {
      for (const { post } of hits) if (!this.#from.has(post)) this.#from.set(post, from);
    }
    this.#plan.learn(from.id, answer);
    return this.#from.size - before;
  }

  *run(points: readonly Point[]): Task<SearchAnswer> {
    const startedMs = yield* now();
    // What this phone knows leads on meanwhile: the way to a point may end at a phone that has just died.
    yield* this.#find(points);
    for (;;) {
      yield* this.#askOwners();
      yield* this.#askBest();
      const waiting: Fiber<unknown>[] = [...this.#asking.map(({ fiber }) => fiber), ...this.#sought];
      if (waiting.length === 0) break;
      yield* first(waiting);
      const atMs = yield* now();
      this.#takeAnswers(atMs);
      if (atMs - startedMs >= DEADLINE_MS) {
        this.#isCut = true;
        break;
      }
    }
    for (const { fiber } of this.#asking) yield* cancel(fiber);
    return this.#answer(Math.max(0, (yield* now()) - startedMs));
  }

  *#find(points: readonly Point[]): Task<void> {
    const finding: Fiber<Found>[] = [];
    for (const point of points) finding.push(yield* spawn(this.#view.find(point), 'find'));
    this.#finding = finding;
    this.#sought = finding;
  }

  /** An owner is asked whatever is expected of it: its entries lie around the question. */
  *#askOwners(): Task<void> {
    const found = this.#sought.filter(({ done }) => done);
    this.#sought = this.#sought.filter(({ done }) => !done);
    for (const { result } of found) {
      const owner = result?.owner?.contact;
      if (owner !== undefined && !this.#plan.isAsked(owner.id)) yield* this.#ask(owner);
    }
  }

  /**
   * Fills the free places with the phones that are expected to add most. Those that promise too little have their turn when
   * everybody else has answered and there are still only few posts.
   */
  *#askBest(): Task<void> {
    const isLastResort = this.#sought.length === 0 && this.#asking.length === 0 && this.#plan.hasFew;
    while (this.#asking.length < PARALLEL) {
      const next = this.#plan.next();
      if (next === undefined || (next.gain < LEAST_GAIN && !isLastResort)) return;
      if (this.#contacted.length + this.#asking.length + this.#sought.length >= this.#request.budget) {
        this.#isCut = this.#sought.length === 0;
        return;
      }
      yield* this.#ask(next.contact);
    }
  }

  *#ask(phone: Contact): Task<void> {
    const { limit, sinceMs, withPlaces } = this.#request;
    this.#plan.asked(phone.id);
    const request: SearchEntries = { type: 'search-entries', ...this.#plan.asking, limit, sinceMs, withPlaces };
    const startedMs = yield* now();
    const fiber = yield* spawn(this.#view.ask<EntriesFound>(phone, request), 'search');
    this.#asking.push({ phone, startedMs, fiber });
  }

  #takeAnswers(atMs: number): void {
    const ended = this.#asking.filter(({ fiber }) => fiber.done);
    this.#asking = this.#asking.filter(({ fiber }) => !fiber.done);
    for (const { phone, startedMs, fiber } of ended) {
      const outcome = fiber.result;
      const milliseconds = Math.max(0, atMs - startedMs);
      if (outcome?.ok !== true || outcome.reply.finds.length !== this.#request.questions.length) {
        this.#plan.failed(phone.id);
        const failure = outcome?.ok === false ? outcome.failure : 'refused';
        this.#contacted.push({ phone, milliseconds, outcome: failure, added: 0 });
        continue;
      }
      const added = this.learn(phone, outcome.reply);
      this.#contacted.push({ phone, milliseconds, outcome: 'answered', added });
    }
  }

  #answer(milliseconds: number): SearchAnswer {
    const isWhole = !this.#isCut && this.#contacted.every(({ outcome }) => outcome === 'answered');
    return {
      answers: this.#plan.questions.map(({ hits, isPartOfFew }, i) => ({
        hits: hits.map((hit) => ({ ...hit, from: this.#from.get(hit.post)! })),
        complete: isWhole && this.#finding[i]!.result?.owner !== undefined && !isPartOfFew,
      })),
      contacted: this.#contacted,
      routed: this.#finding.reduce((sum, { result }) => sum + (result?.trail.length ?? 0), 0),
      milliseconds,
    };
  }
}
