/** A CAN of phones that keep entries: a small space of meaning, posts about a few topics, and a ring that knows them. */
import type { Entry, MeaningSpace } from '../../../services/can-index/core/entries/entry.ts';
import { EntryKeeper } from '../../../services/can-index/core/entries/keeper.ts';
import { projectedSpace } from '../../../services/can-index/core/entries/projected-space.ts';
import type { Testimony, WitnessOperation } from '../../../services/can-index/core/entries/witness.ts';
import { questionOf } from '../../../services/can-index/core/search/question.ts';
import type { QuestionAnswer, SearchAnswer } from '../../../services/can-index/core/search/search.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import type { Projection } from '../../../services/shared/core/projection.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { dot } from '../../../services/shared/core/vector.ts';
import type { SimDisk } from '../engine/machine.ts';
import type { CanPhone } from './can-phone.ts';
import { CanWorld, type CanWorldOptions } from './can-world.ts';

const DIMENSIONS = 24;
const AXES = 4;
const TOPICS = 12;

export type EntryPhone = CanPhone<EntryKeeper>;
export interface EntryWorldOptions extends Omit<CanWorldOptions<EntryKeeper>, 'keepEntries' | 'diskFor' | 'settings'> {
  /** Of the torus; 4 when not told. */
  readonly axes?: number;
}

/** The torus has the first axes of the space, parted evenly; sketches have all of them. */
function spaceOf(axes: number): MeaningSpace {
  const projection: Projection = {
    axes: Array.from({ length: DIMENSIONS }, (_, axis) =>
      Float32Array.from({ length: DIMENSIONS }, (_, i) => (i === axis ? 1 : 0)),
    ),
    quantiles: Array.from({ length: axes }, () => Float32Array.of(-0.3, -0.15, 0, 0.15, 0.3)),
  };
  return projectedSpace(projection);
}
export const SPACE = spaceOf(AXES);

export class EntryWorld {
  readonly can: CanWorld<EntryKeeper>;
  readonly space: MeaningSpace;
  /** What the ring knows: every post that was made and not deleted. */
  readonly posts = new Map<Id, Entry>();
  readonly deleted = new Set<Id>();
  readonly #random: SeededRandom;
  readonly #topics: readonly Float32Array[];

  constructor({ axes = AXES, ...options }: EntryWorldOptions) {
    this.space = axes === AXES ? SPACE : spaceOf(axes);
    this.#random = new SeededRandom(options.seed);
    this.#topics = Array.from({ length: TOPICS }, () => this.#direction());
    this.can = new CanWorld({
      ...options,
      settings: { axes },
      keepEntries: (view) => new EntryKeeper(view, this.space),
      diskFor: () => this.#ring(),
    });
  }

  /** A post near a topic; the ring has it. */
  makePost(topic = this.#random.below(TOPICS), author = this.#id()): Entry {
    const vector = this.makeVector(topic);
    const entry: Entry = {
      post: this.#id(),
      author,
      createdAtMs: Math.floor(this.can.engine.nowMs),
      revision: 0,
      vector,
    };
    this.posts.set(entry.post, entry);
    return entry;
  }

  /** What somebody may ask about a topic. */
  makeVector(topic: number): Float32Array {
    return this.near(this.#topics[topic]!);
  }

  /** Makes posts and puts them into the index through random phones. */
  publish(count: number): Entry[] {
    return Array.from({ length: count }, () => {
      const entry = this.makePost();
      const verdict = this.index(entry);
      if (verdict !== 'stored') throw new Error(`a post was not taken: ${verdict}`);
      return entry;
    });
  }

  /** Puts a post into the index through a random phone, as phones also do with what they find on the ring. */
  index(entry: Entry): string {
    const phone = this.somebody();
    return this.can.complete(phone, phone.node.entries.publish(entry));
  }

  somebody(): EntryPhone {
    return this.can.random.pick(this.can.living());
  }

  /** A vector of length 1 that lies near another one. */
  near(centre: Float32Array, spread = 0.12): Float32Array {
    return unit(centre.map((value) => value + spread * this.#normal()));
  }

  /** The search of a phone for the posts nearest to one vector. */
  search(phone: EntryPhone, vector: Float32Array, limit = 10, budget = 40): SearchAnswer & QuestionAnswer {
    const answer = this.searchAll(phone, [vector], limit, budget);
    return { ...answer, ...answer.answers[0]! };
  }

  /** … to several vectors at once. */
  searchAll(phone: EntryPhone, vectors: readonly Float32Array[], limit: number, budget: number): SearchAnswer {
    const questions = vectors.map((vector) => questionOf(vector)!);
    const request = { questions, limit, sinceMs: 0, withPlaces: false, budget };
    return this.can.complete(phone, phone.node.entries.search(request));
  }

  /** The posts that are truly nearest. */
  nearest(vector: Float32Array, limit = 10): Id[] {
    const scored = [...this.posts.values()].map((entry) => ({
      post: entry.post,
      similarity: dot(vector, entry.vector),
    }));
    return scored
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
      .map(({ post }) => post);
  }

  /** The posts nearest in the space of the projection, by brute force. */
  nearestExactly(vector: Float32Array, limit = 10): { readonly post: Id; readonly distance: number }[] {
    const from = this.space.coordinatesOf(vector);
    const distanceTo = (other: Float32Array): number =>
      Math.hypot(...this.space.coordinatesOf(other).map((x, axis) => x - from[axis]!));
    return [...this.posts.values()]
      .map(({ post, vector: other }) => ({ post, distance: distanceTo(other) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, limit);
  }

  /** The mean part of the true nearest posts that searches of random phones find. */
  recall(searches: number): number {
    let found = 0;
    let wanted = 0;
    for (let i = 0; i < searches; i++) {
      const vector = this.near(this.can.random.pick([...this.posts.values()]).vector, 0.05);
      const hits = new Set(this.search(this.somebody(), vector).hits.map(({ post }) => post));
      const truth = this.nearest(vector);
      wanted += truth.length;
      found += truth.filter((post) => hits.has(post)).length;
    }
    return found / wanted;
  }

  /** How many living phones keep each post. */
  copies(post: Id): number {
    return this.can.living().filter(({ node }) => node.entries.store.get(post) !== undefined).length;
  }

  /** The ring behind a phone: what it says of a post. */
  #ring(): SimDisk {
    return {
      perform: (operation, done) => done(this.#testify(operation as WitnessOperation)),
      crash: () => {},
    };
  }

  #testify(operation: WitnessOperation): Testimony {
    const post = operation.type === 'witness-entry' ? operation.entry.post : operation.post;
    if (this.deleted.has(post)) return 'deleted';
    const truth = this.posts.get(post);
    if (truth === undefined) return 'unknown';
    if (operation.type === 'witness-version') return truth.revision > operation.revision ? 'stale' : 'true';
    if (dot(truth.vector, operation.entry.vector) > 0.999) return 'true';
    return operation.entry.revision < truth.revision ? 'stale' : 'forged';
  }

  #direction(): Float32Array {
    return unit(Float32Array.from({ length: DIMENSIONS }, () => this.#normal()));
  }

  #normal(): number {
    const [a, b] = [1 - this.#random.next(), this.#random.next()];
    return Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
  }

  #id(): Id {
    const digits = (): string =>
      this.#random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return (digits() + digits() + digits() + digits()) as Id;
  }
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}
