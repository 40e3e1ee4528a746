/**
 * What happens to a person, as it happens: one channel a person, for all who listen to it.
 *
 * A channel asks the ring only while somebody listens, often after something happened and ever less often while
 * nothing does. It keeps the last events, so that a listener who lost the connection goes on where they were.
 */
import type { Id } from '../../shared/core/id.ts';
import { placeOfName, type RingRecord } from '../../shared/core/record.ts';
import type { Blocks } from './blocks.ts';
import type { Friends } from './friends.ts';
import { type InboxSubject, readInboxEntry } from './inbox.ts';
import { type Notification, notificationOf } from './notifications.ts';
import type { After } from './outbox.ts';
import { mapBounded, PARALLEL_READS } from './parallel.ts';
import type { UnlockedPerson } from './person.ts';
import { Problem } from './problem.ts';
import type { Ring } from './ring-client.ts';
import { INBOX, placeOfInbox, WALL } from './ring-names.ts';
import { byPosition, CLOCK_SKEW_MS, readTimeline } from './timeline.ts';
import type { WallCrypto } from './wall-crypto.ts';

export type WallEvent = { readonly id: string } & (
  | { readonly type: 'notification'; readonly notification: Notification }
  /** Somebody reacted to a post of this person's. */
  | { readonly type: 'reaction'; readonly notification: Notification }
  /** A friend's new post. */
  | { readonly type: 'post'; readonly post: Id; readonly author: Id; readonly createdAt: number }
  /** What happened between the event the listener knows of and now is not known: read the lists again. */
  | { readonly type: 'gap' }
);

type News = WallEvent extends infer Event ? (Event extends WallEvent ? Omit<Event, 'id'> : never) : never;

export interface EventLimits {
  /** Listeners of all channels, and of one person. */
  readonly listeners: number;
  readonly listenersOfOne: number;
  /** Events a channel keeps for those who come back. */
  readonly kept: number;
  /** Shortest and longest pause between two looks at the ring. */
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
  /** How long a channel without listeners is kept. */
  readonly lingerMs: number;
  /** Friends' walls looked at in one go; of more friends, in turn. */
  readonly wallsAtOnce: number;
  /** How often the list of friends is read again. */
  readonly friendsEveryMs: number;
}

export const EVENT_LIMITS: EventLimits = {
  listeners: 64,
  listenersOfOne: 8,
  kept: 256,
  pauseMinMs: 1_500,
  pauseMaxMs: 20_000,
  lingerMs: 300_000,
  wallsAtOnce: 16,
  friendsEveryMs: 60_000,
};

export interface EventParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly after: After;
  readonly friends: Friends;
  readonly blocks: Blocks;
  /** A look at the ring failed for a reason that is not the ring's: a defect. */
  readonly crashed: (error: unknown) => void;
}

/** Newest entries looked at in an inbox and on a wall. */
const INBOX_WINDOW = 50;
const WALL_WINDOW = 10;

export type Listener = (event: WallEvent) => void;

export class EventHub {
  readonly #parts: EventParts;
  readonly #limits: EventLimits;
  readonly #channels = new Map<Id, Channel>();

  constructor(parts: EventParts, limits: EventLimits = EVENT_LIMITS) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /**
   * Listens to what happens to a person; `lastId` is the last event an earlier listening had. Answers how to stop.
   * Throws Problem too-many-streams.
   */
  listen(me: UnlockedPerson, lastId: string | undefined, listener: Listener): () => void {
    const channels = [...this.#channels.values()];
    const total = channels.reduce((sum, channel) => sum + channel.listeners, 0);
    const known = this.#channels.get(me.person);
    if (total >= this.#limits.listeners || (known?.listeners ?? 0) >= this.#limits.listenersOfOne) {
      throw new Problem('too-many-streams', undefined, { retryAfterS: 30 });
    }
    const channel = known ?? new Channel(me, this.#parts, this.#limits, () => this.#channels.delete(me.person));
    this.#channels.set(me.person, channel);
    return channel.listen(lastId, listener);
  }

  stop(): void {
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
  }
}

class Channel {
  readonly #me: UnlockedPerson;
  readonly #parts: EventParts;
  readonly #limits: EventLimits;
  readonly #forget: () => void;
  readonly #listeners = new Set<Listener>();
  /** Tells this channel's events from those of one that was there before. */
  readonly #epoch: string;
  readonly #kept: WallEvent[] = [];
  readonly #watch: Watch;
  #count = 0;
  #pauseMs: number;
  #cancelTimer: () => void = () => {};
  #looking = false;
  #stopped = false;

  constructor(me: UnlockedPerson, parts: EventParts, limits: EventLimits, forget: () => void) {
    this.#me = me;
    this.#parts = parts;
    this.#limits = limits;
    this.#forget = forget;
    this.#epoch = parts.now().toString(36);
    this.#pauseMs = limits.pauseMinMs;
    this.#watch = new Watch(me, parts, limits);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  listen(lastId: string | undefined, listener: Listener): () => void {
    for (const event of this.#since(lastId)) listener(event);
    this.#listeners.add(listener);
    this.#pauseMs = this.#limits.pauseMinMs;
    if (!this.#looking) this.#schedule(0);
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0 || this.#stopped) return;
      this.#cancelTimer();
      this.#cancelTimer = this.#parts.after(this.#limits.lingerMs, this.#forget);
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#listeners.clear();
  }

  #since(lastId: string | undefined): readonly WallEvent[] {
    if (lastId === undefined || lastId === this.#idOf(this.#count)) return [];
    const index = this.#kept.findIndex(({ id }) => id === lastId);
    if (index >= 0) return this.#kept.slice(index + 1);
    return [{ id: this.#idOf(this.#count), type: 'gap' }];
  }

  #idOf(count: number): string {
    return `${this.#epoch}-${count}`;
  }

  #schedule(pauseMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.after(pauseMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#looking = true;
    let news: readonly News[] = [];
    try {
      news = await this.#watch.look();
    } catch (error) {
      if (!(error instanceof Problem)) this.#parts.crashed(error);
    }
    this.#looking = false;
    if (this.#stopped) return;
    for (const item of news) this.#emit(item);
    this.#pauseMs = news.length > 0 ? this.#limits.pauseMinMs : Math.min(this.#pauseMs * 1.5, this.#limits.pauseMaxMs);
    if (this.#listeners.size > 0) this.#schedule(this.#pauseMs);
  }

  #emit(news: News): void {
    this.#count++;
    const event = { id: this.#idOf(this.#count), ...news };
    this.#kept.push(event);
    if (this.#kept.length > this.#limits.kept) this.#kept.shift();
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** Compares what stands on the ring with what stood there at the last look; the first look only remembers. */
class Watch {
  readonly #me: UnlockedPerson;
  readonly #parts: EventParts;
  readonly #limits: EventLimits;
  /** Hashes of the inbox entries seen; undefined before the first look. */
  #inbox: ReadonlySet<string> | undefined;
  /** Entries older than this were beyond the first look. */
  #inboxFrom = 0;
  /** The newest entry seen of each friend's wall; undefined: the wall was empty. */
  readonly #walls = new Map<Id, RingRecord | undefined>();
  #friends: readonly Id[] = [];
  #friendsReadAt = Number.NEGATIVE_INFINITY;
  #turn = 0;

  constructor(me: UnlockedPerson, parts: EventParts, limits: EventLimits) {
    this.#me = me;
    this.#parts = parts;
    this.#limits = limits;
  }

  /** One look: at most one read of the inbox, one of the blocks, two for friends, and `wallsAtOnce`. */
  async look(): Promise<readonly News[]> {
    await this.#refreshFriends();
    const blocked = await this.#parts.blocks.of(this.#me);
    const [inbox, walls] = await Promise.all([this.#lookAtInbox(blocked), this.#lookAtWalls(blocked)]);
    return [...inbox, ...walls];
  }

  async #refreshFriends(): Promise<void> {
    const now = this.#parts.now();
    if (Math.abs(now - this.#friendsReadAt) < this.#limits.friendsEveryMs) return;
    const { people } = await this.#parts.friends.friendsOf(this.#me.person);
    this.#friends = people;
    this.#friendsReadAt = now;
    for (const friend of this.#walls.keys()) {
      if (!people.includes(friend)) this.#walls.delete(friend);
    }
  }

  async #lookAtInbox(blocked: ReadonlySet<Id>): Promise<readonly News[]> {
    const { ring, crypto, now } = this.#parts;
    const set = { place: placeOfInbox(this.#me.person, crypto), name: INBOX };
    const { records, complete } = await readTimeline(ring, [set], undefined, INBOX_WINDOW);
    const seen = this.#inbox;
    if (seen === undefined && !complete) return []; // too little to compare with
    if (seen === undefined) this.#inboxFrom = records.length < INBOX_WINDOW ? 0 : records.at(-1)!.createdAt;
    this.#inbox = new Set([...records.map(({ hash }) => hash), ...(seen ?? [])].slice(0, 4 * INBOX_WINDOW));
    if (seen === undefined) return [];
    return records
      .filter(({ hash, createdAt, author }) => {
        if (seen.has(hash) || createdAt < this.#inboxFrom || createdAt > now() + CLOCK_SKEW_MS) return false;
        return author !== this.#me.person && !blocked.has(author);
      })
      .flatMap((record) => {
        const subject = readInboxEntry(record);
        return subject === undefined ? [] : [inboxNews(record, subject)];
      })
      .reverse();
  }

  async #lookAtWalls(blocked: ReadonlySet<Id>): Promise<readonly News[]> {
    const count = Math.min(this.#limits.wallsAtOnce, this.#friends.length);
    const friends = Array.from(
      { length: count },
      (_, index) => this.#friends[(this.#turn + index) % this.#friends.length]!,
    );
    this.#turn = this.#friends.length === 0 ? 0 : (this.#turn + count) % this.#friends.length;
    const news = await mapBounded(friends, PARALLEL_READS, (friend) => this.#lookAtWall(friend));
    return news.flat().filter((item) => item.type !== 'post' || !blocked.has(item.author));
  }

  async #lookAtWall(friend: Id): Promise<readonly News[]> {
    const { ring, crypto, now } = this.#parts;
    const set = { place: placeOfName(friend, WALL, crypto), name: WALL };
    const { records, complete } = await readTimeline(ring, [set], undefined, WALL_WINDOW);
    const current = records.filter(({ createdAt }) => createdAt <= now() + CLOCK_SKEW_MS);
    const first = !this.#walls.has(friend);
    if (first && !complete) return [];
    const newest = this.#walls.get(friend);
    if (current[0] !== undefined && (newest === undefined || byPosition(current[0], newest) < 0)) {
      this.#walls.set(friend, current[0]);
    } else if (first) {
      this.#walls.set(friend, undefined);
    }
    if (first) return [];
    return current
      .filter((entry) => !entry.deleted && (newest === undefined || entry.createdAt > newest.createdAt))
      .map(({ slot, author, createdAt }): News => ({ type: 'post', post: slot as Id, author, createdAt }))
      .reverse();
  }
}

function inboxNews(record: RingRecord, subject: InboxSubject): News {
  const notification = notificationOf(record, subject, 0);
  return { type: subject.type === 'reaction' ? 'reaction' : 'notification', notification };
}
