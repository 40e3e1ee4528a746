import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../services/can-index/core/entries/entry.ts';
import type { KeepCopies } from '../../../services/can-index/core/entries/entry-message.ts';
import type { KeptEntry } from '../../../services/can-index/core/entries/entry-store.ts';
import { COPIES } from '../../../services/can-index/core/entries/link.ts';
import { fingerprintOf, questionOf } from '../../../services/can-index/core/search/question.ts';
import {
  type AskedQuestion,
  type EntriesFound,
  type Finds,
  nothingKnownOf,
} from '../../../services/can-index/core/search/search-message.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { untilWhole } from './can-scenario.ts';
import { settledWorld } from './entry-scenario.ts';
import { type EntryPhone, EntryWorld, SPACE } from './entry-world.ts';

/** Several rounds of custody. */
const ROUNDS_MS = 120_000;

/** In which the index makes copies anew after many phones died, at most. */
const HEALED_MS = 180_000;

function worldOf(phones: number, posts: number, seed = 1): EntryWorld {
  return settledWorld({ phones, posts, seed, restMs: 10_000 });
}

/** Runs until every post has its copies. */
function untilKept(world: EntryWorld): void {
  const isKept = (): boolean => [...world.posts.keys()].every((post) => world.copies(post) >= COPIES);
  world.can.runUntil(isKept, 10 * 60_000, 'three copies of every post');
}

/** The owner of the post's point keeps it. */
function hasItsOwner({ can, posts, space }: EntryWorld, post: Id): boolean {
  const point = space.pointOf(posts.get(post)!.vector);
  const isOwner = ({ node }: EntryPhone): boolean => node.view.ownershipOf(point) !== 'none';
  return can.living().some((phone) => isOwner(phone) && phone.node.entries.store.get(post) !== undefined);
}

function sizeOf({ node }: EntryPhone): number {
  return node.entries.store.size;
}

/** What the index lost comes back from the ring, the rest from what copies there are. */
function expectHealed(world: EntryWorld, lost: readonly Entry[]): void {
  const isWhole = (post: Id): boolean => world.copies(post) === COPIES && hasItsOwner(world, post);
  const posts = [...world.posts.keys()];
  const survivors = posts.filter((post) => !lost.some((entry) => entry.post === post));
  const areWhole = (some: readonly Id[]) => (): boolean => some.every(isWhole);
  world.can.runUntil(areWhole(survivors), HEALED_MS, 'three copies of all that one phone still kept');
  // The ring has the others still: phones that look through its newest posts bring them back (wall-api, reindexing).
  for (const entry of lost) expect(world.index(entry)).toBe('stored');
  world.can.runUntil(areWhole(posts), HEALED_MS, 'three copies of every post');
  expect(world.recall(40)).toBeGreaterThanOrEqual(0.95);
}

describe('entries', () => {
  it('are kept three times and found by their meaning', () => {
    const world = worldOf(24, 200);
    untilKept(world);
    expect(world.recall(40)).toBeGreaterThanOrEqual(0.95);
  });

  it('spread over the phones: no phone keeps more than three times the mean', () => {
    // Zones are cut where the posts are when phones join: so the posts come first.
    const world = worldOf(4, 300);
    world.can.grow(20, 500);
    untilWhole(world.can, 120_000);
    world.can.runFor(ROUNDS_MS);
    const loads = world.can.living().map(({ node }) => node.entries.store.size);
    const mean = loads.reduce((a, b) => a + b, 0) / loads.length;
    expect(Math.max(...loads)).toBeLessThanOrEqual(3 * mean);
  });

  it('spread over the phones when they come to zones that were settled long before', () => {
    const world = new EntryWorld({ seed: 3 });
    world.can.grow(24, 100);
    untilWhole(world.can, 120_000);
    // Most are about one thing, so most come to a few of the zones.
    for (let i = 0; i < 480; i++) expect(world.index(world.makePost(i % 8 === 0 ? undefined : 0))).toBe('stored');
    const isSpread = (): boolean => {
      const loads = world.can.living().map(sizeOf);
      return Math.max(...loads) <= (3 * loads.reduce((a, b) => a + b, 0)) / loads.length;
    };
    world.can.runUntil(isSpread, 15 * 60_000, 'no phone keeps more than three times the mean');
    world.can.runFor(ROUNDS_MS);
    expect(isSpread()).toBe(true);
    untilWhole(world.can, 120_000);
    untilKept(world);
    expect(world.recall(40)).toBeGreaterThanOrEqual(0.95);
  });

  it('survive a quarter of the phones dying at once', () => {
    const worlds = [1, 2, 3].map((seed) => worldOf(24, 200, seed));
    const lost = worlds.map((world) => {
      world.can.runFor(ROUNDS_MS);
      for (const phone of world.can.random.shuffle(world.can.living()).slice(0, 6)) phone.kill('machine');
      // At once, before anything is repaired, most is still found.
      expect(world.recall(20)).toBeGreaterThanOrEqual(0.9);
      return [...world.posts.values()].filter(({ post }) => world.copies(post) === 0);
    });
    // All three copies of a post are on dead phones as often as three phones drawn by chance are dead: one time in a
    // hundred. Posts of one meaning share their three phones, so in one world it may be none, or a dozen.
    const sizes = worlds.map(({ posts }) => posts.size);
    expect(lost.flat().length).toBeLessThanOrEqual(sizes.reduce((a, b) => a + b, 0) / 20);
    for (const [i, world] of worlds.entries()) expectHealed(world, lost[i]!);
  });

  it('move with their zones when phones join and leave', () => {
    const world = worldOf(8, 150);
    world.can.grow(16, 200);
    untilWhole(world.can, 120_000);
    world.can.runFor(ROUNDS_MS);
    for (const phone of world.can.living().slice(0, 8)) {
      phone.leave();
      world.can.runFor(2_000);
    }
    untilWhole(world.can, 120_000);
    world.can.runFor(ROUNDS_MS);
    for (const { post, vector } of world.posts.values()) {
      const point = SPACE.pointOf(vector);
      const owner = world.can.living().find(({ node }) => node.view.ownershipOf(point) !== 'none')!;
      expect(owner.node.entries.store.get(post), `the owner of ${post} has it`).toBeDefined();
    }
    expect(world.recall(40)).toBeGreaterThanOrEqual(0.98);
  });

  it('of deleted posts disappear, and no copy brings them back', () => {
    const world = worldOf(16, 100);
    world.can.runFor(ROUNDS_MS);
    const [gone] = [...world.posts.values()];
    world.posts.delete(gone!.post);
    world.deleted.add(gone!.post);
    const phone = world.somebody();
    world.can.complete(phone, phone.node.entries.withdraw(gone!.post, gone!.vector));
    world.can.runFor(ROUNDS_MS);
    expect(world.copies(gone!.post)).toBe(0);
    const hits = world.search(world.somebody(), gone!.vector).hits.map(({ post }) => post);
    expect(hits).not.toContain(gone!.post);
  });

  it('of edited posts lie where their new meaning is, and nowhere else', () => {
    const world = worldOf(16, 100);
    world.can.runFor(ROUNDS_MS);
    for (const [i, before] of [...world.posts.values()].slice(0, 12).entries()) {
      // Every third one changes so little that it stays with its owner.
      const vector = i % 3 === 0 ? world.near(before.vector, 0.02) : world.near(before.vector.map((value) => -value));
      const edited = { ...before, revision: 1, vector };
      world.posts.set(before.post, edited);
      const phone = world.somebody();
      expect(world.can.complete(phone, phone.node.entries.publish(edited))).toBe('stored');
      world.can.complete(phone, phone.node.entries.withdraw(before.post, before.vector));
      world.can.runFor(2_000);
      expect(world.search(world.somebody(), vector).hits[0]?.post).toBe(before.post);
    }
    // Most are gone at once; copies that their owner did not know of, with the next rounds of custody.
    const isCurrent = ({ entry }: KeptEntry): boolean => entry.revision === world.posts.get(entry.post)!.revision;
    const isClean = (): boolean =>
      world.can.living().every(({ node }) => [...node.entries.store.all()].every(isCurrent));
    world.can.runUntil(isClean, ROUNDS_MS, 'no entry of an older text');
    untilKept(world);
  });

  it('of posts that nobody deleted stay, whoever asks for their removal', () => {
    const world = worldOf(16, 60);
    const [kept] = [...world.posts.values()];
    const phone = world.somebody();
    world.can.complete(phone, phone.node.entries.withdraw(kept!.post, kept!.vector));
    world.can.runFor(ROUNDS_MS);
    expect(world.copies(kept!.post)).toBeGreaterThanOrEqual(COPIES);
  });

  it('that are forged go, and who goes on sending them is barred', () => {
    const world = worldOf(16, 60);
    const topic = world.makePost(0).vector.map((value) => -value);
    const liar = world.can.living().find(({ node }) => node.view.ownershipOf(SPACE.pointOf(topic)) === 'none')!;
    const verdicts = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const truth = world.makePost(0);
      const lie = { ...truth, vector: world.near(truth.vector.map((value) => -value)) };
      verdicts.add(world.can.complete(liar, liar.node.entries.publish(lie)));
      world.can.runFor(500);
    }
    expect(verdicts).toContain('barred');
  });

  it('that flood a place are refused, those of others there are not', () => {
    const world = worldOf(8, 40);
    const author = world.makePost().author;
    const flood = world.makePost(0, author);
    const verdicts: string[] = [];
    for (let i = 0; i < 20; i++) {
      const copy = world.makePost(0, author);
      const same = { ...copy, vector: flood.vector };
      world.posts.set(copy.post, same);
      verdicts.push(world.index(same));
    }
    expect(verdicts.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 'stored'));
    expect(verdicts.slice(-5)).toEqual(Array.from({ length: 5 }, () => 'flooded'));
    const other = world.makePost(0);
    expect(world.index(other)).toBe('stored');
  });

  it('that flood a place are refused, too, when they come as copies to its owner', () => {
    const world = worldOf(8, 40);
    const flood = world.makePost(0);
    const owner = world.can.living().find(({ node }) => node.view.ownershipOf(SPACE.pointOf(flood.vector)) !== 'none')!;
    const from = world.can.living().find((phone) => phone !== owner)!.contact;
    const copies = Array.from({ length: 20 }, () => ({ ...world.makePost(0, flood.author), vector: flood.vector }));
    for (const entry of copies) world.posts.set(entry.post, entry);
    const items = copies.map((entry) => ({ entry, copies: [owner.contact, from], links: [] }));
    const reply = world.can.complete(
      owner,
      owner.node.entries.handle(from, { type: 'keep-copies', items } as KeepCopies),
    );
    expect(reply).toEqual({ type: 'copies-kept', kept: items.map((_, i) => i < 8) });
  });

  it.each([
    ['too short', (vector: Float32Array) => vector.slice(1)],
    ['not finite', (vector: Float32Array) => vector.map((value, i) => (i === 3 ? Number.NaN : value))],
    ['not of length 1', (vector: Float32Array) => vector.map((value) => 2 * value)],
  ])('whose vector is %s are refused, and nothing changes', (_what, spoil) => {
    const world = worldOf(8, 20);
    const entry = world.makePost();
    const [phone, owner] = world.can.living();
    const request = { type: 'store-entry', entry: { ...entry, vector: spoil(entry.vector) }, copies: [] } as const;
    const reply = world.can.complete(owner!, owner!.node.entries.handle(phone!.contact, request));
    expect(reply).toEqual({ type: 'entry-stored', verdict: 'invalid' });
    expect(world.copies(entry.post)).toBe(0);
  });

  it('are asked for with a question that is one, or not at all', () => {
    const world = worldOf(4, 20);
    const [phone, asker] = world.can.living();
    const request = { type: 'search-entries', sinceMs: 0, withPlaces: false, salt: 0, phones: [] } as const;
    const question = questionOf(world.makePost().vector)!;
    const asked = [nothingKnownOf(question)];
    for (const wrong of [
      { ...request, asked: [...asked, nothingKnownOf(question.slice(1))], limit: 5 },
      { ...request, asked: [nothingKnownOf(question.map(() => 0)), ...asked], limit: 5 },
      { ...request, asked: [], limit: 5 },
      { ...request, asked: Array.from({ length: 17 }, () => asked[0]!), limit: 5 },
      { ...request, asked, limit: 0 },
      { ...request, asked, limit: 101 },
      { ...request, asked, limit: 1.5 },
    ]) {
      expect(world.can.complete(phone!, phone!.node.entries.handle(asker!.contact, wrong))).toBeUndefined();
    }
    const right = { ...request, asked, limit: 5 };
    const reply = world.can.complete(phone!, phone!.node.entries.handle(asker!.contact, right));
    expect(reply).toMatchObject({ type: 'entries-found' });
  });

  it('that the search knows already are not told again', () => {
    // Few posts: each is a centroid of its own.
    const world = worldOf(8, 16);
    const [asker, ...others] = world.can.living();
    const keepingSome = others.filter((other) => sizeOf(other) < world.posts.size);
    const [phone] = keepingSome.toSorted((a, b) => sizeOf(b) - sizeOf(a));
    const elsewhere = [...world.posts.values()].find(({ post }) => phone!.node.entries.store.get(post) === undefined);
    const question = questionOf(elsewhere!.vector)!;
    const ask = (known: Partial<AskedQuestion>, phones: readonly number[] = []): Finds => {
      const asked = [{ ...nothingKnownOf(question), ...known }];
      const request = {
        type: 'search-entries',
        asked,
        limit: 10,
        sinceMs: 0,
        withPlaces: false,
        salt: 0,
        phones,
      } as const;
      const reply = world.can.complete(phone!, phone!.node.entries.handle(asker!.contact, request)) as EntriesFound;
      return reply.finds[0]!;
    };
    const all = ask({});
    const [first, , third] = all.hits;
    expect(all.hits.length).toBeGreaterThanOrEqual(3);
    const posts = [fingerprintOf(first!.post, 0)];
    const nearer = ask({ floor: third!.similarity, posts });
    expect(nearer.hits.map(({ post }) => post)).toEqual([all.hits[1]!.post]);
    const everybody = world.can.living().map(({ contact }) => fingerprintOf(contact.id, 0));
    const rest = ask({}, everybody);
    expect([rest.candidates, rest.adverts]).toEqual([[], []]);
    expect(all.adverts.length).toBeGreaterThan(0);
  });
});
