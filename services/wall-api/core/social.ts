/** The wall's social core, put together over one ring: what the routes ask. */
import type { Id } from '../../shared/core/id.ts';
import { Blocks } from './blocks.ts';
import { Cursors } from './cursor.ts';
import { EventHub } from './events.ts';
import { Exporter } from './export.ts';
import type { FeedStrategy, FeedStrategyName } from './feed.ts';
import { FriendsFeed } from './feed-friends.ts';
import { NearestFeed } from './feed-nearest.ts';
import { RandomFeed } from './feed-random.ts';
import { RecentFeed } from './feed-recent.ts';
import { FeedSessions } from './feed-session.ts';
import { Friends } from './friends.ts';
import { Histories } from './history.ts';
import { Indexer } from './indexer.ts';
import { InterestReader } from './interest-reader.ts';
import type { Meaning } from './meaning.ts';
import { MediaLibrary } from './media.ts';
import { Notifications } from './notifications.ts';
import { type After, Outbox } from './outbox.ts';
import type { PostMemory } from './post-memory.ts';
import { PostReader } from './posts.ts';
import { PrivateStates } from './private-state.ts';
import type { Profiles } from './profile.ts';
import { Publisher } from './publishing.ts';
import { Reactions } from './reactions.ts';
import { Reindexing } from './reindexing.ts';
import type { Ring } from './ring-client.ts';
import { Steering } from './steering.ts';
import { Threads } from './threads.ts';
import type { WallCrypto } from './wall-crypto.ts';
import { Walls } from './walls.ts';

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
