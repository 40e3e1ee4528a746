/**
 * Which phone a search asks next: the one that probably has most of the nearest posts not found yet. Posts that links name
 * count by how likely their sketches say they are among the nearest; centroids count for what no link has named.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { fingerprintOf } from './question.ts';
import {
  type Candidate,
  type EntriesFound,
  FEW,
  type Hit,
  type KnownSoFar,
  MAX_ADVERTS,
  MAX_ANSWERED,
  NOTHING_KNOWN,
  type ScoredAdvert,
} from './search-message.ts';

/** How far a sketch's estimate of a cosine may be off: its standard error, about. */
const ESTIMATE_ERROR = 0.05;
/** While fewer posts than wanted are found, a candidate as near as this is one of them as likely as not. */
const NEAR_ENOUGH = 0.5;
/** Centroids as near as this count as e⁻¹ posts. */
const CENTROID_SCALE = 0.1;
/** Phones and posts that a search remembers at most. */
const MAX_KNOWN = 4_096;

export interface NextPhone {
  readonly contact: Contact;
  /** Posts among the nearest that it is expected to add. */
  readonly gain: number;
}

export class SearchPlan {
  readonly #limit: number;
  readonly #salt: number;
  readonly #hits: Hit[] = [];
  readonly #found = new Set<Id>();
  readonly #candidates = new Map<Id, Candidate>();
  readonly #adverts = new Map<Id, ScoredAdvert>();
  readonly #asked = new Set<Id>();
  /** Phones asked that were silent: what they keep is still to be looked at. */
  readonly #failed = new Set<Id>();
  readonly #answered: Id[] = [];
  #isShortened = false;

  /** `limit`: how many of the nearest posts are wanted. `salt`: 32 bits drawn by chance (question.ts). */
  constructor(limit: number, salt: number) {
    this.#limit = limit;
    this.#salt = salt;
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

  /** What need not be told again. */
  get known(): KnownSoFar {
    const print = (id: Id): number => fingerprintOf(id, this.#salt);
    return {
      salt: this.#salt,
      floor: this.#isFull ? this.#hits.at(-1)!.similarity : NOTHING_KNOWN.floor,
      posts: this.#hits.map(({ post }) => print(post)),
      phones: this.#answered.slice(-MAX_ANSWERED).map(print),
    };
  }

  /** The phone is being asked. */
  asked(id: Id): void {
    this.#asked.add(id);
  }

  wasAsked(id: Id): boolean {
    return this.#asked.has(id);
  }

  failed(id: Id): void {
    this.#failed.add(id);
  }

  /** Takes in what a phone answered. */
  learn(from: Id, { hits, candidates, adverts }: EntriesFound): void {
    this.#asked.add(from);
    this.#answered.push(from);
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

  /** The best phone to ask that was not asked yet; undefined when none is known. */
  next(): NextPhone | undefined {
    const gains = new Map<Id, { readonly contact: Contact; gain: number }>();
    for (const { contact, closeness } of this.#adverts.values()) {
      if (this.#asked.has(contact.id)) continue;
      gains.set(contact.id, { contact, gain: Math.exp(closeness / CENTROID_SCALE) });
    }
    for (const { post, estimate, at } of this.#candidates.values()) {
      if (this.#found.has(post) || at.some(({ id }) => this.#looks(id))) continue;
      const likelihood = this.#likelihood(estimate);
      for (const contact of at) {
        if (this.#asked.has(contact.id)) continue;
        const known = gains.get(contact.id);
        if (known === undefined) gains.set(contact.id, { contact, gain: likelihood });
        else known.gain += likelihood;
      }
    }
    let best: NextPhone | undefined;
    for (const phone of gains.values()) if (best === undefined || phone.gain > best.gain) best = phone;
    return best;
  }

  get #isFull(): boolean {
    return this.#hits.length >= this.#limit;
  }

  /** The phone names the nearest of what it keeps, or has named them: whatever else it keeps is not among the nearest. */
  #looks(id: Id): boolean {
    return this.#asked.has(id) && !this.#failed.has(id);
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
