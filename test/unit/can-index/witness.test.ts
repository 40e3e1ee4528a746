/** Whether an entry belongs to its post: held against what the ring has, with the vector computed again. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Witness } from '../../../services/can-index/adapters/witness.ts';
import type { Entry } from '../../../services/can-index/core/entries/entry.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { Author, crypto } from '../shared/author.ts';
import { MemoryRing } from '../wall-api/memory-ring.ts';

const BREAD = 'a recipe for bread with butter';
const BALL = 'the striker scored a goal';
const STARS = 'stars and planets in the night sky';

const author = new Author(1);
const said = (text: string): string => JSON.stringify({ text, audience: 'public' });
let ring: MemoryRing;
let witness: Witness;
let post: RingRecord;

async function put(record: RingRecord): Promise<void> {
  await ring.service.put({ records: [Buffer.from(record.bytes)] });
}

/** An entry of the post as somebody could make it. */
async function entry(text: string, change: Partial<Entry> = {}): Promise<Entry> {
  const { texts } = await ring.meaning.embedder.embed({ texts: [text] });
  const vector = Float32Array.from(texts[0]!.embedding!.vector);
  return { post: post.place, author: author.id, createdAtMs: post.createdAt, revision: 0, vector, ...change };
}

const testimonyOn = async (text: string, change: Partial<Entry> = {}): Promise<string> =>
  await witness.testify({ type: 'witness-entry', entry: await entry(text, change) });
const versionAfter = (revision: number): Promise<string> =>
  witness.testify({ type: 'witness-version', post: post.place, revision });

beforeEach(async () => {
  ring = new MemoryRing();
  witness = new Witness({ chord: ring.service, embedder: ring.meaning.embedder, crypto });
  post = author.post(said(BREAD));
  await put(post);
});

describe('a witness', () => {
  it('finds what the post says true, and anything else forged', async () => {
    expect(await testimonyOn(BREAD)).toBe('true');
    expect(await testimonyOn(BALL)).toBe('forged');
    expect(await testimonyOn(BREAD, { author: new Author(2).id })).toBe('forged');
    expect(await testimonyOn(BREAD, { createdAtMs: post.createdAt + 1 })).toBe('forged');
    expect(await versionAfter(0)).toBe('true');
  });

  it('finds what a post says true with what its pictures show, and without that forged', async () => {
    const shows = (text: string, ...descriptions: unknown[]): string =>
      JSON.stringify({ text, audience: 'public', media: descriptions.map((alt) => ({ alt })) });
    post = author.post(shows('', BREAD, null, 7));
    await put(post);
    expect(await testimonyOn(BREAD)).toBe('true');
    expect(await testimonyOn(BALL)).toBe('forged');
    post = author.post(shows(BALL, STARS), 2_000);
    await put(post);
    expect(await testimonyOn(`${BALL}\n${STARS}`)).toBe('true');
    expect(await testimonyOn(BALL)).toBe('forged');
  });

  it('finds what an edited post said before stale, and what it never said forged', async () => {
    await put(author.revision(post, 1, said(BALL)));
    await put(author.revision(post, 2, said(STARS)));
    expect(await testimonyOn(STARS, { revision: 2 })).toBe('true');
    for (const [text, revision] of [
      [BREAD, 0],
      [BALL, 1],
    ] as const) {
      expect(await testimonyOn(text, { revision })).toBe('stale');
      expect(await versionAfter(revision)).toBe('stale');
    }
    expect(await testimonyOn(BALL, { revision: 2 })).toBe('forged');
    expect(await versionAfter(2)).toBe('true');
  });

  it('knows that a post was deleted', async () => {
    await put(author.revision(post, 1, '', true));
    expect(await testimonyOn(BREAD)).toBe('deleted');
    expect(await versionAfter(0)).toBe('deleted');
  });

  it('finds an entry of what is no public post forged', async () => {
    post = author.post('\u0001sealed', 2_000);
    await put(post);
    expect(await testimonyOn(BREAD)).toBe('forged');
  });

  it('accuses nobody when the post or the encoder is out of reach', async () => {
    ring.meaning.faults.embedder = true;
    expect(await testimonyOnKnown()).toBe('unknown');
    ring.meaning.faults.embedder = false;
    ring.faults.reachable = 0;
    expect(await testimonyOn(BREAD)).toBe('unknown');
    expect(await versionAfter(0)).toBe('unknown');
  });

  /** With a vector that was computed while the encoder was there. */
  async function testimonyOnKnown(): Promise<string> {
    ring.meaning.faults.embedder = false;
    const known = await entry(BALL);
    ring.meaning.faults.embedder = true;
    return await witness.testify({ type: 'witness-entry', entry: known });
  }
});
