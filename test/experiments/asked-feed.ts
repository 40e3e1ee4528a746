/** Questions to a simulated network of phones, and how well searches answer them. */
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { toUnitLength } from '../../services/shared/core/vector.ts';
import type { FeedWorld } from './feed-world.ts';
import { ascending, mean, percentile } from './statistics.ts';

/** A question is the mean of so many posts that lie together, as an interest is. */
export const MEANT = 5;

export interface Outcome {
  /** Of the truly nearest posts, the part that was found; the mean over all questions. */
  readonly recall: number;
  /** Of the worst tenth of the questions, the best. */
  readonly worstDecile: number;
  readonly contacted: number;
  readonly mostContacted: number;
  readonly routed: number;
  readonly milliseconds: number;
}

export class AskedFeed {
  readonly #world: FeedWorld;
  readonly #limit: number;
  readonly #questions: readonly Float32Array[];
  readonly #truths: readonly ReadonlySet<Id>[];

  /** `limit`: how many of the nearest posts are wanted of each of `count` questions. */
  constructor(world: FeedWorld, limit: number, count: number, random: SeededRandom) {
    this.#world = world;
    this.#limit = limit;
    this.#questions = Array.from({ length: count }, () => questionOf(world, random));
    this.#truths = this.#questions.map((vector) => new Set(world.nearest(vector, limit)));
  }

  /** Asks all questions through random phones, with so many phones a question at most. */
  search(budget: number): Outcome {
    const answers = this.#world.search(this.#questions, this.#limit, budget);
    const recalls = answers.map(({ hits }, i) => {
      const truth = this.#truths[i]!;
      return hits.filter(({ post }) => truth.has(post)).length / truth.size;
    });
    const contacts = answers.map(({ contacted }) => contacted.length);
    return {
      recall: mean(recalls),
      worstDecile: percentile(ascending(recalls), 0.1),
      contacted: mean(contacts),
      mostContacted: Math.max(...contacts),
      routed: mean(answers.map(({ routed }) => routed)),
      milliseconds: percentile(ascending(answers.map(({ milliseconds }) => milliseconds)), 0.5),
    };
  }
}

/** The mean of a random post and those nearest to it, of length 1. */
function questionOf(world: FeedWorld, random: SeededRandom): Float32Array {
  const near = world.nearest(random.pick(world.entries).vector, MEANT);
  const vectors = near.map((post) => world.textOf.get(post)!.vector);
  const sum = vectors[0]!.map((_, i) => vectors.reduce((total, vector) => total + vector[i]!, 0));
  return toUnitLength(sum);
}

/** The columns of a table of outcomes behind its first, and a row of it. */
export const OUTCOME_COLUMNS = [
  'recall@10',
  'worst decile',
  'phones contacted, mean',
  'most',
  'hops of routing',
  'ms, median',
] as const;

export function rowOf({ recall, worstDecile, contacted, mostContacted, routed, milliseconds }: Outcome): string[] {
  return [
    recall.toFixed(3),
    worstDecile.toFixed(2),
    contacted.toFixed(1),
    String(mostContacted),
    routed.toFixed(1),
    milliseconds.toFixed(0),
  ];
}
