/**
 * Puts public posts into the index of meanings, in the background: a post is safe on the ring before that, so nobody waits
 * for it. Bounded in posts and tries; what is given up comes back when some phone looks through the newest posts
 * (reindexing.ts).
 */
import type { Id } from '../../../shared/core/id.ts';
import { wordsOf } from '../posts/post-format.ts';
import type { LoadedPost } from '../posts/posts.ts';
import { Problem } from '../problem.ts';
import type { After } from '../ring/outbox.ts';
import type { IndexedPost, Meaning } from './meaning.ts';

export interface IndexerParts {
  readonly meaning: Meaning;
  readonly after: After;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Something in the background failed by a defect of this program. */
  readonly crashed: (error: unknown) => void;
}

export interface IndexerCounts {
  readonly waiting: number;
  readonly indexed: number;
  /** Posts whose words the encoder knows too little of. */
  readonly notUnderstood: number;
  readonly givenUp: number;
}

const MAX_WAITING = 2_000;
const BATCH = 32;
const MAX_TRIES = 10;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

interface Waiting {
  readonly post: LoadedPost;
  /** Its words in the index so far, where it was edited. */
  readonly replaced: string | undefined;
  readonly tries: number;
}

export class Indexer {
  readonly #parts: IndexerParts;
  readonly #waiting = new Map<Id, Waiting>();
  readonly #timers = new Set<() => void>();
  readonly #counts = { indexed: 0, notUnderstood: 0, givenUp: 0 };
  #working = false;
  #stopped = false;

  constructor(parts: IndexerParts) {
    this.#parts = parts;
  }

  get counts(): IndexerCounts {
    return { waiting: this.#waiting.size, ...this.#counts };
  }

  /**
   * Indexes a post, or what it says now; `replaced`: what it said before its edit, and may be in the index as.
   * Friends-only posts are never indexed: all phones can read the index.
   */
  later(post: LoadedPost, replaced?: string): void {
    if (post.audience === 'public') this.#add({ post, replaced, tries: 0 });
  }

  /** Takes a deleted post out of the index. */
  async withdraw(post: LoadedPost): Promise<void> {
    this.#waiting.delete(post.id);
    if (post.audience === 'public') await this.#takeOut(post.id, wordsOf(post));
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** Takes the entry that a post has by some words out of the index, unless it still says that. */
  async #takeOut(post: Id, words: string): Promise<void> {
    try {
      const [vector] = await this.#parts.meaning.embed([words]);
      if (vector !== undefined) await this.#parts.meaning.withdraw(post, vector);
    } catch (error) {
      // Readers see how the post is now, and the index asks after its entries from time to time.
      if (!(error instanceof Problem)) throw error;
    }
  }

  #add(waiting: Waiting): void {
    if (this.#stopped) return;
    if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(waiting.post.id)) {
      this.#counts.givenUp += 1;
      return;
    }
    // Edited again before it was indexed: what is to be taken out is what was in.
    const replaced = this.#waiting.get(waiting.post.id)?.replaced ?? waiting.replaced;
    this.#waiting.set(waiting.post.id, { ...waiting, replaced });
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#waiting.size > 0 && !this.#stopped) {
        const batch = [...this.#waiting.values()].slice(0, BATCH);
        for (const { post } of batch) this.#waiting.delete(post.id);
        await this.#index(batch);
      }
    } catch (error) {
      this.#parts.crashed(error);
    } finally {
      this.#working = false;
    }
  }

  async #index(batch: readonly Waiting[]): Promise<void> {
    try {
      const vectors = await this.#parts.meaning.embed(batch.map(({ post }) => wordsOf(post)));
      const understood = batch.filter((_, i) => vectors[i] !== undefined);
      this.#counts.notUnderstood += batch.length - understood.length;
      const known = vectors.filter((vector) => vector !== undefined);
      const posts = understood.map(
        ({ post }, i): IndexedPost => ({
          ...{ id: post.id, author: post.author, createdAt: post.createdAt, vector: known[i]! },
          revision: post.revision?.seq ?? 0,
        }),
      );
      const outcomes = await this.#parts.meaning.publish(posts);
      for (const [i, waiting] of understood.entries()) {
        if (outcomes[i] === 'unavailable') this.#again(waiting);
        else if (outcomes[i] === 'stored') this.#counts.indexed += 1;
        else this.#counts.givenUp += 1;
      }
      for (const { post, replaced } of batch) {
        if (replaced !== undefined && replaced !== wordsOf(post)) await this.#takeOut(post.id, replaced);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      for (const waiting of batch) this.#again(waiting);
    }
  }

  #again({ post, replaced, tries }: Waiting): void {
    if (this.#stopped || tries + 1 >= MAX_TRIES) {
      this.#counts.givenUp += 1;
      return;
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) * (0.75 + this.#parts.random() / 2);
    const cancel = this.#parts.after(pauseMs, () => {
      this.#timers.delete(cancel);
      this.#add({ post, replaced, tries: tries + 1 });
    });
    this.#timers.add(cancel);
  }
}
