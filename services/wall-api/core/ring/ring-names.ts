/**
 * What the wall calls its records, and where their sets are. docs/architecture.md, "Names on the ring", is the
 * same as a table.
 */
import { type Id, idFromBytes } from '../../../shared/core/id.ts';
import { placeOfName, type RecordCrypto } from '../../../shared/core/record.ts';

/** Immutable: a post. Its place is its id. */
export const POST = 'post';
/** Immutable: what a picture is and which chunks it is made of. Its place is its id. */
export const MEDIA = 'media';
/** Immutable: up to 64 KiB of a picture. */
export const MEDIA_CHUNK = 'media-chunk';
/** Mutable, at its post, with the post's content hash as proof: the newest state, or the tombstone. */
export const REVISION = 'revision';
/** Members at a post, by its author alone: the texts it had after each edit. */
export const REVISIONS = 'revisions';
/** Members at a post: answers to it, slot = the answering post. */
export const REPLIES = 'replies';
/** Members at a post: slot = the reaction's kind. */
export const REACTIONS = 'reactions';
/** Members: a person's posts, slot = the post. */
export const WALL = 'own/wall';
/** Members: whom a person calls a friend, slot = that person. */
export const FRIENDS = 'own/friends';
/** Members: what a person reacted to, slot = kind and post. */
export const OWN_REACTIONS = 'own/reactions';
/** Members at a person: who calls them a friend. The other side of own/friends, so that one read tells. */
export const BEFRIENDED = 'befriended';
/** Members at a person: what they should hear of. */
export const INBOX = 'inbox';
/** Members, a set a day and shard: everybody's new public posts. */
export const RECENT = 'recent';
/** Members: what only a person themselves may know, encrypted, slot = keyed hash of what it is about. */
export const PRIVATE = 'own/private';

/**
 * Sets a day is split into. One set would make the same seven phones take every public post of the whole network
 * and answer every reader of the day; eight spread both over 56 phones and still cost a reader one round.
 */
export const RECENT_SHARDS = 8;

export const DAY_MS = 86_400_000;

const utf8 = new TextEncoder();

/** Days since the Unix epoch, UTC. */
export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / DAY_MS);
}

/** A post's shard: ids are hashes, so their last bits are even. */
export function recentShardOf(post: string): number {
  return Number.parseInt(post.slice(-2), 16) % RECENT_SHARDS;
}

export function placeOfRecent(day: number, shard: number, crypto: RecordCrypto): Id {
  return idFromBytes(crypto.sha256(utf8.encode(`ringwall/recent/1/${day}/${shard}`)));
}

/** Where others leave word for a person; it hashes the person and the name like their own sets. */
export function placeOfInbox(person: Id, crypto: RecordCrypto): Id {
  return placeOfName(person, INBOX, crypto);
}

export function placeOfBefriended(person: Id, crypto: RecordCrypto): Id {
  return placeOfName(person, BEFRIENDED, crypto);
}
