/** Gathers the signs of a person's interests from the ring: their wall, their reactions, their friends, their steering. */
import { type Id, parseId } from '../../shared/core/id.ts';
import { placeOfName } from '../../shared/core/record.ts';
import type { Friends } from './friends.ts';
import { type Interest, interestsOf, type Sign, type SignKind } from './interests.ts';
import type { Meaning, MeaningVector } from './meaning.ts';
import type { UnlockedPerson } from './person.ts';
import type { LoadedPost, PostReader } from './posts.ts';
import type { PrivateState, PrivateStates } from './private-state.ts';
import type { Ring } from './ring-client.ts';
import { OWN_REACTIONS, WALL } from './ring-names.ts';
import { readTimeline, type SetName } from './timeline.ts';
import { topicNamed } from './topics.ts';
import type { WallCrypto } from './wall-crypto.ts';

export interface InterestReaderParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly meaning: Meaning;
  readonly posts: PostReader;
  readonly friends: Friends;
  readonly states: PrivateStates;
}

export interface InterestReading {
  readonly interests: readonly Interest[];
  readonly signs: readonly Sign[];
  readonly friends: ReadonlySet<Id>;
  readonly state: PrivateState;
  /** False: something that tells of interests could not be read. */
  readonly complete: boolean;
}

/** Newest of each that are read. */
const OWN_POSTS = 40;
const REACTIONS = 60;
const FRIENDS_POSTS = 24;
/** Friends whose walls are looked at. */
const MAX_FRIENDS = 32;
/** Vectors of texts remembered; each takes 2 KB. */
const MAX_VECTORS = 2_000;
const EMBED_A_TIME = 64;
/** Readings remembered, and for how long, in ms: a feed is read page by page. */
const MAX_READINGS = 64;
const FRESH_MS = 60_000;

interface Source {
  readonly kind: SignKind;
  readonly post: Id;
  readonly at: number;
}

export class InterestReader {
  readonly #parts: InterestReaderParts;
  readonly #vectors = new Map<string, MeaningVector | undefined>();
  readonly #readings = new Map<Id, { readonly at: number; readonly reading: Promise<InterestReading> }>();

  constructor(parts: InterestReaderParts) {
    this.#parts = parts;
  }

  /** The person did something that tells of their interests: the next reading is made anew. */
  changed(person: Id): void {
    this.#readings.delete(person);
  }

  async read(me: UnlockedPerson): Promise<InterestReading> {
    const at = this.#parts.now();
    const known = this.#readings.get(me.person);
    if (known !== undefined && at - known.at < FRESH_MS) return await known.reading;
    const made = { at, reading: this.#gather(me, at) };
    this.#readings.delete(me.person);
    if (this.#readings.size >= MAX_READINGS) this.#readings.delete(this.#readings.keys().next().value!);
    this.#readings.set(me.person, made);
    let isComplete = false;
    try {
      const reading = await made.reading;
      isComplete = reading.complete;
      return reading;
    } finally {
      if (!isComplete && this.#readings.get(me.person) === made) this.#readings.delete(me.person);
    }
  }

  async #gather(me: UnlockedPerson, now: number): Promise<InterestReading> {
    const { friends, states } = this.#parts;
    const [own, reacted, ties, state] = await Promise.all([
      this.#postsIn([this.#setOf(me.person, WALL)], 'own', OWN_POSTS),
      this.#reactions(me),
      friends.friendsOf(me.person),
      states.read(me),
    ]);
    const walls = ties.people.slice(0, MAX_FRIENDS).map((person) => this.#setOf(person, WALL));
    const theirs = await this.#postsIn(walls, 'friend', FRIENDS_POSTS);
    const steers = [...state.steers].map(
      ([post, { liked, at }]): Source => ({ kind: liked ? 'more' : 'less', post, at }),
    );
    const sources = distinct([...steers, ...own.sources, ...reacted.sources, ...theirs.sources]);
    const posts = await this.#signsOf(sources, me);
    const signs = [...posts, ...(await this.#topicSigns(state))];
    const complete = own.complete && reacted.complete && theirs.complete && ties.complete;
    return { interests: interestsOf(signs, state.weights, now), signs, friends: new Set(ties.people), state, complete };
  }

  async #postsIn(sets: readonly SetName[], kind: SignKind, limit: number) {
    if (sets.length === 0) return { sources: [], complete: true };
    const { records, complete } = await readTimeline(this.#parts.ring, sets, undefined, limit);
    const sources = records.flatMap(({ slot, deleted, createdAt }): Source[] => {
      const post = parseId(slot);
      return deleted || post === undefined ? [] : [{ kind, post, at: createdAt }];
    });
    return { sources, complete };
  }

  async #reactions(me: UnlockedPerson) {
    const set = this.#setOf(me.person, OWN_REACTIONS);
    const { records, complete } = await readTimeline(this.#parts.ring, [set], undefined, REACTIONS);
    const sources = records.flatMap(({ slot, deleted, createdAt }): Source[] => {
      const post = parseId(slot.slice(slot.indexOf('/') + 1));
      return deleted || post === undefined ? [] : [{ kind: 'reacted', post, at: createdAt }];
    });
    return { sources, complete };
  }

  async #signsOf(sources: readonly Source[], me: UnlockedPerson): Promise<Sign[]> {
    const readings = await this.#parts.posts.readMany(
      sources.map(({ post }) => post),
      me,
    );
    const present = sources.flatMap((source, i) => {
      const reading = readings[i]!;
      return reading.state === 'present' ? [{ source, post: reading.post }] : [];
    });
    const vectors = await this.vectorsOf(present.map(({ post }) => post.text));
    return present.flatMap(({ source, post }, i): Sign[] => {
      const vector = vectors[i];
      return vector === undefined ? [] : [signOf(source, post, vector)];
    });
  }

  async #topicSigns({ topics }: PrivateState): Promise<Sign[]> {
    const chosen = [...topics].flatMap(([name, at]) => {
      const topic = topicNamed(name);
      return topic === undefined ? [] : [{ topic, at }];
    });
    const vectors = await this.vectorsOf(chosen.map(({ topic }) => topic.phrase));
    return chosen.flatMap(({ topic, at }, i): Sign[] => {
      const vector = vectors[i];
      if (vector === undefined) return [];
      return [{ kind: 'topic', about: `topic/${topic.name}`, text: topic.name, vector, at }];
    });
  }

  /** Vectors of texts, those known already not computed again. */
  async vectorsOf(texts: readonly string[]): Promise<(MeaningVector | undefined)[]> {
    const missing = [...new Set(texts.filter((text) => !this.#vectors.has(text)))];
    const fresh = new Map<string, MeaningVector | undefined>();
    for (let at = 0; at < missing.length; at += EMBED_A_TIME) {
      const page = missing.slice(at, at + EMBED_A_TIME);
      const vectors = await this.#parts.meaning.embed(page);
      for (const [i, text] of page.entries()) fresh.set(text, vectors[i]);
    }
    const found = texts.map((text) => (fresh.has(text) ? fresh.get(text) : this.#vectors.get(text)));
    for (const [text, vector] of fresh) this.#vectors.set(text, vector);
    while (this.#vectors.size > MAX_VECTORS) this.#vectors.delete(this.#vectors.keys().next().value!);
    return found;
  }

  #setOf(person: Id, name: string): SetName {
    return { place: placeOfName(person, name, this.#parts.crypto), name };
  }
}

function signOf({ kind, at }: Source, { id, text }: LoadedPost, vector: MeaningVector): Sign {
  return { kind, about: id, text, vector, at };
}

/** Of several signs about one post the first counts: what the person said themselves comes before what follows from it. */
function distinct(sources: readonly Source[]): Source[] {
  return [...new Map(sources.toReversed().map((source) => [source.post, source])).values()].toReversed();
}
