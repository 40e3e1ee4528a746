/** Posts that a feed may show, in order, before they are read. */
import type { Id } from '../../../shared/core/id.ts';
import type { FeedReason, FeedRequest } from './feed.ts';

export interface RankedPost {
  readonly id: Id;
  readonly author: Id;
  readonly why: FeedReason;
}

export interface Ranking {
  readonly ranked: readonly RankedPost[];
  /** Phones that were asked for it. */
  readonly contacted: number;
  readonly complete: boolean;
}

/** Names the newest posts of some kind, newest first. None of them is read: what is no more, its reader will see. */
export interface NewestPosts {
  newest(
    reader: Pick<FeedRequest, 'viewer' | 'blocked'>,
    limit: number,
  ): Promise<{ readonly posts: readonly RankedPost[]; readonly complete: boolean }>;
}
