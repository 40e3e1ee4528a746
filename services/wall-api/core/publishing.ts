/** Writing posts: the post itself, its edits, its tombstone, and the sets that lead to it. */
import type { Id } from '../../shared/core/id.ts';
import { contentHash, type RecordDraft, type RingRecord } from '../../shared/core/record.ts';
import type { Blocks } from './blocks.ts';
import type { Friends } from './friends.ts';
import { inboxEntry } from './inbox.ts';
import { EMPTY_VALUE, encodeValue } from './json-value.ts';
import type { Outbox } from './outbox.ts';
import type { UnlockedPerson } from './person.ts';
import { type Audience, encodeOpen, encodeSealed, type PostContent } from './post-format.ts';
import type { LoadedPost, PostReader } from './posts.ts';
import { Problem } from './problem.ts';
import { type Custody, putRecord, type Ring } from './ring-client.ts';
import { dayOf, POST, placeOfRecent, RECENT, REPLIES, REVISION, REVISIONS, recentShardOf, WALL } from './ring-names.ts';
import { MAX_RECIPIENTS } from './seal.ts';
import type { WallCrypto } from './wall-crypto.ts';
import { type MemberDraft, putOver, sign, signMember } from './writer.ts';

/** Edits whose texts are kept beside the original; the slots are used in turn, so the newest stay. */
export const KEPT_REVISIONS = 50;

export interface PostDraft {
  readonly text: string;
  readonly audience: Audience;
  readonly inReplyTo: Id | undefined;
}

/** Which try of a request this is. */
export interface Attempt {
  /** Milliseconds since the epoch: when it was made first. The post's time, so that a repetition is the same post. */
  readonly at: number;
  /** The client may repeat it as the same request. */
  readonly repeatable: boolean;
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

interface Recipients {
  readonly keys: readonly Uint8Array[];
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
}

export class Publisher {
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /**
   * Stores a post and then names it in its sets. The post goes first: a set never names what no quorum holds.
   * Throws too-few-replicas when no quorum took the post. It is then withdrawn from the phones that did, unless the
   * same request may come again and make the very same post.
   */
  async create(author: UnlockedPerson, draft: PostDraft, attempt: Attempt): Promise<Published> {
    const { crypto } = this.#parts;
    const parent = draft.inReplyTo === undefined ? undefined : await this.#parent(draft.inReplyTo, draft, author);
    const content: PostContent = { ...draft, text: wellFormed(draft.text) };
    const recipients = await this.#recipientsOf(author, content, parent);
    const value = encode(content, author, recipients, crypto);
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
    return { post, custody, indexed, leftOut: recipients.leftOut };
  }

  /**
   * Gives a post of the author's a new text. The version it replaces is the one of `post`: when another edit came first, throws
   * superseded and changes nothing.
   */
  async edit(author: UnlockedPerson, post: LoadedPost, text: string): Promise<Published> {
    const { ring, crypto, now, outbox } = this.#parts;
    const content: PostContent = { text: wellFormed(text), audience: post.audience, inReplyTo: post.inReplyTo };
    const parent = content.audience === 'friends' ? await this.#parentForSealing(post, author) : undefined;
    const recipients = await this.#recipientsOf(author, content, parent);
    const value = encode(content, author, recipients, crypto);
    const seq = (post.revision?.seq ?? 0) + 1;
    const createdAt = now();
    const revision = sign(author, { ...this.#overPost(post), seq, createdAt, deleted: false, value }, crypto);
    const custody = await putRecord(ring, revision);
    const kept = sign(
      author,
      {
        kind: 'member',
        name: REVISIONS,
        slot: slotOfRevision(seq),
        place: post.id,
        seq,
        createdAt,
        deleted: false,
        value,
      },
      crypto,
    );
    const indexed = await outbox.deliver([kept]);
    const edited = { ...post, ...content, editedAt: createdAt, version: 1 + seq, hash: revision.hash, revision };
    return { post: { ...edited, complete: true }, custody, indexed, leftOut: recipients.leftOut };
  }

  /** Puts a tombstone over a post of the author's, for good, and takes it out of its sets. A later edit of the author's own loses. */
  async remove(author: UnlockedPerson, post: LoadedPost): Promise<Removed> {
    const { ring, crypto, now, outbox } = this.#parts;
    const deletedAt = now();
    const seq = (post.revision?.seq ?? 0) + 1;
    const tombstone: RecordDraft = {
      ...this.#overPost(post),
      seq,
      createdAt: deletedAt,
      deleted: true,
      value: EMPTY_VALUE,
    };
    const [custody] = await putOver(ring, author, [tombstone], crypto);
    const indexed = await outbox.deliver(this.#unindexOf(author, post));
    return { id: post.id, deletedAt, custody: custody!, indexed };
  }

  async #parent(id: Id, draft: PostDraft, author: UnlockedPerson): Promise<LoadedPost> {
    const parent = await this.#parts.posts.require(id, author);
    await this.#parts.blocks.mustNotBlock(author, parent.author);
    if (parent.audience === 'friends' && draft.audience !== 'friends') {
      throw new Problem('unprocessable-content', 'An answer to a friends-only post has to be friends-only itself.');
    }
    return parent;
  }

  /** The parent of a post that is sealed anew; a parent that is gone does not keep the author from editing. */
  async #parentForSealing(post: LoadedPost, author: UnlockedPerson): Promise<LoadedPost | undefined> {
    if (post.inReplyTo === undefined) return undefined;
    const reading = await this.#parts.posts.read(post.inReplyTo, author);
    return reading.state === 'present' ? reading.post : undefined;
  }

  /** The friends' sealing keys, the author's own, and that of whom it answers. */
  async #recipientsOf(
    author: UnlockedPerson,
    content: PostContent,
    parent: LoadedPost | undefined,
  ): Promise<Recipients> {
    if (content.audience === 'public') return { keys: [], leftOut: [] };
    const friends = await this.#parts.friends.friendsOf(author.person);
    if (!friends.complete) {
      throw new Problem('ring-unavailable', 'Too few phones answered to know all of your friends.', { retryAfterS: 2 });
    }
    const people = new Set(friends.people);
    if (parent !== undefined) people.add(parent.author);
    people.delete(author.person);
    const keys = [author.sealing.publicKey];
    const leftOut: Id[] = [];
    for (const [person, key] of await this.#parts.friends.sealingKeysOf([...people], author)) {
      if (key === undefined || keys.length === MAX_RECIPIENTS) leftOut.push(person);
      else keys.push(key);
    }
    return { keys, leftOut };
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
    const proof = contentHash(POST, original.createdAt, original.value, crypto);
    const draft = { kind: 'mutable', name: REVISION, slot: '', proof, seq: 1, deleted: true } as const;
    outbox.later([sign(author, { ...draft, createdAt: now(), value: EMPTY_VALUE }, crypto)]);
  }

  #overPost(post: LoadedPost): Pick<RecordDraft, 'kind' | 'name' | 'slot' | 'proof'> {
    const { createdAt, value } = post.original;
    return {
      kind: 'mutable',
      name: REVISION,
      slot: '',
      proof: contentHash(POST, createdAt, value, this.#parts.crypto),
    };
  }

  #indexOf(
    author: UnlockedPerson,
    { place: id, createdAt }: RingRecord,
    content: PostContent,
    parent: LoadedPost | undefined,
  ): RingRecord[] {
    const { crypto } = this.#parts;
    const records = indexDrafts(id, createdAt, content, crypto, 'add').map((draft) =>
      signMember(author, draft, crypto),
    );
    if (parent !== undefined && parent.author !== author.person) {
      const about = { type: 'reply', post: id, parent: parent.id } as const;
      records.push(signMember(author, inboxEntry(parent.author, about, createdAt, crypto), crypto));
    }
    return records;
  }

  #unindexOf(author: UnlockedPerson, post: LoadedPost): RingRecord[] {
    const { crypto } = this.#parts;
    const drafts = indexDrafts(post.id, post.createdAt, post, crypto, 'remove');
    const edits = post.revision?.seq ?? 0;
    for (let seq = Math.max(1, edits - KEPT_REVISIONS + 1); seq <= edits; seq++) {
      const slot = slotOfRevision(seq);
      drafts.push({ name: REVISIONS, slot, place: post.id, value: undefined, seq: seq + KEPT_REVISIONS, createdAt: 0 });
    }
    return drafts.map((draft) => signMember(author, draft, crypto));
  }
}

/**
 * The sets that lead to a post. Their entries are written once and removed once, so versions 1 and 2 do; a
 * removed one keeps its time, that pages of the set do not shift. An answer stays in its parent's set when
 * it is deleted: what was answered to it stays within reach.
 */
function indexDrafts(
  id: Id,
  createdAt: number,
  content: PostContent,
  crypto: WallCrypto,
  act: 'add' | 'remove',
): MemberDraft[] {
  const adding = act === 'add';
  const { audience, inReplyTo } = content;
  const about = inReplyTo === undefined || audience === 'friends' ? { audience } : { audience, inReplyTo };
  const entry = { slot: id, value: adding ? about : undefined, seq: adding ? 1 : 2, createdAt };
  const drafts: MemberDraft[] = [{ ...entry, name: WALL }];
  if (inReplyTo !== undefined) {
    if (adding) drafts.push({ ...entry, name: REPLIES, place: inReplyTo, value: {} });
  } else if (audience === 'public') {
    const place = placeOfRecent(dayOf(createdAt), recentShardOf(id), crypto);
    drafts.push({ ...entry, name: RECENT, place, value: adding ? {} : undefined });
  }
  return drafts;
}

export function slotOfRevision(seq: number): string {
  return String(seq % KEPT_REVISIONS);
}

function encode(content: PostContent, author: UnlockedPerson, recipients: Recipients, crypto: WallCrypto): Uint8Array {
  return content.audience === 'public'
    ? encodeOpen(content)
    : encodeSealed(content, author.person, recipients.keys, crypto);
}

/** Half a surrogate pair is no character: it would not survive UTF-8. */
function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new Problem('unprocessable-content', 'The text holds half of a surrogate pair, which is no character.');
}
