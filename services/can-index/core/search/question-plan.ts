/**
 * What a search knows of the answer to one of its questions, and how much of it each phone not asked yet is expected to add.
 * Posts that links name count by how likely their sketches say they are among the nearest; centroids count for what no link
 * has named.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { fingerprintOf, type Question } from './question.ts';
import {
  type AskedQuestion,
  type Candidate,
  FEW,
  type Finds,
  type Hit,
  MAX_ADVERTS,
  NO_FLOOR,
  type ScoredAdvert,
} from './search-message.ts';

/** How far estimates of cosines are off: the scale of the logistic distribution that fits them best. */
const ESTIMATE_ERROR = 0.02;
/** While fewer posts than wanted are found, a candidate as near as this is one of them as likely as not. */
const NEAR_ENOUGH = 0.5;
/** Centroids as near as this count as e⁻¹ posts. */
const CENTROID_SCALE = 0.1;
/** Phones and posts that a search remembers for a question at most. */
const MAX_KNOWN = 4_096;

/** The phones of a search: the same for all its questions. */
export interface AskedPhones {
  /** The phone has been asked, or is being asked. */
  isAsked(phone: Id): boolean;
  /** The phone names the nearest of what it keeps, or has named them: whatever else it keeps is not among the nearest. */
  looks(phone: Id): boolean;
}

export class QuestionPlan {
  readonly #question: Question;
  readonly #limit: number;
  readonly #phones: AskedPhones;
  readonly #hits: Hit[] = [];
  readonly #found = new Set<Id>();
  readonly #candidates = new Map<Id, Candidate>();
  readonly #adverts = new Map<Id, ScoredAdvert>();
  #isShortened = false;

  /** `limit`: how many of the nearest posts are wanted. */
  constructor(question: Question, limit: number, phones: AskedPhones) {
    this.#question = question;
    this.#limit = limit;
    this.#phones = phones;
  }

  /** The nearest posts found so far, the nearest first. */
  get hits(): readonly Hit[] {
    return this.#hits;
  }

  /** So few posts were found that any other belongs into the answer. */
  get hasFew(): boolean {
    return this.#hits.length < Math.min(this.#limit, FEW);
  }

  /** Few posts were found, and somebody may know more phones than it could name. */
  get isPartOfFew(): boolean {
    return this.hasFew && this.#isShortened;
  }

  /** What to ask; `salt`: 32 bits drawn by chance (question.ts). */
  asking(salt: number): AskedQuestion {
    return {
      question: this.#question,
      floor: this.#isFull ? this.#hits.at(-1)!.similarity : NO_FLOOR,
      posts: this.#hits.map(({ post }) => fingerprintOf(post, salt)),
    };
  }

  /** Takes in what a phone answered. */
  learn(from: Id, { hits, candidates, adverts }: Finds): void {
    for (const hit of hits) this.#addHit(hit);
    for (const candidate of candidates) {
      if (this.#candidates.size < MAX_KNOWN || this.#candidates.has(candidate.post)) this.#addCandidate(candidate);
    }
    for (const { post, at } of this.#candidates.values()) {
      if (this.#found.has(post) || at.some(({ id }) => id === from)) this.#candidates.delete(post);
    }
    if (adverts.length === MAX_ADVERTS) this.#isShortened = true;
    for (const advert of adverts) {
      if (this.#adverts.size < MAX_KNOWN) this.#adverts.set(advert.contact.id, advert);
    }
  }

  /** Tells of every phone worth asking how many posts among the nearest it is expected to add; of one phone maybe in parts. */
  tellGains(tell: (contact: Contact, gain: number) => void): void {
    for (const { post, estimate, at } of this.#candidates.values()) {
      if (this.#found.has(post) || at.some(({ id }) => this.#phones.looks(id))) continue;
      const likelihood = this.#likelihood(estimate);
      for (const contact of at) if (!this.#phones.isAsked(contact.id)) tell(contact, likelihood);
    }
    for (const { contact, closeness } of this.#adverts.values()) {
      if (this.#phones.isAsked(contact.id)) continue;
      tell(contact, Math.exp(closeness / CENTROID_SCALE));
    }
  }

  get #isFull(): boolean {
    return this.#hits.length >= this.#limit;
  }

  /** The probability that a post with this estimate is among the nearest. */
  #likelihood(estimate: number): number {
    const threshold = this.#isFull ? this.#hits.at(-1)!.similarity : NEAR_ENOUGH;
    return 1 / (1 + Math.exp((threshold - estimate) / ESTIMATE_ERROR));
  }

  #addHit(hit: Hit): void {
    if (this.#found.has(hit.post)) return;
    this.#found.add(hit.post);
    const at = this.#hits.findIndex(({ similarity }) => similarity < hit.similarity);
    this.#hits.splice(at < 0 ? this.#hits.length : at, 0, hit);
    if (this.#hits.length > this.#limit) this.#hits.pop();
  }

  /** Of two words about where a post is, both count: neither may be the newest. */
  #addCandidate(candidate: Candidate): void {
    const known = this.#candidates.get(candidate.post);
    if (known === undefined) {
      this.#candidates.set(candidate.post, candidate);
      return;
    }
    const more = candidate.at.filter(({ id }) => known.at.every((contact) => contact.id !== id));
    if (more.length > 0) this.#candidates.set(candidate.post, { ...known, at: [...known.at, ...more] });
  }
}
