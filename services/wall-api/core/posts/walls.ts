/** A person's wall: their posts, newest first. One read of their own set, then the posts in parallel: two rounds. */
import type { Id } from '../../../shared/core/id.ts';
import { placeOfName } from '../../../shared/core/record.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { Ring } from '../ring/ring-client.ts';
import { WALL } from '../ring/ring-names.ts';
import { readTimeline } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { type PostPage, readPostPage } from './post-list.ts';
import type { LoadedPost, PostReader } from './posts.ts';

export interface WallsParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly posts: PostReader;
}

export class Walls {
  readonly #parts: WallsParts;

  constructor(parts: WallsParts) {
    this.#parts = parts;
  }

  /** A page of the posts the viewer can read. */
  async page(
    person: Id,
    viewer: UnlockedPerson | undefined,
    before: string | undefined,
    limit: number,
  ): Promise<PostPage<LoadedPost>> {
    const { ring, crypto, now, posts } = this.#parts;
    const set = { place: placeOfName(person, WALL, crypto), name: WALL };
    const listing = {
      fetch: (from: string | undefined, count: number) => readTimeline(ring, [set], from, count),
      admits: () => true,
      itemOf: (post: LoadedPost) => post,
      posts,
      viewer,
      now: now(),
    };
    return await readPostPage(listing, before, limit);
  }
}
