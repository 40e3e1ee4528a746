/** Reactions to posts: one a person and kind, in a set at the post and in the person's own. */
import type { Id } from '../../../shared/core/id.ts';
import type { Blocks } from '../friends/blocks.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { inboxEntry, inboxRemoval } from '../notifications/inbox.ts';
import { mapBounded, PARALLEL_PAGE_READS } from '../parallel.ts';
import { Problem } from '../problem.ts';
import type { Outbox } from '../ring/outbox.ts';
import type { Custody, Ring } from '../ring/ring-client.ts';
import { OWN_REACTIONS, REACTIONS } from '../ring/ring-names.ts';
import { readTimeline, readWholeSet, type WholeSet } from '../ring/timeline.ts';
import { type MemberDraft, putMembersOver, signMember } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { LoadedPost, PostReader } from './posts.ts';
import { isReactionKind, REACTION_KINDS, type ReactionKind } from './reaction-kind.ts';

/** Reactions read of one post; a count beyond is a lower bound and says so. */
const MAX_COUNTED = 5_000;
/** The same of each post of a list: what one read of the ring gives. */
export const MAX_LISTED_REACTIONS = 200;

const NOT_READ: WholeSet = { records: [], complete: false };

export interface ReactionSummary {
  readonly counts: Readonly<Record<ReactionKind, number>>;
  readonly mine: readonly ReactionKind[];
  /** False: too few phones answered, or there are more than are counted. */
  readonly complete: boolean;
}

export interface ReactionsParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly posts: PostReader;
  readonly blocks: Blocks;
  readonly outbox: Outbox;
  /** The person did something that tells of what they care about. */
  readonly acted: (person: Id) => void;
}

export class Reactions {
  readonly #parts: ReactionsParts;

  constructor(parts: ReactionsParts) {
    this.#parts = parts;
  }

  /** Reacts; doing so again changes nothing for others. Throws what reading the post throws, and blocked. */
  async add(me: UnlockedPerson, id: Id, kind: ReactionKind): Promise<Custody> {
    const post = await this.#parts.posts.require(id, me);
    await this.#parts.blocks.mustNotBlock(me, post.author);
    return await this.#write(me, post, kind, true);
  }

  /** Takes a reaction back; it is no fault when there is none. */
  async remove(me: UnlockedPerson, id: Id, kind: ReactionKind): Promise<Custody> {
    return await this.#write(me, await this.#parts.posts.require(id, me), kind, false);
  }

  /** How many people reacted in which way, those the viewer blocked left out. */
  async summary(id: Id, viewer: UnlockedPerson | undefined): Promise<ReactionSummary> {
    const { ring, posts, blocks } = this.#parts;
    const [set, blocked] = await Promise.all([
      readWholeSet(ring, { place: id, name: REACTIONS }, MAX_COUNTED),
      blocks.of(viewer),
      posts.require(id, viewer),
    ]);
    return summaryOf(set, viewer, blocked);
  }

  /**
   * The same for the posts of a list, in their order, of the newest reactions to each. A list must not fail for them:
   * what cannot be read now is not counted, and says so.
   */
  async summaries(ids: readonly Id[], viewer: UnlockedPerson | undefined): Promise<readonly ReactionSummary[]> {
    const blocked = await this.#blockedOrUnknown(viewer);
    if (blocked === undefined) return ids.map(() => summaryOf(NOT_READ, viewer, new Set()));
    return await mapBounded(ids, PARALLEL_PAGE_READS, async (id) => {
      const set = { place: id, name: REACTIONS };
      const page = await readTimeline(this.#parts.ring, [set], undefined, MAX_LISTED_REACTIONS);
      return summaryOf({ ...page, complete: page.complete && page.next === undefined }, viewer, blocked);
    });
  }

  /** Undefined when it cannot be told whom the viewer has blocked. */
  async #blockedOrUnknown(viewer: UnlockedPerson | undefined): Promise<ReadonlySet<Id> | undefined> {
    try {
      return await this.#parts.blocks.of(viewer);
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  async #write(me: UnlockedPerson, post: LoadedPost, kind: ReactionKind, reacts: boolean): Promise<Custody> {
    const { ring, crypto, now, outbox, acted } = this.#parts;
    const at = now();
    const version = { value: reacts ? {} : undefined, seq: Math.max(1, at), createdAt: at };
    const reaction: MemberDraft = { ...version, name: REACTIONS, slot: kind, place: post.id };
    const [custody] = await putMembersOver(ring, me, [reaction], crypto);
    const followers: MemberDraft[] = [{ ...version, name: OWN_REACTIONS, slot: `${kind}/${post.id}` }];
    if (post.author !== me.person) {
      const subject = { type: 'reaction', post: post.id, kind } as const;
      followers.push((reacts ? inboxEntry : inboxRemoval)(post.author, subject, at, crypto));
    }
    await outbox.deliver(followers.map((draft) => signMember(me, draft, crypto)));
    acted(me.person);
    return custody!;
  }
}

function summaryOf(set: WholeSet, viewer: UnlockedPerson | undefined, blocked: ReadonlySet<Id>): ReactionSummary {
  const counts = Object.fromEntries(REACTION_KINDS.map((kind) => [kind, 0])) as Record<ReactionKind, number>;
  const mine: ReactionKind[] = [];
  for (const { deleted, slot: kind, author } of set.records) {
    if (deleted || !isReactionKind(kind) || blocked.has(author)) continue;
    counts[kind]++;
    if (author === viewer?.person) mine.push(kind);
  }
  return { counts, mine, complete: set.complete };
}
