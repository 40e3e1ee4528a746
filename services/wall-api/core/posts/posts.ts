/** Reading posts: the immutable record, and the revision or tombstone that may stand over it. */
import type { Contact } from '../../../shared/core/contact.ts';
import { type Id, uuidOf } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { mapBounded, PARALLEL_PAGE_READS } from '../parallel.ts';
import { Problem } from '../problem.ts';
import type { Ring, RingAnswer } from '../ring/ring-client.ts';
import { POST, REVISION } from '../ring/ring-names.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { decodePost, type PostContent } from './post-format.ts';

/** How a post came here. */
export interface Served {
  /** The replica that answered first. */
  readonly phone: Contact | undefined;
  readonly hops: number;
  readonly milliseconds: number;
}

export interface LoadedPost extends PostContent {
  readonly id: Id;
  readonly author: Id;
  /** Milliseconds since the epoch, by the author's clock. */
  readonly createdAt: number;
  readonly editedAt: number | undefined;
  /** 1 for the original, one more with each edit. */
  readonly version: number;
  /** Hash of the record whose text this is. */
  readonly hash: string;
  /** False: too few phones answered to rule out a newer version or a tombstone. */
  readonly complete: boolean;
  readonly served: Served;
  readonly original: RingRecord;
  readonly revision: RingRecord | undefined;
}

export type PostReading =
  | { readonly state: 'present'; readonly post: LoadedPost }
  | { readonly state: 'deleted'; readonly id: Id; readonly author: Id; readonly deletedAt: number }
  /** Sealed to keys the viewer does not have, or not the content of a post at all. */
  | {
      readonly state: 'unreadable';
      readonly id: Id;
      readonly author: Id;
      readonly createdAt: number;
      readonly cause: 'sealed' | 'malformed';
    }
  | { readonly state: 'missing'; readonly id: Id; readonly cause: 'nobody-holds-it' | 'unreachable' };

export class PostReader {
  readonly #ring: Ring;
  readonly #crypto: WallCrypto;

  constructor(ring: Ring, crypto: WallCrypto) {
    this.#ring = ring;
    this.#crypto = crypto;
  }

  /** Reads a post in one round: the original from any replica, for it never changes, its newest state from a quorum. */
  async read(id: Id, viewer: UnlockedPerson | undefined): Promise<PostReading> {
    const [original, revision] = await Promise.all([
      this.#get({ place: id, name: POST, consistency: 'one', limit: 1 }),
      this.#get({ place: id, name: REVISION, limit: 10 }),
    ]);
    return this.#reading(id, original, revision, viewer);
  }

  /** Several posts, in their order, a bounded number at once. */
  async readMany(ids: readonly Id[], viewer: UnlockedPerson | undefined): Promise<PostReading[]> {
    return await mapBounded(ids, PARALLEL_PAGE_READS / 2, (id) => this.read(id, viewer));
  }

  /** A post that must be there. Throws the Problem of why it is not. */
  async require(id: Id, viewer: UnlockedPerson | undefined): Promise<LoadedPost> {
    return requirePresent(await this.read(id, viewer));
  }

  /** A post that must be there and be its reader's. Throws as `require` does, and forbidden. */
  async requireOwn(id: Id, me: UnlockedPerson): Promise<LoadedPost> {
    const reading = await this.read(id, me);
    const author = authorOf(reading);
    if (author !== undefined && author !== me.person) {
      throw new Problem('forbidden', `Only its author may change ${uuidOf(id)}.`);
    }
    return requirePresent(reading);
  }

  /** Reads a post whose original came along with something else. */
  async readOver(original: RingRecord, served: Served, viewer: UnlockedPerson | undefined): Promise<PostReading> {
    const revision = await this.#get({ place: original.place, name: REVISION, limit: 10 });
    const { phone, hops, milliseconds } = served;
    const answered = phone === undefined ? [] : [phone];
    const answer = { records: [original], next: undefined, complete: true, answered, hops, milliseconds };
    return this.#reading(original.place, answer, revision, viewer);
  }

  #reading(
    id: Id,
    original: RingAnswer | undefined,
    revisions: RingAnswer | undefined,
    viewer: UnlockedPerson | undefined,
  ): PostReading {
    // A mutable at this place proved the post's content hash, so it can only be its author's.
    const revision = revisions?.records.find((record) => record.kind === 'mutable');
    if (revision?.deleted === true) {
      return { state: 'deleted', id, author: revision.author, deletedAt: revision.createdAt };
    }
    const record = original?.records.find((candidate) => candidate.kind === 'immutable');
    if (original === undefined || record === undefined) {
      const certain = original?.complete === true && revisions?.complete === true;
      return { state: 'missing', id, cause: certain ? 'nobody-holds-it' : 'unreachable' };
    }
    return this.#open(record, revision, revisions?.complete === true, servedBy(original), viewer);
  }

  #open(
    original: RingRecord,
    revision: RingRecord | undefined,
    complete: boolean,
    served: Served,
    viewer: UnlockedPerson | undefined,
  ): PostReading {
    const { place: id, author, createdAt } = original;
    const first = decodePost(original.value, author, viewer?.sealing, this.#crypto);
    const newest = revision === undefined ? first : decodePost(revision.value, author, viewer?.sealing, this.#crypto);
    // A friend made after the post was may open its newest edit alone; that is what the author sealed for them.
    if (newest.state !== 'open') return { state: 'unreadable', id, author, createdAt, cause: newest.state };
    const post: LoadedPost = {
      ...newest.content,
      id,
      author,
      createdAt,
      editedAt: revision?.createdAt,
      version: 1 + (revision?.seq ?? 0),
      hash: (revision ?? original).hash,
      complete,
      served,
      original,
      revision,
    };
    return { state: 'present', post };
  }

  /** Undefined when the ring could not be asked. */
  async #get(query: Parameters<Ring['get']>[0]): Promise<RingAnswer | undefined> {
    try {
      return await this.#ring.get(query);
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }
}

/** The post of a reading. Throws nobody-holds-it, ring-unavailable, deleted or not-readable when there is none to show. */
function requirePresent(reading: PostReading): LoadedPost {
  switch (reading.state) {
    case 'present':
      return reading.post;
    case 'deleted':
      throw new Problem('deleted', `Its author deleted the post ${uuidOf(reading.id)}.`, {
        members: { deletedAt: reading.deletedAt },
      });
    case 'unreadable':
      if (reading.cause === 'sealed') throw new Problem('not-readable');
      throw new Problem('nobody-holds-it', `What is kept as ${uuidOf(reading.id)} is not the content of a post.`);
    case 'missing':
      if (reading.cause === 'nobody-holds-it') {
        throw new Problem('nobody-holds-it', `No phone holds the post ${uuidOf(reading.id)}.`);
      }
      throw new Problem('ring-unavailable', 'Too few of the phones that should hold this post answered.', {
        retryAfterS: 2,
      });
  }
}

function authorOf(reading: PostReading): Id | undefined {
  if (reading.state === 'missing') return undefined;
  return reading.state === 'present' ? reading.post.author : reading.author;
}

function servedBy(answer: RingAnswer): Served {
  return { phone: answer.answered[0], hops: answer.hops, milliseconds: answer.milliseconds };
}
