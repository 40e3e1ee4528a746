/**
 * Searching by meaning: best first, several phones at a time, within a budget of phones contacted. The CAN leads to the
 * owner of the question's point; from there links and centroids lead on (docs/decisions/search-by-links.md).
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
import type { EntriesFound, Hit, SearchEntries } from './search-message.ts';
import { SearchPlan } from './search-plan.ts';

export interface SearchQuestion extends Omit<SearchEntries, 'type' | 'known'> {
  /** Phones contacted at most. */
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
  /** The nearest first. */
  readonly hits: readonly (Hit & { readonly from: Contact })[];
  readonly contacted: readonly Contacted[];
  /** Phones that the question for the owner of the point went through: routing, counted apart. */
  readonly routed: number;
  /**
   * Nothing that was likely to add to the answer was left out: no phone was silent, and neither budget nor time ran out.
   */
  readonly complete: boolean;
  readonly milliseconds: number;
}

/** Phones asked at once. More are faster and waste some contacts. */
const PARALLEL = 3;
/** A phone that is expected to add fewer posts than this is not worth a contact (docs/experiments/feed-recall.md). */
const LEAST_GAIN = 0.1;
/** A search ends after so long, in ms. */
const DEADLINE_MS = 4_000;

export interface SearchPlace {
  readonly view: CanView;
  /** The question's own point. */
  readonly point: Point;
  /** What this phone itself has to say, without a message. */
  readonly own: EntriesFound;
}

export function* search({ view, point, own }: SearchPlace, question: SearchQuestion): Task<SearchAnswer> {
  const salt = Math.floor((yield* random()) * 2 ** 32);
  const running = new Search(view, question, salt);
  running.learn(view.self, own);
  return yield* running.run(point);
}

interface Asking {
  readonly phone: Contact;
  readonly startedMs: number;
  readonly fiber: Fiber<CallOutcome<EntriesFound>>;
}

class Search {
  readonly #view: CanView;
  readonly #question: SearchQuestion;
  readonly #plan: SearchPlan;
  readonly #from = new Map<Hit['post'], Contact>();
  readonly #contacted: Contacted[] = [];
  #asking: Asking[] = [];
  #isCut = false;
  /** One contact of the budget is for the owner of the point, which is not known yet. */
  #isOwnerSought = true;

  constructor(view: CanView, question: SearchQuestion, salt: number) {
    this.#view = view;
    this.#question = question;
    this.#plan = new SearchPlan(question.limit, salt);
  }

  /** Gives how many posts of the answer are new. */
  learn(from: Contact, answer: EntriesFound): number {
    const before = this.#from.size;
    for (const { post } of answer.hits) if (!this.#from.has(post)) this.#from.set(post, from);
    this.#plan.learn(from.id, answer);
    return this.#from.size - before;
  }

  *run(point: Point): Task<SearchAnswer> {
    const startedMs = yield* now();
    // What this phone knows leads on meanwhile: the way to the point may end at a phone that has just died.
    const finding = yield* spawn(this.#view.find(point), 'find');
    for (;;) {
      if (finding.done && this.#isOwnerSought) yield* this.#askOwner(finding.result);
      yield* this.#askBest();
      const waiting: Fiber<unknown>[] = this.#asking.map(({ fiber }) => fiber);
      if (!finding.done) waiting.push(finding);
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
    const failed = this.#contacted.some(({ outcome }) => outcome !== 'answered');
    return {
      hits: this.#plan.hits.map((hit) => ({ ...hit, from: this.#from.get(hit.post)! })),
      contacted: this.#contacted,
      routed: finding.result?.trail.length ?? 0,
      complete: finding.result?.owner !== undefined && !this.#isCut && !failed && !this.#plan.isPartOfFew,
      milliseconds: Math.max(0, (yield* now()) - startedMs),
    };
  }

  /** The owner is asked whatever is expected of it: its entries lie around the question. */
  *#askOwner(found: Found | undefined): Task<void> {
    this.#isOwnerSought = false;
    const owner = found?.owner?.contact;
    if (owner !== undefined && !this.#plan.wasAsked(owner.id)) yield* this.#ask(owner);
  }

  /**
   * Fills the free places with the phones that are expected to add most. Those that promise too little have their turn when
   * everybody else has answered and there are still only few posts.
   */
  *#askBest(): Task<void> {
    const isLastResort = !this.#isOwnerSought && this.#asking.length === 0 && this.#plan.hasFew;
    while (this.#asking.length < PARALLEL) {
      const next = this.#plan.next();
      if (next === undefined || (next.gain < LEAST_GAIN && !isLastResort)) return;
      const reserved = this.#isOwnerSought ? 1 : 0;
      if (this.#contacted.length + this.#asking.length + reserved >= this.#question.budget) {
        this.#isCut = !this.#isOwnerSought;
        return;
      }
      yield* this.#ask(next.contact);
    }
  }

  *#ask(phone: Contact): Task<void> {
    const { question, limit, sinceMs, withPlaces } = this.#question;
    this.#plan.asked(phone.id);
    const { known } = this.#plan;
    const request: SearchEntries = { type: 'search-entries', question, limit, sinceMs, withPlaces, known };
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
      if (outcome?.ok !== true) {
        this.#plan.failed(phone.id);
        this.#contacted.push({ phone, milliseconds, outcome: outcome?.failure ?? 'refused', added: 0 });
        continue;
      }
      const added = this.learn(phone, outcome.reply);
      this.#contacted.push({ phone, milliseconds, outcome: 'answered', added });
    }
  }
}
