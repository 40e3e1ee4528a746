/** Gathers the signs of a person's interests from the ring: their wall, their reactions, their friends, their steering. */
import { type Id, parseId } from '../../../shared/core/id.ts';
import { placeOfName } from '../../../shared/core/record.ts';
import type { Friends } from '../friends/friends.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { PrivateState, PrivateStates } from '../identity/private-state.ts';
import type { Meaning, MeaningVector } from '../meaning/meaning.ts';
import type { PostMemory, RememberedPost } from '../meaning/post-memory.ts';
import { wordsOf } from '../posts/post-format.ts';
import type { PostReader } from '../posts/posts.ts';
import type { Ring } from '../ring/ring-client.ts';
import { OWN_REACTIONS, WALL } from '../ring/ring-names.ts';
import { readTimeline, type SetName } from '../ring/timeline.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { type Interest, interestsOf, type Sign, type SignKind } from './interests.ts';
import { labelOf } from './label.ts';
import { topicNamed } from './topics.ts';

export interface InterestReaderParts {
  readonly ring: Ring;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly meaning: Meaning;
  readonly memory: PostMemory;
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
const EMBED_A_TIME = 64;
/** For so long nobody looks whether others have edited or deleted what one reacted to, in ms. */
const REMEMBERED_MS = 6 * 3_600_000;
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
  /** Of the topics' phrases. */
  readonly #topicVectors = new Map<string, MeaningVector | undefined>();
  /** Posts that were changed so far. */
  #changes = 0;
  readonly #readings = new Map<Id, { readonly at: number; readonly reading: Promise<InterestReading> }>();

  constructor(parts: InterestReaderParts) {
    this.#parts = parts;
  }

  /** The person did something that tells of their interests, or has changed a post: the next reading is made anew. */
  changed(person: Id, post?: Id): void {
    this.#readings.delete(person);
    if (post === undefined) return;
    this.#changes += 1;
    this.#parts.memory.forget(post);
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
    const { meaning, memory, now } = this.#parts;
    const at = now();
    const model = await meaning.model();
    const ids = sources.map(({ post }) => post);
    const known = memory.find(model, ids, at - REMEMBERED_MS);
    const changesBefore = this.#changes;
    const read = await this.#read(
      ids.filter((id) => !known.has(id)),
      me,
    );
    // What was read may be what one has just changed.
    if (this.#changes === changesBefore) {
      memory.keep(
        model,
        read.filter(({ isPublic }) => isPublic),
        at,
      );
    }
    const all = new Map<Id, RememberedPost>([...known, ...read.map((post) => [post.id, post] as const)]);
    return sources.flatMap(({ kind, post, at: madeAt }): Sign[] => {
      const { label, vector } = all.get(post) ?? {};
      return label === undefined || vector === undefined ? [] : [{ kind, about: post, label, vector, at: madeAt }];
    });
  }

  /** Posts that are there to read, with what they mean. */
  async #read(ids: readonly Id[], me: UnlockedPerson): Promise<(RememberedPost & { readonly isPublic: boolean })[]> {
    const readings = await this.#parts.posts.readMany(ids, me);
    const posts = readings.flatMap((reading) => (reading.state === 'present' ? [reading.post] : []));
    const vectors = await this.#embed(posts.map(wordsOf));
    return posts.map((post, i) => {
      const { id, audience } = post;
      return { id, label: labelOf(wordsOf(post)), vector: vectors[i], isPublic: audience === 'public' };
    });
  }

  async #topicSigns({ topics }: PrivateState): Promise<Sign[]> {
    const chosen = [...topics].flatMap(([name, at]) => {
      const topic = topicNamed(name);
      return topic === undefined ? [] : [{ topic, at }];
    });
    const phrases = chosen.map(({ topic }) => topic.phrase).filter((phrase) => !this.#topicVectors.has(phrase));
    for (const [i, vector] of (await this.#embed(phrases)).entries()) this.#topicVectors.set(phrases[i]!, vector);
    return chosen.flatMap(({ topic: { name, phrase }, at }): Sign[] => {
      const vector = this.#topicVectors.get(phrase);
      return vector === undefined ? [] : [{ kind: 'topic', about: `topic/${name}`, label: name, vector, at }];
    });
  }

  async #embed(texts: readonly string[]): Promise<(MeaningVector | undefined)[]> {
    const vectors: (MeaningVector | undefined)[] = [];
    for (let from = 0; from < texts.length; from += EMBED_A_TIME) {
      vectors.push(...(await this.#parts.meaning.embed(texts.slice(from, from + EMBED_A_TIME))));
    }
    return vectors;
  }

  #setOf(person: Id, name: string): SetName {
    return { place: placeOfName(person, name, this.#parts.crypto), name };
  }
}

/** Of several signs about one post the first counts: what the person said themselves comes before what follows from it. */
function distinct(sources: readonly Source[]): Source[] {
  return [...new Map(sources.toReversed().map((source) => [source.post, source])).values()].toReversed();
}
