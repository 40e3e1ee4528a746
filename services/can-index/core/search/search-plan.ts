/**
 * Which phone a search asks next: the one that probably has most of the nearest posts not found yet, of all its questions
 * together. Each phone is asked once, for all of them.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { fingerprintOf, type Question } from './question.ts';
import { type AskedPhones, QuestionPlan } from './question-plan.ts';
import { type EntriesFound, MAX_ANSWERED, type SearchEntries } from './search-message.ts';

export interface NextPhone {
  readonly contact: Contact;
  /** Posts among the nearest of any question that it is expected to add. */
  readonly gain: number;
}

export class SearchPlan implements AskedPhones {
  /** One a question, in order. */
  readonly questions: readonly QuestionPlan[];
  readonly #salt: number;
  readonly #asked = new Set<Id>();
  /** Phones asked that were silent: what they keep is still to be looked at. */
  readonly #failed = new Set<Id>();
  readonly #answered: Id[] = [];

  /** `limit`: how many of the nearest posts are wanted of each. `salt`: 32 bits drawn by chance (question.ts). */
  constructor(questions: readonly Question[], limit: number, salt: number) {
    this.questions = questions.map((question) => new QuestionPlan(question, limit, this));
    this.#salt = salt;
  }

  /** Of some question so few posts were found that any other belongs into its answer. */
  get hasFew(): boolean {
    return this.questions.some(({ hasFew }) => hasFew);
  }

  /** What to ask, and what need not be told again. */
  get asking(): Pick<SearchEntries, 'asked' | 'salt' | 'phones'> {
    const salt = this.#salt;
    return {
      asked: this.questions.map((question) => question.asking(salt)),
      salt,
      phones: this.#answered.slice(-MAX_ANSWERED).map((phone) => fingerprintOf(phone, salt)),
    };
  }

  /** The phone is being asked. */
  asked(phone: Id): void {
    this.#asked.add(phone);
  }

  failed(phone: Id): void {
    this.#failed.add(phone);
  }

  isAsked(phone: Id): boolean {
    return this.#asked.has(phone);
  }

  looks(phone: Id): boolean {
    return this.#asked.has(phone) && !this.#failed.has(phone);
  }

  /** Takes in what a phone answered. */
  learn(from: Id, { finds }: EntriesFound): void {
    this.#asked.add(from);
    this.#answered.push(from);
    for (const [i, question] of this.questions.entries()) if (finds[i] !== undefined) question.learn(from, finds[i]);
  }

  /** The best phone to ask that was not asked yet; undefined when none is known. */
  next(): NextPhone | undefined {
    const gains = new Map<Id, { readonly contact: Contact; gain: number }>();
    for (const question of this.questions) {
      question.tellGains((contact, gain) => {
        const known = gains.get(contact.id);
        if (known === undefined) gains.set(contact.id, { contact, gain });
        else known.gain += gain;
      });
    }
    let best: NextPhone | undefined;
    for (const phone of gains.values()) if (best === undefined || phone.gain > best.gain) best = phone;
    return best;
  }
}
