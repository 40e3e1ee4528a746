/** Writing posts: the post itself, its edits, its tombstone, and the sets that lead to it. */
import type { Id } from '../../../shared/core/id.ts';
import { contentHash, type RecordDraft, type RingRecord } from '../../../shared/core/record.ts';
import type { Blocks } from '../friends/blocks.ts';
import type { Friends } from '../friends/friends.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { Indexer } from '../meaning/indexer.ts';
import type { MediaLibrary } from '../media/media.ts';
import { inboxEntry } from '../notifications/inbox.ts';
import { Problem } from '../problem.ts';
import { EMPTY_VALUE } from '../ring/json-value.ts';
import type { Outbox } from '../ring/outbox.ts';
import { type Custody, putRecord, type Ring } from '../ring/ring-client.ts';
import { POST, REVISION, REVISIONS } from '../ring/ring-names.ts';
import { readTimeline } from '../ring/timeline.ts';
import { type Attempt, putOver, sign, signMember } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { type Audience, encodeOpen, encodeSealed, type PostContent, wordsOf } from './post-format.ts';
import { indexEntries, indexRemovals, revisionRemovals, slotOfRevision } from './post-index.ts';
import type { LoadedPost, PostReader } from './posts.ts';
import { findRecipients } from './recipients.ts';

/** Members read to find the texts of a deleted post; its author has at most 50 there. */
const MAX_REVISIONS_FOUND = 200;

export interface PostDraft {
  readonly text: string;
  readonly audience: Audience;
  readonly inReplyTo: Id | undefined;
  /** Media of the author's, uploaded for this audience. */
  readonly media: readonly Id[];
}

export interface Published {
  readonly post: LoadedPost;
  readonly custody: Custody;
  /** False: the post is safe, but not every list knows of it yet; this phone keeps trying for some minutes. */
  readonly indexed: boolean;
  /** Friends it could not be sealed for, because their profile with the key was out of reach. */
  readonly leftOut: readonly Id[];
}

export interface Removed {
  readonly id: Id;
  readonly deletedAt: number;
  /** Of the tombstone. */
  readonly custody: Custody;
  /** False: some list still names it for a while; readers find the tombstone. */
  readonly indexed: boolean;
}

/** A post's value, and the friends who cannot open it. */
interface Encoded {
  readonly value: Uint8Array;
  readonly leftOut: readonly Id[];
}

export interface PublisherParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly posts: PostReader;
  readonly friends: Friends;
  readonly blocks: Blocks;
  readonly outbox: Outbox;
  readonly media: MediaLibrary;
  readonly indexer: Indexer;
  /** The person did something that tells of what they care about; `post`: what this one says has changed. */
  readonly acted: (person: Id, post?: Id) => void;
}

export class Publisher {
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /**
   * Stores a post and then names it in its sets. The post goes first: a set never names what no quorum holds.
   * Throws as MediaLibrary.references does, and too-few-replicas when no quorum took the post. It is then withdrawn
   * from the phones that did, unless the same request may come again and make the very same post.
   */
  async create(author: UnlockedPerson, draft: PostDraft, attempt: Attempt): Promise<Published> {
    const { crypto } = this.#parts;
    const parent = draft.inReplyTo === undefined ? undefined : await this.#parent(draft.inReplyTo, draft, author);
    const media = await this.#parts.media.references(author, draft.media, draft.audience);
    const content: PostContent = { ...draft, text: wellFormed(draft.text), media };
    const { value, leftOut } = await this.#encode(content, author, parent?.author);
    const createdAt = attempt.at;
    const original = sign(
      author,
      { kind: 'immutable', name: POST, slot: '', seq: 0, createdAt, deleted: false, value },
      crypto,
    );
    // Sealing draws fresh keys, so a friends-only post comes out anew with each try.
    const comesAgain = attempt.repeatable && content.audience === 'public';
    const custody = await this.#putPost(author, original, comesAgain);
    const indexed = await this.#parts.outbox.deliver(this.#indexOf(author, original, content, parent));
    const post: LoadedPost = {
      ...content,
      id: original.place,
      author: author.person,
      createdAt,
      editedAt: undefined,
      version: 1,
      hash: original.hash,
      complete: true,
      served: { phone: undefined, hops: 0, milliseconds: 0 },
      original,
      revision: undefined,
    };
    this.#parts.indexer.later(post);
    this.#parts.acted(author.person);
    return { post, custody, indexed, leftOut };
  }

  /**
   * Gives a post of the author's a new text. The version it replaces is the one of `post`: when another edit came
   * first, throws superseded and changes nothing.
   */
  async edit(author: UnlockedPerson, post: LoadedPost, text: string): Promise<Published> {
    const { ring, crypto, now, outbox } = this.#parts;
    const { audience, inReplyTo, media } = post;
    const content: PostContent = { text: wellFormed(text), audience, inReplyTo, media };
    const { value, leftOut } = await this.#encode(content, author, await this.#answeredBy(post, author));
    const seq = (post.revision?.seq ?? 0) + 1;
    const createdAt = now();
    const version = { seq, createdAt, deleted: false, value };
    const revision = sign(author, { ...this.#overPost(post.original), ...version }, crypto);
    const custody = await putRecord(ring, revision);
    const kept = { kind: 'member', name: REVISIONS, slot: slotOfRevision(seq), place: post.id } as const;
    const indexed = await outbox.deliver([sign(author, { ...kept, ...version }, crypto)]);
    const changed = { ...post, ...content, editedAt: createdAt, version: 1 + seq, hash: revision.hash, revision };
    const edited = { ...changed, complete: true };
    this.#parts.indexer.later(edited, wordsOf(post));
    this.#parts.acted(author.person, post.id);
    return { post: edited, custody, indexed, leftOut };
  }

  /** Puts a tombstone over a post of the author's, for good, and takes it and its earlier texts out of their sets. */
  async remove(author: UnlockedPerson, post: LoadedPost): Promise<Removed> {
    const { ring, crypto, now, outbox } = this.#parts;
    const deletedAt = now();
    const seq = (post.revision?.seq ?? 0) + 1;
    const version = { seq, createdAt: deletedAt, deleted: true, value: EMPTY_VALUE };
    const [custody] = await putOver(ring, author, [{ ...this.#overPost(post.original), ...version }], crypto);
    // An edit from another phone that this one did not know of may have left a text too.
    const set = { place: post.id, name: REVISIONS };
    const { records, complete } = await readTimeline(ring, [set], undefined, MAX_REVISIONS_FOUND);
    const found = records.filter((record) => record.author === author.person && !record.deleted);
    const drafts = [
      ...indexRemovals(post.id, post.createdAt, post, crypto),
      ...revisionRemovals(post.id, post.revision?.seq ?? 0, found),
    ];
    const removed = await outbox.deliver(drafts.map((draft) => signMember(author, draft, crypto)));
    await this.#parts.indexer.withdraw(post);
    this.#parts.acted(author.person, post.id);
    return { id: post.id, deletedAt, custody: custody!, indexed: removed && complete };
  }

  async #parent(id: Id, draft: PostDraft, author: UnlockedPerson): Promise<LoadedPost> {
    const parent = await this.#parts.posts.require(id, author);
    await this.#parts.blocks.mustNotBlock(author, parent.author);
    if (parent.audience === 'friends' && draft.audience !== 'friends') {
      throw new Problem('unprocessable-content', 'An answer to a friends-only post has to be friends-only itself.');
    }
    return parent;
  }

  /** Whom a post that is sealed anew answers; a parent that is gone does not keep the author from editing. */
  async #answeredBy(post: LoadedPost, author: UnlockedPerson): Promise<Id | undefined> {
    if (post.audience === 'public' || post.inReplyTo === undefined) return undefined;
    const reading = await this.#parts.posts.read(post.inReplyTo, author);
    return reading.state === 'present' ? reading.post.author : undefined;
  }

  async #encode(content: PostContent, author: UnlockedPerson, answered: Id | undefined): Promise<Encoded> {
    if (content.audience === 'public') return { value: encodeOpen(content), leftOut: [] };
    const { keys, leftOut } = await findRecipients(this.#parts.friends, author, answered);
    return { value: encodeSealed(content, author.person, keys, this.#parts.crypto), leftOut };
  }

  async #putPost(author: UnlockedPerson, original: RingRecord, comesAgain: boolean): Promise<Custody> {
    try {
      return await putRecord(this.#parts.ring, original);
    } catch (error) {
      if (!comesAgain) this.#withdraw(author, original);
      throw error;
    }
  }

  /** A post that its author was told is not there must not turn up on the phones that took it all the same. */
  #withdraw(author: UnlockedPerson, original: RingRecord): void {
    const { crypto, now, outbox } = this.#parts;
    const version = { seq: 1, createdAt: now(), deleted: true, value: EMPTY_VALUE };
    outbox.later([sign(author, { ...this.#overPost(original), ...version }, crypto)]);
  }

  #overPost({ createdAt, value }: RingRecord): Pick<RecordDraft, 'kind' | 'name' | 'slot' | 'proof'> {
    const proof = contentHash(POST, createdAt, value, this.#parts.crypto);
    return { kind: 'mutable', name: REVISION, slot: '', proof };
  }

  #indexOf(
    author: UnlockedPerson,
    { place: id, createdAt }: RingRecord,
    content: PostContent,
    parent: LoadedPost | undefined,
  ): RingRecord[] {
    const { crypto } = this.#parts;
    const drafts = indexEntries(id, createdAt, content, crypto);
    if (parent !== undefined && parent.author !== author.person) {
      drafts.push(inboxEntry(parent.author, { type: 'reply', post: id, parent: parent.id }, createdAt, crypto));
    }
    return drafts.map((draft) => signMember(author, draft, crypto));
  }
}

/** Half a surrogate pair is no character: it would not survive UTF-8. */
function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new Problem('unprocessable-content', 'The text holds half of a surrogate pair, which is no character.');
}
