/**
 * The texts a post has had. The original is the immutable record; each edit's text is kept as a member of the set
 * `revisions` at the post, in one of KEPT_REVISIONS slots taken in turn, so that a post keeps its newest edits within
 * a bound and one read brings all of them. A deleted post keeps none.
 */
import type { Id } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { Ring } from '../ring/ring-client.ts';
import { REVISIONS } from '../ring/ring-names.ts';
import { readWholeSet } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { decodePost } from './post-format.ts';
import { slotOfRevision } from './post-index.ts';
import type { LoadedPost, PostReader } from './posts.ts';

export interface PostVersion {
  /** 1 for the original. */
  readonly version: number;
  readonly text: string;
  /** Milliseconds since the epoch, by the author's clock. */
  readonly writtenAt: number;
}

export interface PostHistory {
  /** Newest first. */
  readonly versions: readonly PostVersion[];
  /** False: too few phones answered, or others crowd the place with records of theirs. */
  readonly complete: boolean;
}

/** Members read to find the author's: others may write there, and are passed over. */
const MAX_READ = 1_000;

export class Histories {
  readonly #ring: Ring;
  readonly #crypto: WallCrypto;
  readonly #posts: PostReader;

  constructor(ring: Ring, crypto: WallCrypto, posts: PostReader) {
    this.#ring = ring;
    this.#crypto = crypto;
    this.#posts = posts;
  }

  /** The versions the viewer can read. Throws what reading the post throws. */
  async read(id: Id, viewer: UnlockedPerson | undefined): Promise<PostHistory> {
    const post = await this.#posts.require(id, viewer);
    const versions = new Map<number, PostVersion>();
    this.#add(versions, 1, post.original.value, post.createdAt, post, viewer);
    let complete = post.complete;
    if (post.revision !== undefined) {
      const set = await readWholeSet(this.#ring, { place: id, name: REVISIONS }, MAX_READ);
      complete &&= set.complete;
      for (const { author, deleted, seq, slot, value, createdAt } of set.records) {
        if (author !== post.author || deleted || slot !== slotOfRevision(seq) || seq > post.revision.seq) continue;
        this.#add(versions, 1 + seq, value, createdAt, post, viewer);
      }
      this.#add(versions, post.version, post.revision.value, post.revision.createdAt, post, viewer);
    }
    return { versions: [...versions.values()].sort((a, b) => b.version - a.version), complete };
  }

  #add(
    versions: Map<number, PostVersion>,
    version: number,
    value: Uint8Array,
    writtenAt: number,
    { author }: LoadedPost,
    viewer: UnlockedPerson | undefined,
  ): void {
    const reading = decodePost(value, author, viewer?.sealing, this.#crypto);
    if (reading.state === 'open') versions.set(version, { version, text: reading.content.text, writtenAt });
  }
}
