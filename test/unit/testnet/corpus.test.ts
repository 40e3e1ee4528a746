import { describe, expect, test } from 'vitest';
import { planOf, readCorpus } from '../../../testnet/people/corpus.ts';

const MAX_TEXT = 10_000;

describe('the corpus', async () => {
  const corpus = await readCorpus();

  test('has enough people and posts for a wall that looks alive', () => {
    expect(corpus.people.length).toBeGreaterThanOrEqual(12);
    expect(corpus.posts.length).toBeGreaterThanOrEqual(120);
    expect(new Set(corpus.posts.map((post) => post.topic)).size).toBe(12);
  });

  test('says nothing twice, nothing too long, and has somebody for each topic', () => {
    const texts = corpus.posts.flatMap((post) => [post.text, ...post.replies]);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.every((text) => text.trim() === text && text.length > 0 && text.length <= MAX_TEXT)).toBe(true);
    expect(new Set(corpus.people.map((person) => person.name)).size).toBe(corpus.people.length);
    const interests = new Set(corpus.people.flatMap((person) => person.interests));
    expect([...interests].sort()).toEqual([...new Set(corpus.posts.map((post) => post.topic))].sort());
  });

  test('the same seed gives the same plan, another one another', () => {
    expect(planOf(corpus, 7)).toEqual(planOf(corpus, 7));
    expect(planOf(corpus, 7)).not.toEqual(planOf(corpus, 8));
  });

  test('a plan publishes every post once, by somebody whom the topic interests, and nobody befriends themselves', () => {
    const plan = planOf(corpus, 1);
    expect(plan.posts.map((post) => post.text).sort()).toEqual(corpus.posts.map((post) => post.text).sort());
    const topicOf = new Map(corpus.posts.map((post) => [post.text, post.topic]));
    for (const post of plan.posts) {
      expect(corpus.people[post.author]!.interests).toContain(topicOf.get(post.text));
      for (const other of [...post.replies, ...post.reactions]) expect(other.author).not.toBe(post.author);
    }
    const pairs = plan.friendships.map(([a, b]) => `${a} ${b}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(plan.friendships.every(([a, b]) => a < b)).toBe(true);
  });
});
