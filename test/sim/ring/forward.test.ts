import { describe, expect, it } from 'vitest';
import { Forwarding, MAX_FORWARDS } from '../../../services/chord-router/core/lookup/forward.ts';
import { NextPhones } from '../../../services/chord-router/core/lookup/next-phone.ts';
import type { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import type { LookupOutcome } from '../../../services/chord-router/core/ring-view.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { now, type Task } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { Population, randomId } from '../../experiments/population.ts';
import { RTT_MS, StaticRing } from '../../experiments/static-ring.ts';
import { fillProduct } from '../../experiments/tables.ts';

const PHONES = 2_048;
const LOOKUPS = 60;

/** A ring whose tables hold an eighth of it. */
function ringOf(forwardLookups: boolean): StaticRing {
  const population = Population.random(PHONES, new SeededRandom(5));
  return new StaticRing(population, { seed: 7, settings: { knownPhones: 256, forwardLookups }, equip: fillProduct });
}

function* lookupsOver(ring: StaticRing): Generator<{ outcome: LookupOutcome; owner: number }> {
  const random = new SeededRandom(9);
  for (let i = 0; i < LOOKUPS; i++) {
    const from = random.below(PHONES);
    const key = randomId(random);
    if (!ring.isAlive(from)) continue;
    yield { outcome: ring.lookup(from, key), owner: ring.livingOwnerOf(key) };
  }
}

function* firstChoice(context: RingContext, key: Id): Task<Contact | undefined> {
  yield* now();
  return new NextPhones(context, key).best()?.phone;
}

describe('a lookup that is passed on', () => {
  it('ends with the answer of the owner, and tells every phone it passed with its time', () => {
    const ring = ringOf(true);
    let passed = 0;
    for (const { outcome, owner } of lookupsOver(ring)) {
      const { id } = ring.population.at(owner);
      expect(outcome.owner?.id).toBe(id);
      const last = outcome.hops.at(-1);
      // Else its own tables were sure, or passing on took long and asking phone by phone was first.
      if (last?.phone.id !== id) continue;
      passed += 1;
      expect(last.outcome).toBe('owner');
      // All phones are one round trip apart, so each hop took one, and no phone was passed twice.
      for (const { milliseconds } of outcome.hops) expect(milliseconds).toBeCloseTo(RTT_MS);
      expect(outcome.milliseconds).toBeCloseTo(RTT_MS * outcome.hops.length);
      expect(new Set(outcome.hops.map(({ phone }) => phone.id)).size).toBe(outcome.hops.length);
    }
    expect(passed).toBeGreaterThan(LOOKUPS / 2);
  });

  it('finds an owner as surely as asking phone by phone where a fifth of the phones is dead', () => {
    const found = [ringOf(false), ringOf(true)].map((ring) => {
      const dead = new SeededRandom(3);
      ring.kill(Array.from({ length: PHONES }, (_, i) => i).filter(() => dead.next() < 0.2));
      let correct = 0;
      for (const { outcome, owner } of lookupsOver(ring)) {
        const living = outcome.replicas.find(({ id }) => ring.isAlive(ring.population.indexOf(id)));
        if (living?.id === ring.population.at(owner).id) correct += 1;
      }
      return correct;
    });
    expect(found[0]).toBeGreaterThan(LOOKUPS / 2);
    expect(found[1]).toBeGreaterThanOrEqual(found[0]!);
  });

  it('seldom takes longer where the phone it would go to first is dead, for it goes two ways', () => {
    const ring = ringOf(true);
    const random = new SeededRandom(4);
    let asked = 0;
    let quick = 0;
    for (let i = 0; i < 30; i++) {
      const key = randomId(random);
      const owner = ring.population.at(ring.livingOwnerOf(key));
      const best = ring.run(17, (context) => firstChoice(context, key));
      if (best === undefined || best.id === owner.id) continue;
      ring.kill([ring.population.indexOf(best.id)]);
      const outcome = ring.lookup(17, key);
      expect(outcome.replicas.find(({ id }) => ring.isAlive(ring.population.indexOf(id)))?.id).toBe(owner.id);
      asked += 1;
      // After five round trips it would be looked up phone by phone.
      if (outcome.milliseconds < 5 * RTT_MS) quick += 1;
    }
    expect(asked).toBeGreaterThan(15);
    expect(quick).toBeGreaterThan(0.8 * asked);
  });

  it('is answered from the tables by a phone that may not pass it on', () => {
    const ring = ringOf(true);
    const random = new SeededRandom(2);
    const from = 17;
    const keys = Array.from({ length: 20 }, () => randomId(random)).filter((key) => ring.livingOwnerOf(key) !== from);
    for (const key of keys) {
      const request = { type: 'forward-lookup', key, hopsLeft: 0, budgetMs: 1_000 } as const;
      const answer = ring.run(from, (context, calls) => new Forwarding(context, calls).serve(request));
      expect(answer).toMatchObject({ owner: undefined, trail: [] });
      expect(answer.closer.length + answer.ownerSuccessors.length).toBeGreaterThan(0);
    }
  });

  it('goes through no more phones than it may, and not at all without time', () => {
    const ring = ringOf(true);
    const key = ring.population.at(1_500).id;
    const ask = (hopsLeft: number, budgetMs: number) =>
      ring.run(10, (context, calls) => new Forwarding(context, calls).ask(key, hopsLeft, budgetMs));
    expect(ask(MAX_FORWARDS, 1_000)?.owner?.id).toBe(key);
    expect(ask(0, 1_000)?.trail.length).toBe(1);
    expect(ask(MAX_FORWARDS, 1)).toBeUndefined();
  });
});
