/** Three copies of every post and no more, whatever happens to the phones that keep them. */
import { describe, expect, it } from 'vitest';
import { COPIES } from '../../../services/can-index/core/entries/link.ts';
import { sleep } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { untilWhole } from './can-scenario.ts';
import { settledWorld } from './entry-scenario.ts';
import { type EntryPhone, EntryWorld } from './entry-world.ts';

/** Longer than any call may take. */
const LATE_MS = 5_000;
const LOOK_MS = 100;
/** A fourth copy is there while an entry is handed over: until whoever had it hears that it arrived. */
const HAND_OVER_MS = 500;
/** Two rounds of custody: of a copy that its dead owner had nobody tell of, its own phone has to say. */
const CUSTODY_MS = 60_000;

function worldOf(phones: number, posts: number): EntryWorld {
  return settledWorld({ phones, posts, seed: 1, restMs: 10_000 });
}

/** Has a phone do at once what it is asked and answer later than anybody waits, where a kind of request `isLate`. */
function delayAnswers(entries: EntryPhone['node']['entries'], isLate: (type: string) => boolean): void {
  const handle = entries.handle.bind(entries);
  entries.handle = function* (from, request) {
    const reply = yield* handle(from, request);
    if (isLate(request.type)) yield* sleep(LATE_MS);
    return reply;
  };
}

/** Looks at the copies of all posts all the while. */
class CopyWatch {
  /** Longest time that one post had more copies than it should, ms. */
  longestMs = 0;
  readonly #world: EntryWorld;
  readonly #since = new Map<Id, number>();

  constructor(world: EntryWorld) {
    this.#world = world;
  }

  runFor(ms: number): void {
    for (let atMs = 0; atMs < ms; atMs += LOOK_MS) {
      this.#world.can.runFor(LOOK_MS);
      this.#look();
    }
  }

  #look(): void {
    const { elapsedMs } = this.#world.can;
    for (const post of this.#world.posts.keys()) {
      if (this.#world.copies(post) <= COPIES) {
        this.#since.delete(post);
        continue;
      }
      const sinceMs = this.#since.get(post) ?? elapsedMs;
      this.#since.set(post, sinceMs);
      this.longestMs = Math.max(this.longestMs, elapsedMs - sinceMs + LOOK_MS);
    }
  }
}

describe('entries', () => {
  it('are kept three times and no more, whatever hands they went through', () => {
    const world = worldOf(12, 120);
    for (let i = 0; i < 6; i++) {
      world.can.grow(2, 500);
      world.can.random.pick(world.can.living()).leave();
      world.can.runFor(10_000);
    }
    untilWhole(world.can, 120_000);
    const isKept = (): boolean => [...world.posts.keys()].every((post) => world.copies(post) === COPIES);
    world.can.runUntil(isKept, 10 * 60_000, 'exactly three copies of every post');
  });

  it.each([
    ['only to offers', ['keep-copies']],
    ['to all that is said of copies', ['keep-copies', 'check-entries']],
  ])('are kept three times and no more where phones answer too late %s', (_to, types) => {
    const world = worldOf(16, 20);
    const late = world.can.living().slice(0, 5);
    let isLate = true;
    for (const { node } of late) delayAnswers(node.entries, (type) => isLate && types.includes(type));
    world.publish(60);
    const mostCopies = (): number => Math.max(...[...world.posts.keys()].map((post) => world.copies(post)));
    for (let i = 0; i < 40; i++) {
      world.can.runFor(500);
      // Who hears at once that it is no copy lets go before another is asked.
      if (types.length === 1) expect(mostCopies()).toBeLessThanOrEqual(COPIES);
    }
    isLate = false;
    const isKept = (): boolean => [...world.posts.keys()].every((post) => world.copies(post) === COPIES);
    world.can.runUntil(isKept, 10 * 60_000, 'exactly three copies of every post');
    for (let i = 0; i < 60; i++) {
      world.can.runFor(1_000);
      expect(mostCopies()).toBeLessThanOrEqual(COPIES);
    }
  });

  it.each([1, 2])(
    'have a fourth copy for no longer than a hand-over takes while phones join and leave (seed %i)',
    (seed) => {
      const world = new EntryWorld({ seed });
      const watch = new CopyWatch(world);
      for (let i = 0; i < 32; i++) {
        world.can.grow(1);
        watch.runFor(500);
        world.publish(10);
      }
      watch.runFor(30_000);
      for (let i = 0; i < 8; i++) {
        world.can.grow(1);
        world.can.random.pick(world.can.living()).leave();
        watch.runFor(5_000);
      }
      expect(watch.longestMs).toBeGreaterThan(0);
      expect(watch.longestMs).toBeLessThanOrEqual(HAND_OVER_MS);
    },
  );

  it('have a fourth copy for no longer than two rounds of custody where phones die', () => {
    const world = worldOf(32, 320);
    const watch = new CopyWatch(world);
    for (let i = 0; i < 8; i++) {
      world.can.random.pick(world.can.living()).kill('machine');
      watch.runFor(6_000);
    }
    watch.runFor(CUSTODY_MS);
    expect(watch.longestMs).toBeLessThanOrEqual(CUSTODY_MS);
    const longestBefore = watch.longestMs;
    watch.runFor(CUSTODY_MS);
    expect(watch.longestMs).toBe(longestBefore);
  });
});
