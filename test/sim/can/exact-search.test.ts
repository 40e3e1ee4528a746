/** Exact searches of simulated phones, held against brute force. */
import { describe, expect, it } from 'vitest';
import { distanceToBox, type ExactlyFound } from '../../../services/can-index/core/search/exact-search.ts';
import { type Box, contains, shareOf } from '../../../services/can-index/core/space/box.ts';
import { untilWhole } from './can-scenario.ts';
import { settledWorld } from './entry-scenario.ts';
import type { EntryPhone, EntryWorld } from './entry-world.ts';

/** Zones count as whole so long after they were taken over, and some more. */
const RECOVERED_MS = 80_000;

function worldOf(phones: number, posts: number, axes: number, seed = 5): EntryWorld {
  // Zones change hands when posts come, and are not called whole at once.
  return settledWorld({ phones, posts, axes, seed, restMs: RECOVERED_MS });
}

function distancesOf(hits: readonly { readonly distance: number }[]): number[] {
  return hits.map(({ distance }) => distance);
}

function searchFrom(world: EntryWorld, phone: EntryPhone, vector: Float32Array, limit = 10) {
  return world.can.complete(phone, phone.node.entries.searchExactly(vector, limit));
}

/** What a phone has of the space and says that it keeps all entries of. */
function wholeOf({ can }: EntryWorld, phone: EntryPhone): readonly Box[] {
  const request = { type: 'search-exactly', coordinates: [0, 0, 0, 0], limit: 1 } as const;
  const reply = can.complete(phone, phone.node.entries.handle(phone.contact, request));
  return (reply as ExactlyFound).whole;
}

/** Posts that a phone lacks in what it calls whole. */
function lackingWhereWhole(world: EntryWorld): string[] {
  return world.can.living().flatMap((phone) => {
    const whole = wholeOf(world, phone);
    const posts = [...world.posts.values()].filter(({ vector }) => {
      const point = world.space.pointOf(vector);
      return whole.some((box) => contains(box, point));
    });
    const lacking = posts.filter(({ post }) => phone.node.entries.store.get(post) === undefined);
    return lacking.map(({ post }) => `phone ${phone.index} lacks ${post}`);
  });
}

function shareCalledWhole(world: EntryWorld): number {
  const shares = world.can.living().flatMap((phone) => wholeOf(world, phone).map(shareOf));
  return shares.reduce((sum, share) => sum + share, 0);
}

describe('an exact search', () => {
  // At two axes zones say little of meaning, so most copies lie far from their own: none may end the search too soon.
  it.each([2, 4, 8])('finds what brute force finds in the space of the projection to %i axes', (axes) => {
    const world = worldOf(64, 600, axes);
    for (let i = 0; i < 40; i++) {
      const vector = world.near(world.can.random.pick([...world.posts.values()]).vector);
      const { hits, complete } = searchFrom(world, world.somebody(), vector);
      expect(complete).toBe(true);
      expect(distancesOf(hits)).toEqual(distancesOf(world.nearestExactly(vector)));
    }
  });

  it('is not complete where a phone that just died could hold more, and complete everywhere once that has healed', () => {
    const world = worldOf(24, 200, 4);
    const victim = world.can.random.pick(world.can.living());
    const boxes = victim.node.view.zones().map(({ zone }) => zone.box);
    victim.kill('machine');
    const answers = { whole: 0, part: 0 };
    for (const { vector } of [...world.posts.values()].slice(0, 40)) {
      const { hits, complete } = searchFrom(world, world.somebody(), vector, 2);
      const gaps = boxes.map((box) => distanceToBox(world.space.coordinatesOf(vector), box, world.space));
      if (Math.min(...gaps) < hits[1]!.distance) expect(complete).toBe(false);
      if (complete) expect(distancesOf(hits)).toEqual(distancesOf(world.nearestExactly(vector, 2)));
      answers[complete ? 'whole' : 'part'] += 1;
    }
    expect(Math.min(answers.whole, answers.part)).toBeGreaterThan(0);
    untilWhole(world.can, 120_000);
    world.can.runFor(RECOVERED_MS);
    for (const [post] of world.posts) if (world.copies(post) === 0) world.posts.delete(post);
    for (const { vector } of [...world.posts.values()].slice(0, 60)) {
      const { hits, complete } = searchFrom(world, world.somebody(), vector, 2);
      expect(complete).toBe(true);
      expect(distancesOf(hits)).toEqual(distancesOf(world.nearestExactly(vector, 2)));
    }
  });

  it.each([1, 5])('calls a zone whole only when it has every post that is anywhere, whoever died (seed %i)', (seed) => {
    const world = worldOf(24, 200, 4, seed);
    for (const phone of world.can.random.shuffle(world.can.living()).slice(0, 6)) phone.kill('machine');
    for (const [post] of world.posts) if (world.copies(post) === 0) world.posts.delete(post);
    for (let atMs = 0; atMs < 2 * RECOVERED_MS; atMs += 1_000) {
      world.can.runFor(1_000);
      expect(lackingWhereWhole(world)).toEqual([]);
    }
    expect(shareCalledWhole(world)).toBeCloseTo(1, 9);
  });
});
