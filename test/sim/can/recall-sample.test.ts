/** The estimate of a search's recall against what is known of the whole network. */
import { describe, expect, it } from 'vitest';
import { questionOf } from '../../../services/can-index/core/search/question.ts';
import { type RecallSample, sampleRecall } from '../../../services/can-index/core/search/recall-sample.ts';
import { settledWorld } from './entry-scenario.ts';
import type { EntryPhone, EntryWorld } from './entry-world.ts';

const LIMIT = 10;

function worldOf(phones: number, posts: number): EntryWorld {
  return settledWorld({ phones, posts, seed: 7, restMs: 60_000 });
}

/** Searches with so many phones, has that sampled, and says what part of the truly nearest it had found. */
function searchAndSample(world: EntryWorld, budget: number): { sample: RecallSample; truth: number } {
  const phone = world.somebody();
  const vector = world.near(world.can.random.pick([...world.posts.values()]).vector, 0.05);
  const answer = world.search(phone, vector, LIMIT, budget);
  const found = new Set(answer.hits.map(({ post }) => post));
  const truth = world.nearest(vector, LIMIT).filter((post) => found.has(post)).length / LIMIT;
  const request = { questions: [questionOf(vector)!], limit: LIMIT, sinceMs: 0, withPlaces: false, budget };
  const others = world.can.living().filter((other) => other !== phone);
  const task = sampleRecall(phone.node.view, others.map(contactOf), request, answer);
  return { sample: world.can.complete(phone, task), truth };
}

function contactOf({ contact }: EntryPhone) {
  return contact;
}

describe('a sample of the recall', () => {
  it('is exact where all phones are asked', () => {
    const world = worldOf(12, 120);
    for (let i = 0; i < 20; i++) {
      const { sample, truth } = searchAndSample(world, 1);
      expect(sample.answered).toBe(11);
      // What only the searching phone keeps, no other names: it counts for neither.
      expect(sample.expected).toBeGreaterThan(LIMIT / 2);
      expect(sample.found - (sample.expected - LIMIT)).toBe(Math.round(truth * LIMIT));
    }
  });

  it('comes near the truth over many searches of a larger network, of good ones and of bad ones', () => {
    const world = worldOf(36, 200);
    for (const budget of [1, 24]) {
      let [expected, found, truth] = [0, 0, 0];
      const searches = 60;
      for (let i = 0; i < searches; i++) {
        const one = searchAndSample(world, budget);
        expected += one.sample.expected;
        found += one.sample.found;
        truth += one.truth / searches;
      }
      expect(expected).toBeGreaterThan(100);
      expect(Math.abs(found / expected - truth)).toBeLessThan(0.06);
    }
  });

  it('counts nothing where nobody answers, and asks a bounded number of phones', () => {
    const world = worldOf(30, 60);
    const phone = world.somebody();
    const { vector } = world.makePost();
    const request = { questions: [questionOf(vector)!], limit: LIMIT, sinceMs: 0, withPlaces: false, budget: 4 };
    const answer = world.search(phone, vector, LIMIT, 4);
    const others = world.can.living().filter((other) => other !== phone);
    const asked = world.can.complete(phone, sampleRecall(phone.node.view, others.map(contactOf), request, answer));
    expect(asked.answered).toBe(16);
    const none = world.can.complete(phone, sampleRecall(phone.node.view, [], request, answer));
    expect(none).toEqual({ expected: 0, found: 0, answered: 0 });
  });
});
