/** The feed of one's friends' posts, newest first: their walls, merged. */
import { placeOfName } from '../../shared/core/record.ts';
import type { FeedItem, FeedPage, FeedRequest, FeedStrategy } from './feed.ts';
import type { Friends } from './friends.ts';
import { readPostPage } from './post-list.ts';
import type { LoadedPost, PostReader } from './posts.ts';
import { Problem } from './problem.ts';
import type { Ring } from './ring-client.ts';
import { WALL } from './ring-names.ts';
import { readTimeline } from './timeline.ts';
import type { WallCrypto } from './wall-crypto.ts';

export interface FriendsFeedParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly posts: PostReader;
  readonly friends: Friends;
}

export class FriendsFeed implements FeedStrategy {
  readonly name = 'friends';
  readonly needsViewer = true;
  readonly #parts: FriendsFeedParts;

  constructor(parts: FriendsFeedParts) {
    this.#parts = parts;
  }

  async page({ viewer, blocked, before, limit }: FeedRequest): Promise<FeedPage> {
    const { ring, crypto, now, posts, friends } = this.#parts;
    if (viewer === undefined) throw new Problem('session-required');
    const { people, complete } = await friends.friendsOf(viewer.person);
    const walls = people
      .filter((person) => !blocked.has(person))
      .map((person) => ({ place: placeOfName(person, WALL, crypto), name: WALL }));
    const listing = {
      fetch: (from: string | undefined, count: number) => readTimeline(ring, walls, from, count),
      admits: () => true,
      itemOf: (post: LoadedPost): FeedItem => ({ post, why: { strategy: 'friends', friend: post.author } }),
      posts,
      viewer,
      now: now(),
    };
    const page = await readPostPage(listing, before, limit);
    return { ...page, complete: page.complete && complete };
  }
}
