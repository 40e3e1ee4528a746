/** The wall's social core, put together over one ring: what the routes ask. */
import type { Id } from '../../shared/core/id.ts';
import { Cursors } from './cursor.ts';
import { Exporter } from './export.ts';
import type { FeedStrategy, FeedStrategyName } from './feed/feed.ts';
import { FriendsFeed } from './feed/feed-friends.ts';
import { NearestFeed } from './feed/feed-nearest.ts';
import { RandomFeed } from './feed/feed-random.ts';
import { RecentFeed } from './feed/feed-recent.ts';
import { FeedSessions } from './feed/feed-session.ts';
import { InterestReader } from './feed/interest-reader.ts';
import { Steering } from './feed/steering.ts';
import { Blocks } from './friends/blocks.ts';
import { Friends } from './friends/friends.ts';
import { PrivateStates } from './identity/private-state.ts';
import type { Profiles } from './identity/profile.ts';
import { Indexer } from './meaning/indexer.ts';
import type { Meaning } from './meaning/meaning.ts';
import type { PostMemory } from './meaning/post-memory.ts';
import { Reindexing } from './meaning/reindexing.ts';
import { MediaLibrary } from './media/media.ts';
import { EventHub } from './notifications/events.ts';
import { Notifications } from './notifications/notifications.ts';
import { Histories } from './posts/history.ts';
import { PostReader } from './posts/posts.ts';
import { Publisher } from './posts/publishing.ts';
import { Reactions } from './posts/reactions.ts';
import { Threads } from './posts/threads.ts';
import { Walls } from './posts/walls.ts';
import { type After, Outbox } from './ring/outbox.ts';
import type { Ring } from './ring/ring-client.ts';
import type { WallCrypto } from './wall-crypto.ts';

export interface SocialParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly profiles: Profiles;
  readonly meaning: Meaning;
  readonly memory: PostMemory;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly after: After;
  /** Something in the background failed by a defect of this program. */
  readonly crashed: (error: unknown) => void;
}

export interface Social {
  readonly blocks: Blocks;
  readonly cursors: Cursors;
  readonly events: EventHub;
  readonly exporter: Exporter;
  readonly feeds: Readonly<Record<FeedStrategyName, FeedStrategy>>;
  readonly indexer: Indexer;
  readonly interests: InterestReader;
  readonly steering: Steering;
  readonly friends: Friends;
  readonly histories: Histories;
  readonly media: MediaLibrary;
  readonly notifications: Notifications;
  readonly outbox: Outbox;
  readonly posts: PostReader;
  readonly publisher: Publisher;
  readonly reactions: Reactions;
  readonly threads: Threads;
  readonly walls: Walls;
  /** Ends what goes on in the background. */
  stop(): void;
}

export function createSocial(parts: SocialParts): Social {
  const { ring, crypto, profiles, meaning, memory, now, random, after, crashed } = parts;
  const outbox = new Outbox(ring, after, random);
  const posts = new PostReader(ring, crypto);
  const states = new PrivateStates(ring, crypto, now);
  const blocks = new Blocks(states, now);
  const acted = (person: Id, post?: Id): void => interests.changed(person, post);
  const friends = new Friends({ ring, crypto, now, profiles, blocks, outbox, acted });
  const media = new MediaLibrary({ ring, crypto, now, outbox });
  const indexer = new Indexer({ meaning, after, random, crashed });
  const reindexing = new Reindexing({ ring, crypto, posts, indexer, now, random, after, crashed });
  const interests: InterestReader = new InterestReader({ ring, crypto, now, meaning, memory, posts, friends, states });
  const friendsFeed = new FriendsFeed({ ring, crypto, now, posts, friends });
  const recentFeed = new RecentFeed({ ring, crypto, now, posts });
  const sessions = new FeedSessions(crypto);
  const fresh = [friendsFeed, recentFeed];
  const events = new EventHub({ ring, crypto, now, after, friends, blocks, crashed });
  return {
    blocks,
    cursors: new Cursors(crypto),
    events,
    exporter: new Exporter(ring, crypto, now),
    feeds: {
      nearest: new NearestFeed({ now, meaning, interests, posts, sessions, fresh }),
      friends: friendsFeed,
      recent: recentFeed,
      random: new RandomFeed({ ring, now, random, posts }),
    },
    indexer,
    interests,
    steering: new Steering({ states, interests, now }),
    friends,
    histories: new Histories(ring, crypto, posts),
    media,
    notifications: new Notifications({ ring, crypto, now, states }),
    outbox,
    posts,
    publisher: new Publisher({ ring, crypto, now, posts, friends, blocks, outbox, media, indexer, acted }),
    reactions: new Reactions({ ring, crypto, now, posts, blocks, outbox, acted }),
    threads: new Threads(ring, posts, blocks),
    walls: new Walls({ ring, crypto, now, posts }),
    stop: () => {
      indexer.stop();
      reindexing.stop();
      events.stop();
      outbox.stop();
    },
  };
}
