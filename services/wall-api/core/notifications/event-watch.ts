/** Finds out what is new for a person: their inbox and their friends' walls, compared with the last look. */
import { type Id, parseId } from '../../../shared/core/id.ts';
import { placeOfName, type RingRecord } from '../../../shared/core/record.ts';
import type { Blocks } from '../friends/blocks.ts';
import type { Friends } from '../friends/friends.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { mapBounded, PARALLEL_READS } from '../parallel.ts';
import type { Ring } from '../ring/ring-client.ts';
import { INBOX, placeOfInbox, WALL } from '../ring/ring-names.ts';
import { byPosition, CLOCK_SKEW_MS, readTimeline } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { type InboxSubject, readInboxEntry } from './inbox.ts';
import { type Notification, notificationOf } from './notifications.ts';

export type News =
  | { readonly type: 'notification'; readonly notification: Notification }
  /** Somebody reacted to a post of this person's. */
  | { readonly type: 'reaction'; readonly notification: Notification }
  /** A friend's new post. */
  | { readonly type: 'post'; readonly post: Id; readonly author: Id; readonly createdAt: number };

export interface WatchParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly friends: Friends;
  readonly blocks: Blocks;
}

export interface WatchLimits {
  /** Friends' walls looked at in one go; of more friends, in turn. */
  readonly wallsAtOnce: number;
  /** How often the list of friends is read again. */
  readonly friendsEveryMs: number;
}

/** Newest entries looked at in an inbox and on a wall. */
const INBOX_WINDOW = 50;
const WALL_WINDOW = 10;

/** Compares what stands on the ring with what stood there at the last look; the first look only remembers. */
export class Watch {
  readonly #me: UnlockedPerson;
  readonly #parts: WatchParts;
  readonly #limits: WatchLimits;
  /** Hashes of the inbox entries seen; undefined before the first look. */
  #inbox: ReadonlySet<string> | undefined;
  /** Entries older than this were beyond the first look. */
  #inboxFrom = 0;
  /** The newest entry seen of each friend's wall; undefined: the wall was empty. */
  readonly #walls = new Map<Id, RingRecord | undefined>();
  #friends: readonly Id[] = [];
  /** When their list was read; undefined before the first look, ms. */
  #friendsReadAt: number | undefined;
  /** The inbox told of a friendship since. */
  #hasNewFriends = false;
  /** Since when the posts of those are news who became friends after the first look, ms. */
  readonly #newsSince = new Map<Id, number>();
  #turn = 0;

  constructor(me: UnlockedPerson, parts: WatchParts, limits: WatchLimits) {
    this.#me = me;
    this.#parts = parts;
    this.#limits = limits;
  }

  /** One look: at most one read of the inbox, one of the blocks, two for friends, and `wallsAtOnce`. */
  async look(): Promise<readonly News[]> {
    await this.#refreshFriends();
    const blocked = await this.#parts.blocks.of(this.#me);
    const [inbox, walls] = await Promise.all([this.#lookAtInbox(blocked), this.#lookAtWalls(blocked)]);
    // Whoever became a friend just now is one whose next post is news.
    this.#hasNewFriends ||= inbox.some(isAboutFriendship);
    return [...inbox, ...walls];
  }

  async #refreshFriends(): Promise<void> {
    const now = this.#parts.now();
    const since = this.#friendsReadAt;
    const isFresh = since !== undefined && Math.abs(now - since) < this.#limits.friendsEveryMs;
    if (isFresh && !this.#hasNewFriends) return;
    const { people } = await this.#parts.friends.friendsOf(this.#me.person);
    // This may be long after a friendship: what the friend has written since the list was read before is news all the same.
    if (since !== undefined) {
      for (const person of people) if (!this.#friends.includes(person)) this.#newsSince.set(person, since);
    }
    this.#friends = people;
    this.#friendsReadAt = now;
    this.#hasNewFriends = false;
    for (const friend of [...this.#walls.keys(), ...this.#newsSince.keys()]) {
      if (people.includes(friend)) continue;
      this.#walls.delete(friend);
      this.#newsSince.delete(friend);
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
    const since = newest?.createdAt ?? this.#newsSince.get(friend);
    this.#newsSince.delete(friend);
    if (first && since === undefined) return [];
    return current
      .filter(({ slot }) => parseId(slot) === slot)
      .filter((entry) => !entry.deleted && (since === undefined || entry.createdAt > since))
      .map(({ slot, author, createdAt }): News => ({ type: 'post', post: slot as Id, author, createdAt }))
      .reverse();
  }
}

function isAboutFriendship(news: News): boolean {
  return news.type === 'notification' && news.notification.subject.type.startsWith('friend-');
}

function inboxNews(record: RingRecord, subject: InboxSubject): News {
  const notification = notificationOf(record, subject, 0);
  return { type: subject.type === 'reaction' ? 'reaction' : 'notification', notification };
}
