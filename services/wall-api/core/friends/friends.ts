/**
 * Friendship: each side says so in their own set and, in the same put, at the other's `befriended` set. Two people
 * who both said so are friends; one read of each of one's two sets tells friends, requests and what one asked for.
 */
import { type Id, parseId, uuidOf } from '../../../shared/core/id.ts';
import { placeOfName, type RingRecord } from '../../../shared/core/record.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { Profiles } from '../identity/profile.ts';
import { inboxEntry, inboxRemoval } from '../notifications/inbox.ts';
import { mapBounded, PARALLEL_READS } from '../parallel.ts';
import { Problem } from '../problem.ts';
import type { Outbox } from '../ring/outbox.ts';
import type { Custody, Ring } from '../ring/ring-client.ts';
import { BEFRIENDED, FRIENDS, placeOfBefriended } from '../ring/ring-names.ts';
import { readWholeSet } from '../ring/timeline.ts';
import { leastCustody, type MemberDraft, putMembersOver, signMember } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { Blocks } from './blocks.ts';

/** Friends and requests one may have standing: within what a friends-only post can be sealed for. */
export const MAX_FRIENDS = 400;

/** Entries read of one's own set, removed ones included, and of what others say. */
const MAX_OWN_ENTRIES = 2_000;
const MAX_CLAIMS = 2_000;

/** The one slot of an author in another's `befriended` set. */
const CLAIM = 'friend';

export interface Tie {
  readonly person: Id;
  /** Milliseconds since the epoch: when it became what it is. */
  readonly since: number;
}

export interface FriendList {
  readonly friends: readonly Tie[];
  /** Who asks to be a friend. */
  readonly incoming: readonly Tie[];
  /** Whom one asked. */
  readonly outgoing: readonly Tie[];
  readonly complete: boolean;
}

export type Friendship = 'none' | 'requested' | 'friends';

export interface FriendshipChange {
  readonly state: Friendship;
  readonly custody: Custody;
}

interface Ties {
  /** What I said of others, taken-back entries included. */
  readonly mine: ReadonlyMap<Id, RingRecord>;
  /** What others say of me. */
  readonly theirs: ReadonlyMap<Id, RingRecord>;
  readonly complete: boolean;
}

export interface FriendsParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly profiles: Profiles;
  readonly blocks: Blocks;
  readonly outbox: Outbox;
  /** The person did something that tells of what they care about. */
  readonly acted: (person: Id) => void;
}

export class Friends {
  readonly #parts: FriendsParts;

  constructor(parts: FriendsParts) {
    this.#parts = parts;
  }

  /** Everybody one is tied to, the latest first. Throws ring-unavailable when a set cannot be read at all. */
  async list(me: UnlockedPerson): Promise<FriendList> {
    const [{ mine, theirs, complete }, blocked] = await Promise.all([
      this.#tiesOf(me.person),
      this.#parts.blocks.of(me),
    ]);
    const friends: Tie[] = [];
    const outgoing: Tie[] = [];
    for (const [person, { deleted, createdAt }] of mine) {
      if (deleted) continue;
      const claim = theirs.get(person);
      if (claim === undefined || claim.deleted) outgoing.push({ person, since: createdAt });
      else friends.push({ person, since: Math.max(createdAt, claim.createdAt) });
    }
    const incoming = [...theirs.values()]
      .filter((claim) => isOpenRequest(claim, mine.get(claim.author)) && !blocked.has(claim.author))
      .map((claim) => ({ person: claim.author, since: claim.createdAt }));
    const latest = (a: Tie, b: Tie): number => b.since - a.since || (a.person < b.person ? -1 : 1);
    return {
      friends: friends.sort(latest),
      incoming: incoming.sort(latest),
      outgoing: outgoing.sort(latest),
      complete,
    };
  }

  /** A person's friends, as anybody may know them: both said so. */
  async friendsOf(person: Id): Promise<{ readonly people: readonly Id[]; readonly complete: boolean }> {
    const { mine, theirs, complete } = await this.#tiesOf(person);
    const people = [...mine.keys()].filter((other) => isLive(mine.get(other)) && isLive(theirs.get(other)));
    return { people, complete };
  }

  /** Each person's key to seal content for them; undefined where no profile could be read or its key is none. */
  async sealingKeysOf(
    people: readonly Id[],
    author: UnlockedPerson,
  ): Promise<(readonly [Id, Uint8Array | undefined])[]> {
    const { crypto, profiles } = this.#parts;
    return await mapBounded(people, PARALLEL_READS, async (person) => {
      try {
        const key = (await profiles.recent(person))?.sealingKey;
        const usable = key !== undefined && crypto.agree(author.sealing.privateKey, key) !== undefined;
        return [person, usable ? key : undefined] as const;
      } catch (error) {
        if (error instanceof Problem) return [person, undefined] as const;
        throw error;
      }
    });
  }

  /**
   * Asks a person to be a friend, or accepts that they asked. Asking again changes nothing and tells nobody anew.
   * Throws unprocessable-content (oneself), blocked, nobody-holds-it (no such person), limit-reached.
   */
  async request(me: UnlockedPerson, other: Id): Promise<FriendshipChange> {
    const { ring, crypto, now, profiles, blocks, outbox, acted } = this.#parts;
    if (other === me.person) throw new Problem('unprocessable-content', 'Nobody can be a friend of their own.');
    const [profile, { mine, theirs }] = await Promise.all([
      profiles.recent(other),
      this.#tiesOf(me.person),
      blocks.mustNotBlock(me, other),
    ]);
    if (profile === undefined) throw new Problem('nobody-holds-it', `There is no profile of ${uuidOf(other)}.`);
    const standing = isLive(mine.get(other));
    if (!standing && [...mine.values()].filter(isLive).length >= MAX_FRIENDS) {
      throw new Problem('limit-reached', `${MAX_FRIENDS} friends and requests are the bound.`, {
        members: { limit: MAX_FRIENDS },
      });
    }
    const accepted = isLive(theirs.get(other));
    const at = now();
    const custody = await putMembersOver(ring, me, this.#drafts(other, {}, at), crypto);
    if (!standing) {
      const subject = { type: accepted ? 'friend-accepted' : 'friend-request' } as const;
      await outbox.deliver([signMember(me, inboxEntry(other, subject, at, crypto), crypto)]);
    }
    acted(me.person);
    return { state: accepted ? 'friends' : 'requested', custody: leastCustody(custody) };
  }

  /** Ends a friendship, takes a request back or declines one. It is no fault when there is none. */
  async remove(me: UnlockedPerson, other: Id): Promise<FriendshipChange> {
    const { ring, crypto, now, outbox, acted } = this.#parts;
    if (other === me.person) throw new Problem('unprocessable-content', 'Nobody can be a friend of their own.');
    const { theirs } = await this.#tiesOf(me.person);
    // Later than the request it may decline, whatever the two phones' clocks say.
    const at = Math.max(now(), (theirs.get(other)?.createdAt ?? 0) + 1);
    const custody = await putMembersOver(ring, me, this.#drafts(other, undefined, at), crypto);
    await outbox.deliver([signMember(me, inboxRemoval(other, { type: 'friend-request' }, at, crypto), crypto)]);
    acted(me.person);
    return { state: 'none', custody: leastCustody(custody) };
  }

  /** As remove, where one said to be a friend of theirs; otherwise writes nothing, so that nobody sees anything. */
  async part(me: UnlockedPerson, other: Id): Promise<void> {
    const { mine } = await this.#tiesOf(me.person);
    if (isLive(mine.get(other))) await this.remove(me, other);
  }

  #drafts(other: Id, value: MemberDraft['value'], at: number): MemberDraft[] {
    const said = { value, seq: Math.max(1, at), createdAt: at };
    return [
      { ...said, name: FRIENDS, slot: other },
      { ...said, name: BEFRIENDED, slot: CLAIM, place: placeOfBefriended(other, this.#parts.crypto) },
    ];
  }

  async #tiesOf(person: Id): Promise<Ties> {
    const { ring, crypto } = this.#parts;
    const [own, claims] = await Promise.all([
      readWholeSet(ring, { place: placeOfName(person, FRIENDS, crypto), name: FRIENDS }, MAX_OWN_ENTRIES),
      readWholeSet(ring, { place: placeOfBefriended(person, crypto), name: BEFRIENDED }, MAX_CLAIMS),
    ]);
    const mine = new Map<Id, RingRecord>();
    for (const record of own.records) {
      const other = parseId(record.slot);
      if (other !== undefined && other !== person) mine.set(other, record);
    }
    const theirs = new Map<Id, RingRecord>();
    for (const record of claims.records) {
      if (record.slot === CLAIM && record.author !== person) theirs.set(record.author, record);
    }
    return { mine, theirs, complete: own.complete && claims.complete };
  }
}

function isLive(record: RingRecord | undefined): boolean {
  return record !== undefined && !record.deleted;
}

/** A claim one has neither answered nor declined since it was made. */
function isOpenRequest(claim: RingRecord, answer: RingRecord | undefined): boolean {
  if (claim.deleted || isLive(answer)) return false;
  return answer === undefined || answer.createdAt < claim.createdAt;
}
