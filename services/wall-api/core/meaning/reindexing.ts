/**
 * Rebuilds the index of meanings from the ring: from time to time a phone reads one set of the newest posts, by chance, and
 * puts what is in it into the index again. Entries that all their phones lost come back so; those that are there cost a
 * message each.
 */

import { type Id, parseId } from '../../../shared/core/id.ts';
import { RECENT_DAYS } from '../feed/feed-recent.ts';
import { mapBounded, PARALLEL_READS } from '../parallel.ts';
import type { PostReader } from '../posts/posts.ts';
import { Problem } from '../problem.ts';
import type { After } from '../ring/outbox.ts';
import type { Ring } from '../ring/ring-client.ts';
import { dayOf, placeOfRecent, RECENT, RECENT_SHARDS } from '../ring/ring-names.ts';
import { readTimeline } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { Indexer } from './indexer.ts';

export interface ReindexingParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly posts: PostReader;
  readonly indexer: Indexer;
  readonly now: () => number;
  readonly random: () => number;
  readonly after: After;
  readonly crashed: (error: unknown) => void;
}

/** Mean pause between two sets, in ms: a network of 240 phones goes through thirty days in it. */
const PAUSE_MS = 600_000;
/** Posts of a set looked at in one go. */
const MAX_POSTS = 200;
/** Most looks go to the newest days, where most of what is searched for lies. */
const NEWEST_DAYS = 2;

export class Reindexing {
  readonly #parts: ReindexingParts;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(parts: ReindexingParts) {
    this.#parts = parts;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Reads one set and indexes its posts. */
  async round(): Promise<void> {
    const { ring, crypto, random, now, posts, indexer } = this.#parts;
    const days = random() < 0.5 ? NEWEST_DAYS : RECENT_DAYS;
    const day = dayOf(now()) - Math.floor(random() * days);
    const place = placeOfRecent(day, Math.floor(random() * RECENT_SHARDS), crypto);
    const { records } = await readTimeline(ring, [{ place, name: RECENT }], undefined, MAX_POSTS);
    const ids = records.flatMap(({ slot, deleted }): readonly Id[] => {
      const id = parseId(slot);
      return deleted || id === undefined ? [] : [id];
    });
    await mapBounded(ids, PARALLEL_READS / 4, async (id) => {
      const reading = await posts.read(id, undefined);
      if (reading.state === 'present') indexer.later(reading.post);
    });
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.after(PAUSE_MS * (0.5 + this.#parts.random()), () => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      await this.round();
    } catch (error) {
      if (!(error instanceof Problem)) this.#parts.crashed(error);
    }
    this.#schedule();
  }
}
