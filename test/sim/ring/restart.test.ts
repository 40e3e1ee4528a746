/** A phone whose process ends and is there again at once: half of its neighbours have missed it, the others have not. */
import { expect, test } from 'vitest';
import { faultsOfRing } from './checkers.ts';
import { quietRing, SUCCESSORS } from './scenario.ts';

const PHONES = 16;
/** So long that links have broken off and some have been refused, and so short that others have not asked yet. */
const AWAY_MS = 100;

test.each([5, 15, 21, 24])('a phone killed and started anew has its place again within seconds (seed %i)', (seed) => {
  const world = quietRing(PHONES, { seed });
  const [first, , , killed] = world.phones;
  killed!.kill('process');
  world.runFor(AWAY_MS);
  killed!.start([first!.contact.address]);
  const isWhole = (): boolean =>
    killed!.node.status().state === 'member' && faultsOfRing(world.phones, SUCCESSORS).length === 0;
  expect(world.runUntil(isWhole, 5_000, 'the ring is whole again')).toBeLessThan(5_000);
});
