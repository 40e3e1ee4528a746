/** What posts mean, as the wall sees it: vectors of texts, and the index of them. adapters/can-meaning.ts implements it. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';

/** [dimensions], of length 1. */
export type MeaningVector = Float32Array;

export interface IndexedPost {
  readonly id: Id;
  readonly author: Id;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** 0: as it was written; else the seq of the edit whose vector this is. */
  readonly revision: number;
  readonly vector: MeaningVector;
}

/** `unavailable`: worth another try. */
export type IndexOutcome = 'stored' | 'refused' | 'unavailable';

export interface NearPost {
  readonly id: Id;
  readonly author: Id;
  readonly createdAt: number;
  /** The cosine between the question and the post: 1 the same, 0 nothing in common. */
  readonly similarity: number;
  /** The phone that named it. */
  readonly from: Contact | undefined;
}

export interface NearPosts {
  /** The nearest first. */
  readonly posts: readonly NearPost[];
  /** Nothing that was likely to add to the answer was left out. */
  readonly complete: boolean;
}

export interface NearAnswer {
  /** One a vector, in order. */
  readonly answers: readonly NearPosts[];
  /** Phones that were asked, each once for all vectors. */
  readonly contacted: number;
  /** Phones on the way to where the questions lie. */
  readonly routed: number;
  readonly milliseconds: number;
}

export interface NearQuery {
  /** 1 to 16. */
  readonly vectors: readonly MeaningVector[];
  /** Posts a vector, 1 to 100. */
  readonly limit: number;
  /** Only posts made at or after this, milliseconds since the epoch. */
  readonly since?: number;
}

/** Every method throws Problem meaning-unavailable when the phone's encoder or index cannot do it. */
export interface Meaning {
  /** Which model, and projection, vectors are of: those of another one mean something else. */
  model(): Promise<string>;
  /** A vector a text, in order; undefined where the encoder knows too little of the text. At most 256. */
  embed(texts: readonly string[]): Promise<readonly (MeaningVector | undefined)[]>;
  /** Puts posts into the index; one outcome a post, in order. */
  publish(posts: readonly IndexedPost[]): Promise<readonly IndexOutcome[]>;
  /** Takes a post that was deleted, or edited, out of the index where it was by the vector it had. */
  withdraw(post: Id, vector: MeaningVector): Promise<void>;
  /** The posts nearest to each vector: one search for all of them. */
  nearest(query: NearQuery): Promise<NearAnswer>;
}
