/** The invented people of a testnet and what they have to say: corpus/people.json and corpus/posts.json. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SeededRandom } from '../../services/shared/core/random.ts';

export interface CorpusPerson {
  readonly name: string;
  readonly bio: string;
  /** Topics of the posts they write. */
  readonly interests: readonly string[];
}

export interface CorpusPost {
  readonly topic: string;
  readonly text: string;
  /** Texts of replies to it. */
  readonly replies: readonly string[];
}

/** Who does what; people and posts by their place in the lists. */
export interface Plan {
  readonly people: readonly CorpusPerson[];
  readonly friendships: readonly (readonly [number, number])[];
  readonly posts: readonly PlannedPost[];
}

export interface PlannedPost {
  readonly author: number;
  readonly text: string;
  readonly replies: readonly { readonly author: number; readonly text: string }[];
  readonly reactions: readonly { readonly author: number; readonly kind: string }[];
}

const FOLDER = join(import.meta.dirname, '../corpus');
/** Friends for each person besides those who share an interest. */
const FURTHER_FRIENDS = 1;
const MOST_REACTIONS = 2;
const REACTION_KINDS = ['like', 'like', 'like', 'love', 'laugh', 'wow'];

export async function readCorpus(): Promise<{ people: CorpusPerson[]; posts: CorpusPost[] }> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(FOLDER, name), 'utf8'));
  const [people, posts] = await Promise.all([read('people.json'), read('posts.json')]);
  return { people: people as CorpusPerson[], posts: posts as CorpusPost[] };
}

/** The same seed gives the same plan. */
export function planOf(corpus: { people: readonly CorpusPerson[]; posts: readonly CorpusPost[] }, seed: number): Plan {
  const random = new SeededRandom(seed);
  const { people } = corpus;
  const friendships = planFriendships(people, random);
  const posts = random.shuffle(corpus.posts).map((post) => planPost(post, people, random));
  return { people, friendships, posts };
}

/** Those who share an interest know each other, and everybody knows somebody else. */
function planFriendships(people: readonly CorpusPerson[], random: SeededRandom): [number, number][] {
  const pairs = new Map<string, [number, number]>();
  const befriend = (a: number, b: number): void => {
    if (a !== b) pairs.set(`${Math.min(a, b)}-${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b)]);
  };
  for (const [a, person] of people.entries()) {
    for (const [b, other] of people.entries()) {
      if (person.interests.some((interest) => other.interests.includes(interest))) befriend(a, b);
    }
    for (let i = 0; i < FURTHER_FRIENDS; i++) befriend(a, random.below(people.length));
  }
  return [...pairs.values()];
}

function planPost(post: CorpusPost, people: readonly CorpusPerson[], random: SeededRandom): PlannedPost {
  const everybody = [...people.keys()];
  const interested = everybody.filter((person) => people[person]!.interests.includes(post.topic));
  const author = random.pick(interested.length > 0 ? interested : everybody);
  const others = everybody.filter((person) => person !== author);
  return {
    author,
    text: post.text,
    replies: post.replies.map((text) => ({ author: random.pick(others), text })),
    reactions: random
      .shuffle(others)
      .slice(0, random.below(MOST_REACTIONS + 1))
      .map((person) => ({ author: person, kind: random.pick(REACTION_KINDS) })),
  };
}
