/** A simulated CAN of real texts: phones join while posts are published through them, by the product's own protocol. */
import { dot, type Entry, type MeaningSpace } from '../../services/can-index/core/entries/entry.ts';
import { EntryKeeper } from '../../services/can-index/core/entries/keeper.ts';
import { projectedSpace } from '../../services/can-index/core/entries/projected-space.ts';
import type { SearchAnswer } from '../../services/can-index/core/search/search.ts';
import { openProjection } from '../../services/embedder/open.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { CanPhone } from '../sim/can-phone.ts';
import { CanWorld } from '../sim/can-world.ts';
import type { EmbeddedText } from './embedded-texts.ts';
import type { RunOptions } from './experiment.ts';
import { randomId } from './population.ts';

export type FeedPhone = CanPhone<EntryKeeper>;

/** Between two phones that join, in virtual ms. */
const JOIN_MS = 500;
/** Rounds of custody that pass before anything is measured, in virtual ms. */
const SETTLE_MS = 30_000;
/** An owner that has only just come to its zone refuses; the post is published again. */
const MOST_TRIES = 20;
const SEARCH_MS = 30_000;

export class FeedWorld {
  readonly can: CanWorld<EntryKeeper>;
  readonly entries: readonly Entry[];
  readonly textOf: ReadonlyMap<Id, EmbeddedText>;

  private constructor(seed: number, space: MeaningSpace, texts: readonly EmbeddedText[]) {
    const random = new SeededRandom(seed);
    this.can = new CanWorld({
      seed,
      keepEntries: (view) => new EntryKeeper(view, space),
      // The ring bears every entry out: nobody lies here.
      diskFor: () => ({ perform: (_operation, done) => done('true'), crash: () => {} }),
    });
    const createdAtMs = Math.floor(this.can.engine.nowMs);
    this.entries = texts.map(({ vector }) => {
      const [post, author] = [randomId(random), randomId(random)];
      return { post, author, createdAtMs, revision: 0, vector };
    });
    this.textOf = new Map(this.entries.map(({ post }, i) => [post, texts[i]!]));
  }

  /** `phones` join one after the other, and each time as many posts are published as come to one phone. */
  static async grow(
    phones: number,
    texts: readonly EmbeddedText[],
    { seed, progress }: RunOptions,
  ): Promise<FeedWorld> {
    const world = new FeedWorld(seed, projectedSpace(await openProjection()), texts);
    for (let phone = 1; phone <= phones; phone++) {
      world.can.grow(1, JOIN_MS);
      const [from, to] = [phone - 1, phone].map((n) => Math.floor((n * texts.length) / phones));
      for (const entry of world.entries.slice(from, to)) world.#publish(entry, MOST_TRIES);
      if (phone % 16 === 0) progress(`${phone} phones, ${to} posts published`);
    }
    world.can.runFor(SETTLE_MS);
    return world;
  }

  #publish(entry: Entry, tries: number): void {
    if (tries === 0) throw new Error('a post was refused again and again');
    const phone = this.can.random.pick(this.can.living());
    phone.run(phone.node.entries.publish(entry), (verdict) => {
      if (verdict !== 'stored' && verdict !== 'flooded')
        this.can.engine.after(JOIN_MS, () => this.#publish(entry, tries - 1));
    });
  }

  /** Searches of random phones, all at the same time, until the last is answered. */
  search(vectors: readonly Float32Array[], limit: number, budget: number): SearchAnswer[] {
    const answers: SearchAnswer[] = [];
    let answered = 0;
    for (const [i, vector] of vectors.entries()) {
      const phone = this.can.random.pick(this.can.living());
      const question = { vector, limit, sinceMs: 0, withPlaces: false, budget };
      phone.run(phone.node.entries.search(question), (answer) => {
        answers[i] = answer;
        answered += 1;
      });
    }
    this.can.runUntil(() => answered === vectors.length, SEARCH_MS, 'answers to all searches');
    return answers;
  }

  /** The posts that are nearest by all dimensions, by looking at every one. */
  nearest(vector: Float32Array, limit: number): Id[] {
    const scored = this.entries.map(({ post, vector: other }) => ({ post, similarity: dot(vector, other) }));
    return scored
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
      .map(({ post }) => post);
  }

  /** Entries kept, a living phone each. */
  loads(): number[] {
    return this.can.living().map(({ node }) => node.entries.store.size);
  }

  /** Phones that keep each post. */
  copies(): number[] {
    const counts = new Map(this.entries.map(({ post }) => [post, 0]));
    for (const { node } of this.can.living()) {
      for (const { entry } of node.entries.store.all()) counts.set(entry.post, counts.get(entry.post)! + 1);
    }
    return [...counts.values()];
  }

  /** Kills a part of the phones at once, silently. */
  kill(part: number): void {
    const living = this.can.random.shuffle(this.can.living());
    for (const phone of living.slice(0, Math.round(part * living.length))) phone.kill('machine');
  }
}
