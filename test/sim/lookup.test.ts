import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { Population, randomId } from '../experiments/population.ts';
import { type Reached, reachOwner } from '../experiments/reach-owner.ts';
import { RTT_MS, StaticRing } from '../experiments/static-ring.ts';
import { fillFingers } from '../experiments/tables.ts';

const PHONES = 512;
const SETTINGS = {
  successors: 24,
  replication: 24,
  knownPhones: 1 << 20,
  callTimeoutMinMs: 125,
  callTimeoutMaxMs: 375,
};

/** Many lookups of random keys by one living phone, in a ring of which a share is dead and has not been noticed. */
function lookups(share: number, count: number, keepSilence: boolean): Reached[] {
  const random = new SeededRandom(21);
  const population = Population.random(PHONES, random);
  const ring = new StaticRing(population, { seed: 21, settings: SETTINGS, equip: fillFingers, keepSilence });
  const [from, ...others] = random.shuffle(population.contacts.map((_, i) => i));
  ring.kill(others.slice(0, share * PHONES));
  return Array.from({ length: count }, () => {
    const key = randomId(random);
    const reached = ring.run(from!, (context, calls) => reachOwner(context, calls, key));
    expect(reached.owner).toBe(population.at(ring.livingOwnerOf(key)).id);
    return reached;
  });
}

function lostMs(reached: readonly Reached[]): number {
  return reached.reduce((sum, { milliseconds, path }) => sum + milliseconds - path * RTT_MS, 0) / reached.length;
}

describe('an iterative lookup', () => {
  it('asks no phone beside its path in a ring where all live', () => {
    for (const { answered, path, dead, milliseconds } of lookups(0, 100, true)) {
      expect(dead).toBe(0);
      expect(answered).toBe(path);
      expect(milliseconds).toBe(path * RTT_MS);
    }
  });

  it('loses less time to dead phones once its phone has met silence', () => {
    const [first, later] = [lookups(0.5, 150, false), lookups(0.5, 150, true)];
    expect(lostMs(later)).toBeLessThan(0.7 * lostMs(first));
  });
});
