import { describe, expect, it } from 'vitest';
import { lookup } from '../../../services/chord-router/core/lookup/lookup.ts';
import type { LookupOutcome } from '../../../services/chord-router/core/ring-view.ts';
import type { ChordSettings } from '../../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { Population, randomId } from '../../experiments/population.ts';
import { type Reached, reachOwner } from '../../experiments/reach-owner.ts';
import { RTT_MS, StaticRing } from '../../experiments/static-ring.ts';
import { fillFingers, fillMet } from '../../experiments/tables.ts';
import { TransitStub } from '../../experiments/transit-stub.ts';

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

  it('says of each phone it asked whose answer it came from, if not from its own tables', () => {
    const random = new SeededRandom(22);
    const population = Population.random(PHONES, random);
    const ring = new StaticRing(population, { seed: 22, settings: SETTINGS, equip: fillFingers, keepSilence: true });
    ring.kill(Array.from({ length: PHONES / 2 }, (_, i) => 2 * i));
    let named = 0;
    for (let i = 0; i < 60; i++) {
      const key = randomId(random);
      ring.run(1, function* (context, calls) {
        const own = new Set(context.phones.closestPreceding(key, 1).map(({ id }) => id));
        const known = new Set(context.phones.all().map(({ contact }) => contact.id));
        for (const { phone, namedBy } of (yield* lookup(context, calls, key)).hops) {
          if (own.has(phone.id)) expect(namedBy).toBeUndefined();
          if (!known.has(phone.id)) expect(namedBy).toBeDefined();
          if (namedBy !== undefined) named += 1;
        }
      });
    }
    expect(named).toBeGreaterThan(0);
  });

  it('loses less time to dead phones once its phone has met silence', () => {
    const [first, later] = [lookups(0.5, 150, false), lookups(0.5, 150, true)];
    expect(lostMs(later)).toBeLessThan(0.7 * lostMs(first));
  });
});

describe('a lookup where some phones are near and others far off', () => {
  const PHONES = 1_024;
  const LOOKUPS = 60;

  /** Round trips from 2 to about 600 ms; tables that hold a sixteenth of the ring. */
  function* lookupsWith(
    settings: Partial<ChordSettings>,
  ): Generator<{ readonly outcome: LookupOutcome; readonly ownerId: string }> {
    const random = new SeededRandom(16);
    const population = Population.random(PHONES, random);
    const network = new TransitStub(PHONES, random);
    const rttMs = (a: number, b: number): number => network.rttMs(a, b);
    const ring = new StaticRing(population, {
      seed: 16,
      rttMs,
      settings: { knownPhones: 64, ...settings },
      equip: fillMet(rttMs, 2),
    });
    for (let i = 0; i < LOOKUPS; i++) {
      const key = randomId(random);
      const outcome = ring.lookup(random.below(PHONES), key);
      yield { outcome, ownerId: population.at(ring.livingOwnerOf(key)).id };
    }
  }

  it('waits long enough for far phones, however fast near ones answered', () => {
    for (const forwardLookups of [false, true]) {
      for (const { outcome, ownerId } of lookupsWith({ forwardLookups })) {
        expect(outcome.owner?.id).toBe(ownerId);
        expect(outcome.hops.filter((hop) => hop.outcome === 'timeout')).toEqual([]);
      }
    }
  });

  it('names no other owner because the answers of living phones come too late', () => {
    // A phone that was never asked gets 200 ms: most owners answer later than that.
    let late = 0;
    let found = 0;
    for (const { outcome, ownerId } of lookupsWith({ callTimeoutMaxMs: 600 })) {
      if (outcome.owner === undefined) continue;
      found += 1;
      expect(outcome.owner.id).toBe(ownerId);
      if (!outcome.hops.some(({ phone, outcome: end }) => phone.id === ownerId && end === 'timeout')) continue;
      late += 1;
      expect(outcome.late.map(({ id }) => id)).toContain(ownerId);
    }
    expect(found).toBeGreaterThan(0.9 * LOOKUPS);
    expect(late).toBeGreaterThan(0);
  });
});
