/** A simulated network of phones that keep the entries of real texts, whatever it was made by, and what is measured of it. */
import type { Entry } from '../../services/can-index/core/entries/entry.ts';
import type { EntryKeeper } from '../../services/can-index/core/entries/keeper.ts';
import { questionOf } from '../../services/can-index/core/search/question.ts';
import type { QuestionAnswer, SearchAnswer } from '../../services/can-index/core/search/search.ts';
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { dot } from '../../services/shared/core/vector.ts';
import { EPOCH_MS } from '../sim/engine/engine.ts';
import type { Machine, SimNode } from '../sim/engine/machine.ts';
import type { Population } from '../sim/engine/population.ts';
import type { EmbeddedText } from './embedded-texts.ts';
import { randomId } from './population.ts';

export type KeepingPhone = Machine<SimNode & { readonly entries: EntryKeeper }>;

/** An owner that has only just come to its zone refuses; the post is published again, after so long, in virtual ms. */
const MOST_TRIES = 20;
const TRY_AGAIN_MS = 500;
const SEARCH_MS = 60_000;

export class FeedWorld {
  readonly phones: Population<KeepingPhone>;
  readonly entries: readonly Entry[];
  readonly textOf: ReadonlyMap<Id, EmbeddedText>;

  constructor(phones: Population<KeepingPhone>, entries: readonly Entry[], texts: readonly EmbeddedText[]) {
    this.phones = phones;
    this.entries = entries;
    this.textOf = new Map(entries.map(({ post }, i) => [post, texts[i]!]));
  }

  /** Publishes an entry through a random phone. */
  publish(entry: Entry, tries = MOST_TRIES): void {
    if (tries === 0) throw new Error('a post was refused again and again');
    const phone = this.phones.random.pick(this.phones.living());
    phone.run(phone.node.entries.publish(entry), (verdict) => {
      if (verdict !== 'stored' && verdict !== 'flooded')
        this.phones.engine.after(TRY_AGAIN_MS, () => this.publish(entry, tries - 1));
    });
  }

  /** Searches of random phones for one vector each, all at the same time, until the last is answered. */
  search(vectors: readonly Float32Array[], limit: number, budget: number): (SearchAnswer & QuestionAnswer)[] {
    const answers = this.searchTogether(
      vectors.map((vector) => [vector]),
      limit,
      budget,
    );
    return answers.map((answer) => ({ ...answer, ...answer.answers[0]! }));
  }

  /** … for several vectors each. `budget`: phones that one search may contact. */
  searchTogether(searches: readonly (readonly Float32Array[])[], limit: number, budget: number): SearchAnswer[] {
    const answers: SearchAnswer[] = [];
    let answered = 0;
    const living = this.phones.living();
    for (const [i, vectors] of searches.entries()) {
      const phone = this.phones.random.pick(living);
      const questions = vectors.map((vector) => questionOf(vector)!);
      const request = { questions, limit, sinceMs: 0, withPlaces: false, budget };
      phone.run(phone.node.entries.search(request), (answer) => {
        answers[i] = answer;
        answered += 1;
      });
    }
    this.phones.runUntil(() => answered === searches.length, SEARCH_MS, 'answers to all searches');
    return answers;
  }

  /** The posts that are nearest by all dimensions, the nearest first, by looking at every one. */
  nearest(vector: Float32Array, limit: number): Id[] {
    const nearest: { readonly post: Id; readonly similarity: number }[] = [];
    for (const { post, vector: other } of this.entries) {
      const similarity = dot(vector, other);
      if (nearest.length >= limit && similarity <= nearest.at(-1)!.similarity) continue;
      const at = nearest.findIndex((near) => near.similarity < similarity);
      nearest.splice(at < 0 ? nearest.length : at, 0, { post, similarity });
      if (nearest.length > limit) nearest.pop();
    }
    return nearest.map(({ post }) => post);
  }

  /** Entries kept, a living phone each. */
  loads(): number[] {
    return this.phones.living().map(({ node }) => node.entries.store.size);
  }

  /** Phones that keep each post. */
  copies(): number[] {
    const counts = new Map(this.entries.map(({ post }) => [post, 0]));
    for (const { node } of this.phones.living()) {
      for (const { entry } of node.entries.store.all()) counts.set(entry.post, counts.get(entry.post)! + 1);
    }
    return [...counts.values()];
  }

  /** Kills a part of the phones at once, silently. */
  kill(part: number): void {
    const living = this.phones.random.shuffle(this.phones.living());
    for (const phone of living.slice(0, Math.round(part * living.length))) phone.kill('machine');
  }
}

/** Entries of posts that say the texts, by as many authors. */
export function entriesOf(texts: readonly EmbeddedText[], random: SeededRandom): Entry[] {
  return texts.map(({ vector }) => {
    const [post, author] = [randomId(random), randomId(random)];
    return { post, author, createdAtMs: EPOCH_MS, revision: 0, vector };
  });
}
