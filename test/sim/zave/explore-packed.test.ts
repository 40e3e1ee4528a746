/** The packed search sees what the plain one sees, only sooner. */
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { BREAKAGES } from './breakages.ts';
import { explore } from './explore.ts';
import { explorePacked } from './explore-packed.ts';
import { ringsOfOne, ringsOfPrincipals } from './initial.ts';
import { correctedProtocol } from './model.ts';
import { PackedSet } from './packed-set.ts';

const OURS = correctedProtocol();
const ZAVE = { initial: ringsOfPrincipals, r: 2, leastPrincipals: 3, protocol: OURS };
const SMALL = { initial: ringsOfOne, r: 2, leastPrincipals: 1, protocol: OURS };

describe('the packed search', () => {
  it.each([
    ['r + 1 principals, 4 ids', { ...ZAVE, size: 4 }],
    ['r + 1 principals, r = 3, 5 ids', { ...ZAVE, r: 3, leastPrincipals: 4, size: 5 }],
    ['a phone alone, 3 ids', { ...SMALL, size: 3 }],
  ])('finds the states and the transitions of the plain one, from %s', (_, start) => {
    const plain = explore({ ...start, limit: 100_000, checkProgress: true });
    const { complete, omissionProbability, states, transitions, violations } = explorePacked({ ...start, limit: 1e6 });
    expect({ states, transitions }).toEqual({ states: plain.states, transitions: plain.transitions });
    expect({ complete, omissionProbability, violations }).toEqual({
      complete: true,
      omissionProbability: 0,
      violations: [],
    });
  });

  it('finds every state of 5 ids to keep all invariants', () => {
    expect(explorePacked({ ...ZAVE, size: 5, limit: 1e6 })).toMatchObject({
      states: 437_055,
      transitions: 3_086_801,
      complete: true,
      omissionProbability: 0,
      violations: [],
    });
  });

  it('says so when there are more states than it has room for', () => {
    const { complete, states } = explorePacked({ ...ZAVE, size: 5, limit: 1000 });
    expect(complete).toBe(false);
    expect(states).toBeLessThan(20_000);
  });

  it.each(BREAKAGES.map((breakage) => [breakage.name, breakage] as const))('finds it wrong that %s', (_, breakage) => {
    const protocol = correctedProtocol(breakage.operations);
    const starts =
      breakage.shows === 'everywhere'
        ? [
            { ...ZAVE, protocol, size: 4 },
            { ...ZAVE, protocol, r: 3, leastPrincipals: 4, size: 5 },
          ]
        : [{ ...SMALL, protocol, size: 3 }];
    const violations = starts.flatMap((start) => explorePacked({ ...start, limit: 30_000 }).violations);
    expect(violations).not.toEqual([]);
    expect(violations[0]!.trace).toContain('within ');
  });
});

describe('a packed set', () => {
  it('knows each number again and takes none for another, also when buckets are full', () => {
    const told: string[] = [];
    const set = new PackedSet(7, 1000, (high, low) => told.push(`${high} ${low}`));
    const random = new SeededRandom(1);
    const known = new Set<string>();
    for (let i = 0; i < 40_000; i++) {
      const [high, low] = [random.below(128), random.below(2 ** 8) * 2 ** 24 + random.below(2)];
      set.add(high, low);
      known.add(`${high} ${low}`);
    }
    set.flush();
    expect(set.isExact).toBe(true);
    expect(told.length).toBe(known.size);
    expect(new Set(told)).toEqual(known);
    expect(set.count).toBe(known.size);
    expect(known.size).toBeGreaterThan(2 * 28 * 256);
  });

  it('says how likely it is that it took one number for another', () => {
    const set = new PackedSet(32, 1000, () => {});
    expect(set.isExact).toBe(false);
    for (let i = 0; i < 1000; i++) set.add(i, i);
    set.flush();
    expect(set.count).toBe(1000);
    expect(set.omissionProbability).toBeGreaterThan(0);
    expect(set.omissionProbability).toBeLessThan(1e-5);
  });
});
