/** What a search asks of a phone and what it is told. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Sketch } from '../entries/sketch.ts';
import type { Question } from './question.ts';

export interface SearchEntries {
  readonly type: 'search-entries';
  /** All that is looked for at once, 1 to MAX_QUESTIONS. */
  readonly asked: readonly AskedQuestion[];
  /** Entries wanted of each, 1 to MAX_LIMIT. */
  readonly limit: number;
  /** Only posts made at or after this, ms since the epoch; 0: all. */
  readonly sinceMs: number;
  /** Hits come with where they are kept: for who wants to link to them. */
  readonly withPlaces: boolean;
  /** Of the fingerprints (question.ts): 32 bits. */
  readonly salt: number;
  /** Fingerprints of phones that have answered, at most MAX_ANSWERED: what they keep was held against the questions. */
  readonly phones: readonly number[];
}

/** A question, and what the search knows of its answer already, so that nobody tells it again. */
export interface AskedQuestion {
  readonly question: Question;
  /** The cosine of the last of the nearest posts found so far: only nearer ones are of use. −1: all are. */
  readonly floor: number;
  /** Fingerprints of the nearest posts found so far, at most MAX_LIMIT. */
  readonly posts: readonly number[];
}

/** At the beginning. */
export function nothingKnownOf(question: Question): AskedQuestion {
  return { question, floor: NO_FLOOR, posts: [] };
}

export const NO_FLOOR = -1;

export interface EntriesFound {
  readonly type: 'entries-found';
  /** Of the questions, in order. */
  readonly finds: readonly Finds[];
}

/** What a phone has to say to one question. */
export interface Finds {
  /** Of those it keeps, the nearest first, without those that are known. */
  readonly hits: readonly Hit[];
  /** Posts that it does not keep and that may be near, the likeliest first. */
  readonly candidates: readonly Candidate[];
  /** Phones around it that keep near posts, as far as it knows; where it has few posts itself, the others too. */
  readonly adverts: readonly ScoredAdvert[];
}

export interface Hit {
  readonly post: Id;
  readonly author: Id;
  readonly createdAtMs: number;
  /** The cosine between question and post. */
  readonly similarity: number;
  /** Only when asked for. */
  readonly place: FoundPlace | undefined;
}

/** What a link to a post needs to know of it. */
export interface FoundPlace {
  readonly sketch: Sketch;
  readonly at: readonly Contact[];
}

/** A post that an entry links to, seen from the question. */
export interface Candidate {
  readonly post: Id;
  /** About its cosine to the question, from its sketch. */
  readonly estimate: number;
  readonly at: readonly Contact[];
}

export interface ScoredAdvert {
  readonly contact: Contact;
  /** See `closeness`: 0 where the question is on a centroid, below 0 elsewhere; `UNTOLD`. */
  readonly closeness: number;
}

/**
 * A search that has found fewer posts than this, and than it wants, goes on to phones that promise little or nothing: where
 * posts are few, the nearest may be anywhere.
 */
export const FEW = 12;
/** The closeness of phones that keep no entries, or have not said so: farther than any centroid can be. */
export const UNTOLD = -8;

export const MAX_QUESTIONS = 16;
export const MAX_LIMIT = 100;
export const MAX_ANSWERED = 256;
export const MAX_CANDIDATES = 48;
export const MAX_ADVERTS = 16;
