/** The feed of everybody's public posts, newest first: the sets of a day, merged, then those of the day before. */
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { newestEntries, postOf, readPostPage } from '../posts/post-list.ts';
import type { LoadedPost, PostReader } from '../posts/posts.ts';
import type { Ring } from '../ring/ring-client.ts';
import { DAY_MS, dayOf, placeOfRecent, RECENT, RECENT_SHARDS, recentShardOf } from '../ring/ring-names.ts';
import { CLOCK_SKEW_MS, readTimeline, type SetName, type TimelinePage } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { FeedItem, FeedPage, FeedRequest, FeedStrategy } from './feed.ts';
import type { NewestPosts, RankedPost } from './ranking.ts';

/** How far the feed goes back. */
export const RECENT_DAYS = 30;
/** Days without a post that one request passes over; a quiet network must not cost a page 240 reads. */
const EMPTY_DAYS_PER_FETCH = 6;

export interface RecentFeedParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly posts: PostReader;
}

export class RecentFeed implements FeedStrategy, NewestPosts {
  readonly name = 'recent';
  readonly needsViewer = false;
  readonly #parts: RecentFeedParts;

  constructor(parts: RecentFeedParts) {
    this.#parts = parts;
  }

  async page({ viewer, blocked, before, limit }: FeedRequest): Promise<FeedPage> {
    const { posts } = this.#parts;
    const itemOf = (post: LoadedPost): FeedItem => ({ post, why: reasonOf(post.id, post.createdAt) });
    return await readPostPage({ ...this.#listing(blocked), itemOf, posts, viewer }, before, limit);
  }

  async newest({ blocked }: Pick<FeedRequest, 'blocked'>, limit: number) {
    const { entries, complete } = await newestEntries(this.#listing(blocked), limit);
    const posts = entries.map((entry): RankedPost => {
      const id = postOf(entry);
      return { id, author: entry.author, why: reasonOf(id, entry.createdAt) };
    });
    return { posts, complete };
  }

  #listing(blocked: ReadonlySet<Id>) {
    return {
      fetch: (from: string | undefined, count: number) => this.#fetch(from, count),
      admits: (entry: RingRecord) => !blocked.has(entry.author) && isInItsSet(entry, this.#parts.crypto),
      now: this.#parts.now(),
    };
  }

  /**
   * Entries after a position, all of one day: of the newest that has any. A set may hold entries dated outside its
   * day, for anybody may write there; they take no part, and no position is made of them.
   */
  async #fetch(before: string | undefined, limit: number): Promise<TimelinePage> {
    const { ring, crypto, now } = this.#parts;
    const latest = now() + CLOCK_SKEW_MS + 1;
    const oldest = dayOf(latest) - RECENT_DAYS + 1;
    let position = before ?? `${latest}.${LOWEST_HASH}`;
    let complete = true;
    let day = dayAfter(position);
    for (let empty = 0; day >= oldest && empty < EMPTY_DAYS_PER_FETCH; empty++) {
      const page = await readTimeline(ring, setsOf(day, crypto), position, limit);
      complete &&= page.complete;
      const records = page.records.filter((record) => dayOf(record.createdAt) === day);
      const goesOn = page.next !== undefined && dayAfter(page.next) === day;
      const below = day > oldest ? endOf(day) : undefined;
      if (records.length > 0) return { records, next: goesOn ? page.next : below, complete };
      position = endOf(day);
      day--;
    }
    return { records: [], next: day >= oldest ? position : undefined, complete };
  }
}

function setsOf(day: number, crypto: WallCrypto): SetName[] {
  return Array.from({ length: RECENT_SHARDS }, (_, shard) => ({
    place: placeOfRecent(day, shard, crypto),
    name: RECENT,
  }));
}

const LOWEST_HASH = '0'.repeat(64);

/** The position after everything of a day, newest first: its first moment, and a hash that none is lower than. */
function endOf(day: number): string {
  return `${day * DAY_MS}.${LOWEST_HASH}`;
}

/** The newest day that an entry after a position can be of. */
function dayAfter(position: string): number {
  const [milliseconds = '0', hash] = position.split('.');
  return dayOf(Number(milliseconds) - (hash === LOWEST_HASH ? 1 : 0));
}

/** Anybody may put an entry anywhere: only one in the set of its own day and shard counts, so it counts once. */
function isInItsSet(entry: RingRecord, crypto: WallCrypto): boolean {
  return entry.place === placeOfRecent(dayOf(entry.createdAt), recentShardOf(entry.slot), crypto);
}

function reasonOf(post: Id, createdAt: number): FeedItem['why'] {
  return { strategy: 'recent', day: dayOf(createdAt), shard: recentShardOf(post) };
}
