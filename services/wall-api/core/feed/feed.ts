/** Feeds: which posts to show whom, each with its reason. A strategy is one way to choose. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { PostPage } from '../posts/post-list.ts';
import type { LoadedPost } from '../posts/posts.ts';

export const FEED_STRATEGIES = ['nearest', 'friends', 'recent', 'random'] as const;

export type FeedStrategyName = (typeof FEED_STRATEGIES)[number];

/** Why a post is in a feed. */
export type FeedReason =
  /** Near to what the reader cares about; `from`: the phone that named it. */
  | {
      readonly strategy: 'nearest';
      readonly interest: string;
      readonly label: string;
      /** The cosine between the post and the interest. */
      readonly similarity: number;
      readonly from: Contact | undefined;
    }
  | { readonly strategy: 'friends'; readonly friend: Id }
  /** From the set of a day and shard. */
  | { readonly strategy: 'recent'; readonly day: number; readonly shard: number }
  /** The post at, or the next clockwise after, a key that chance drew. */
  | { readonly strategy: 'random'; readonly key: Id; readonly distance: bigint };

export interface FeedItem {
  readonly post: LoadedPost;
  readonly why: FeedReason;
}

export interface FeedPage extends PostPage<FeedItem> {
  /** Phones asked where posts of this meaning are; undefined of feeds that ask none. */
  readonly contacted?: number;
}

export interface FeedRequest {
  readonly viewer: UnlockedPerson | undefined;
  /** Authors to leave out. */
  readonly blocked: ReadonlySet<Id>;
  /** The `next` of the page before; undefined for the first. */
  readonly before: string | undefined;
  readonly limit: number;
}

export interface FeedStrategy {
  readonly name: FeedStrategyName;
  /** Whether it takes somebody's friends or interests to choose. */
  readonly needsViewer: boolean;
  page(request: FeedRequest): Promise<FeedPage>;
}
