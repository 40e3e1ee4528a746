/** Searches by meaning of simulated phones: several questions at once, and networks with few posts. */
import { describe, expect, it } from 'vitest';
import type { SearchAnswer } from '../../../services/can-index/core/search/search.ts';
import type { EntriesFound } from '../../../services/can-index/core/search/search-message.ts';
import { untilWhole } from './can-scenario.ts';
import { settledWorld } from './entry-scenario.ts';
import { type EntryPhone, EntryWorld } from './entry-world.ts';

const LIMIT = 20;
const TOPICS = [0, 4, 8] as const;

describe('a search for several things at once', () => {
  /** The part of the posts truly nearest to each vector that is in the answer. */
  function recallOf(world: EntryWorld, vectors: readonly Float32Array[], { answers }: SearchAnswer): number {
    const parts = vectors.map((vector, i) => {
      const hits = new Set(answers[i]!.hits.map(({ post }) => post));
      return world.nearest(vector, LIMIT).filter((post) => hits.has(post)).length / LIMIT;
    });
    return parts.reduce((sum, part) => sum + part, 0) / parts.length;
  }

  function worldOf(phones: number, posts: number, seed: number): EntryWorld {
    return settledWorld({ phones, posts, seed, restMs: 60_000 });
  }

  it('asks each phone once for all of them: fewer phones than a search for each, which find no less', () => {
    const world = worldOf(32, 300, 8);
    let [together, apart, recall, recallApart] = [0, 0, 0, 0];
    const people = 12;
    for (let person = 0; person < people; person++) {
      const phone = world.somebody();
      const vectors = TOPICS.map((topic) => world.makeVector(topic));
      const all = world.searchAll(phone, vectors, LIMIT, 48);
      const each = vectors.map((vector) => world.search(phone, vector, LIMIT, 16));
      expect(all.answers).toHaveLength(TOPICS.length);
      expect(new Set(all.contacted.map((contact) => contact.phone.id)).size).toBe(all.contacted.length);
      together += all.contacted.length;
      apart += each.reduce((sum, { contacted }) => sum + contacted.length, 0);
      recall += recallOf(world, vectors, all) / people;
      const answers = each.flatMap((answer) => answer.answers);
      recallApart += recallOf(world, vectors, { ...all, answers }) / people;
    }
    expect(together).toBeLessThan(0.8 * apart);
    expect(recall).toBeGreaterThanOrEqual(recallApart - 0.01);
    expect(recall).toBeGreaterThanOrEqual(0.95);
  });

  it('keeps to one budget, and says of no question that its answer is complete when it ran out', () => {
    const world = worldOf(32, 300, 8);
    const vectors = TOPICS.map((topic) => world.makeVector(topic));
    const { contacted, answers } = world.searchAll(world.somebody(), vectors, LIMIT, 4);
    expect(contacted).toHaveLength(4);
    expect(answers.map(({ complete }) => complete)).toEqual([false, false, false]);
  });

  it('takes an answer to fewer questions than were asked for a refusal', () => {
    const world = worldOf(12, 60, 9);
    const [asker, ...others] = world.can.living();
    for (const { node } of others) short(node.entries);
    const vectors = TOPICS.map((topic) => world.makeVector(topic));
    const { contacted, answers } = world.searchAll(asker!, vectors, LIMIT, 48);
    expect(new Set(contacted.map(({ outcome }) => outcome))).toEqual(new Set(['refused']));
    expect(answers.some(({ complete }) => complete)).toBe(false);
  });

  /** Has a phone leave out what it should say to the last question. */
  function short(entries: EntryPhone['node']['entries']): void {
    const handle = entries.handle.bind(entries);
    entries.handle = function* (from, request) {
      const reply = yield* handle(from, request);
      if (reply?.type !== 'entries-found') return reply;
      return { ...reply, finds: (reply as EntriesFound).finds.slice(1) } as typeof reply;
    };
  }
});

describe('a search where posts are few', () => {
  /** A whole CAN in which a few posts were made a moment ago, each about something else. */
  function youngWorld(phones: number, posts: number, seed: number): EntryWorld {
    const world = new EntryWorld({ seed });
    world.can.grow(phones, 100);
    untilWhole(world.can, 120_000);
    for (let topic = 0; topic < posts; topic++) expect(world.index(world.makePost(topic))).toBe('stored');
    return world;
  }

  it('finds the only post by whatever question, at once, from every phone', () => {
    const world = youngWorld(12, 1, 4);
    const [post] = world.posts.keys();
    for (const phone of world.can.living()) {
      for (const topic of [1, 5, 9]) {
        const { hits, complete } = world.search(phone, world.makeVector(topic), 10, 24);
        expect(hits.map((hit) => hit.post)).toEqual([post]);
        expect(complete).toBe(true);
      }
    }
  });

  it('finds all of them, whatever they are about', () => {
    const world = youngWorld(16, 8, 5);
    for (const phone of world.can.living()) {
      const { hits } = world.search(phone, world.makeVector(11), 10, 24);
      expect(new Set(hits.map(({ post }) => post))).toEqual(new Set(world.posts.keys()));
    }
  });

  it('asks everybody before it says that there is none, and no more than it may', () => {
    const world = youngWorld(12, 0, 6);
    const none = world.search(world.somebody(), world.makeVector(3), 10, 24);
    expect(none).toMatchObject({ hits: [], complete: true });
    expect(none.contacted).toHaveLength(11);
    const cut = world.search(world.somebody(), world.makeVector(3), 10, 6);
    expect(cut).toMatchObject({ hits: [], complete: false });
    expect(cut.contacted).toHaveLength(6);
  });

  it('never calls an answer complete that misses one of few posts, in a network too large to be seen at once', () => {
    const world = youngWorld(80, 2, 7);
    let whole = 0;
    for (let i = 0; i < 40; i++) {
      const { hits, complete } = world.search(world.somebody(), world.makeVector(8), 10, 24);
      if (complete) whole++;
      if (hits.length < 2) expect(complete).toBe(false);
    }
    expect(whole).toBeLessThan(40);
  });
});
