/** The feed of one's friends' posts, newest first: their walls, merged. */
import type { Id } from '../../../shared/core/id.ts';
import { placeOfName } from '../../../shared/core/record.ts';
import type { Friends } from '../friends/friends.ts';
import { newestEntries, postOf, readPostPage } from '../posts/post-list.ts';
import type { LoadedPost, PostReader } from '../posts/posts.ts';
import { Problem } from '../problem.ts';
import type { Ring } from '../ring/ring-client.ts';
import { WALL } from '../ring/ring-names.ts';
import { readTimeline } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { FeedItem, FeedPage, FeedRequest, FeedStrategy } from './feed.ts';
import type { NewestPosts, RankedPost } from './ranking.ts';

export interface FriendsFeedParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly posts: PostReader;
  readonly friends: Friends;
}

export class FriendsFeed implements FeedStrategy, NewestPosts {
  readonly name = 'friends';
  readonly needsViewer = true;
  readonly #parts: FriendsFeedParts;

  constructor(parts: FriendsFeedParts) {
    this.#parts = parts;
  }

  async page({ viewer, blocked, before, limit }: FeedRequest): Promise<FeedPage> {
    const { listing, complete } = await this.#listing({ viewer, blocked });
    const { posts } = this.#parts;
    const itemOf = (post: LoadedPost): FeedItem => ({ post, why: reasonOf(post.author) });
    const page = await readPostPage({ ...listing, itemOf, posts, viewer }, before, limit);
    return { ...page, complete: page.complete && complete };
  }

  async newest(reader: Pick<FeedRequest, 'viewer' | 'blocked'>, limit: number) {
    const { listing, complete } = await this.#listing(reader);
    const found = await newestEntries(listing, limit);
    const posts = found.entries.map((entry): RankedPost => {
      return { id: postOf(entry), author: entry.author, why: reasonOf(entry.author) };
    });
    return { posts, complete: found.complete && complete };
  }

  async #listing({ viewer, blocked }: Pick<FeedRequest, 'viewer' | 'blocked'>) {
    const { ring, crypto, now, friends } = this.#parts;
    if (viewer === undefined) throw new Problem('session-required');
    const { people, complete } = await friends.friendsOf(viewer.person);
    const walls = people
      .filter((person) => !blocked.has(person))
      .map((person) => ({ place: placeOfName(person, WALL, crypto), name: WALL }));
    const listing = {
      fetch: (from: string | undefined, count: number) => readTimeline(ring, walls, from, count),
      admits: () => true,
      now: now(),
    };
    return { listing, complete };
  }
}

function reasonOf(friend: Id): FeedItem['why'] {
  return { strategy: 'friends', friend };
}
