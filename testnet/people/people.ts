/** Puts people on a fresh ring, lets them befriend each other, write, reply and react, all as the seed has it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { writeFileAtomically } from '../../services/shared/runtime/atomic-file.ts';
import { inParallel } from '../in-parallel.ts';
import { type CorpusPerson, type Plan, type PlannedPost, planOf, readCorpus } from './corpus.ts';
import { askWall } from './wall-request.ts';

export interface PopulateOptions {
  readonly seed: number;
  /** APIs of the phones: people are spread over them in turn. */
  readonly apis: readonly string[];
  readonly dataDir: string;
  readonly onProgress: (step: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A person of the testnet, as DATA/people.json has them: enough to log in as them. */
export interface TestnetPerson {
  readonly name: string;
  readonly id: string;
  /** The phone that keeps their keys. */
  readonly api: string;
  readonly passphrase: string;
  readonly recoveryPhrase: string;
}

interface SignedIn extends TestnetPerson {
  readonly token: string;
  /** Ids of what they have written already, by text: a start that was cut short is taken up again. */
  readonly written: ReadonlyMap<string, string>;
}

const AT_ONCE = 6;
const PEOPLE_FILE = 'people.json';

export async function populate(options: PopulateOptions): Promise<void> {
  const plan = planOf(await readCorpus(), options.seed);
  const people = await signUp(plan, options);
  await writeFileAtomically(join(options.dataDir, PEOPLE_FILE), `${JSON.stringify(people.map(publicPart), null, 2)}\n`);
  await befriend(plan, people, options);
  let posts = 0;
  await inParallel(plan.posts, AT_ONCE, async (post) => {
    options.onProgress(`posts: ${posts} of ${plan.posts.length}`);
    await publish(post, people, options);
    posts++;
  });
}

/** The people of a testnet; none when it was started without. */
export async function readPeople(dataDir: string): Promise<readonly TestnetPerson[]> {
  try {
    return JSON.parse(await readFile(join(dataDir, PEOPLE_FILE), 'utf8')) as TestnetPerson[];
  } catch {
    return [];
  }
}

async function signUp(plan: Plan, options: PopulateOptions): Promise<readonly SignedIn[]> {
  const people: SignedIn[] = [];
  await inParallel([...plan.people.entries()], AT_ONCE, async ([index, person]) => {
    options.onProgress(`people: ${people.filter(Boolean).length} of ${plan.people.length}`);
    people[index] = await signUpOne(person, options.apis[index % options.apis.length]!, options);
  });
  return people;
}

async function signUpOne(person: CorpusPerson, api: string, options: PopulateOptions): Promise<SignedIn> {
  const { signal } = options;
  const { name, bio } = person;
  const passphrase = `the passphrase of ${name}`;
  const recoveryPhrase = phraseOf(name, options.seed);
  const { person: made, session } = await askWall<{ person: { id: string }; session: { token: string } }>(
    `${api}/v1/identity`,
    { body: { name, passphrase, recoveryPhrase }, signal },
  );
  const { token } = session;
  await askWall(`${api}/v1/profile`, { method: 'PUT', token, body: { name, bio }, signal });
  const wall = await askWall<{ items: { id: string; text: string }[] }>(`${api}/v1/people/${made.id}/wall?limit=100`, {
    signal,
  });
  const written = new Map(wall.items.map((post) => [post.text, post.id]));
  return { name, id: made.id, api, passphrase, recoveryPhrase, token, written };
}

/** The same seed gives the same person. Anybody can work it out: these people have no secrets. */
function phraseOf(name: string, seed: number): string {
  const digest = createHash('sha256').update(`ringwall testnet ${seed} ${name}`).digest();
  return entropyToMnemonic(digest.subarray(0, 16), wordlist);
}

async function befriend(plan: Plan, people: readonly SignedIn[], options: PopulateOptions): Promise<void> {
  const { signal } = options;
  let done = 0;
  await inParallel(plan.friendships, AT_ONCE, async ([a, b]) => {
    options.onProgress(`friendships: ${done} of ${plan.friendships.length}`);
    for (const [one, other] of [
      [people[a]!, people[b]!],
      [people[b]!, people[a]!],
    ] as const) {
      await askWall(`${one.api}/v1/friends/${other.id}`, { method: 'PUT', token: one.token, signal });
    }
    done++;
  });
}

async function publish(post: PlannedPost, people: readonly SignedIn[], options: PopulateOptions): Promise<void> {
  const { signal } = options;
  const id = await write(people[post.author]!, { text: post.text }, options);
  for (const reply of post.replies) await write(people[reply.author]!, { text: reply.text, inReplyTo: id }, options);
  for (const { author, kind } of post.reactions) {
    const { api, token } = people[author]!;
    await askWall(`${api}/v1/posts/${id}/reactions/${kind}`, { method: 'PUT', token, signal });
  }
}

async function write(
  person: SignedIn,
  content: { readonly text: string; readonly inReplyTo?: string },
  { signal }: PopulateOptions,
): Promise<string> {
  const before = person.written.get(content.text);
  if (before !== undefined) return before;
  const { api, token } = person;
  const body = { ...content, audience: 'public' };
  const post = await askWall<{ id: string }>(`${api}/v1/posts`, { token, body, signal });
  return post.id;
}

function publicPart({ name, id, api, passphrase, recoveryPhrase }: SignedIn): TestnetPerson {
  return { name, id, api, passphrase, recoveryPhrase };
}
