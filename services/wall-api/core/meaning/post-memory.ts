/**
 * What public posts were about when they were read last, kept by the phone, so that interests are gathered without reading
 * and embedding all of them anew. Friends-only posts are not kept: what they say stays off the disk.
 * adapters/post-memory.ts keeps them in SQLite.
 */
import type { Id } from '../../../shared/core/id.ts';
import type { MeaningVector } from './meaning.ts';

export interface RememberedPost {
  readonly id: Id;
  /** The beginning of what it says (label.ts). */
  readonly label: string;
  /** Undefined where the encoder knows too little of the text. */
  readonly vector: MeaningVector | undefined;
}

export interface PostMemory {
  /** Those of the posts whose vectors are of this model and that were read at or after a time, ms since the epoch. */
  find(model: string, posts: readonly Id[], notBefore: number): ReadonlyMap<Id, RememberedPost>;
  keep(model: string, posts: readonly RememberedPost[], readAt: number): void;
  forget(post: Id): void;
}
