import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graveyard } from '../../../services/chord-router/core/ring/graveyard.ts';
import { aloneState, clockwiseList } from '../../../services/chord-router/core/ring/ring.ts';
import { byDistanceTo } from '../../../services/chord-router/core/ring/ring-context.ts';
import { Fingers, fingerTargets, MAX_FINGERS } from '../../../services/chord-router/core/tables/fingers.ts';
import { fractionOf, KnownPhones } from '../../../services/chord-router/core/tables/known-phones.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { between, distance, type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { firstTimeoutMs, RoundTripEstimator } from '../../../services/shared/core/timeouts.ts';
import { contactAt } from './positions.ts';

const self = contactAt(1000);
const positions = fc.uniqueArray(
  fc.nat(5000).filter((p) => p !== 1000),
  { minLength: 1, maxLength: 40 },
);

function tableOf(contacts: readonly Contact[], limit = 1000): KnownPhones {
  const table = new KnownPhones(self.id, { limit, isKept: () => false });
  for (const contact of contacts) table.learn(contact);
  return table;
}

function randomContacts(count: number, seed: number): Contact[] {
  const random = new SeededRandom(seed);
  const digit = (): string => random.below(16).toString(16);
  return Array.from({ length: count }, (_, i) => ({
    id: Array.from({ length: 32 }, digit).join('') as Id,
    address: `10.0.${i >> 8}.${i & 255}:7400`,
  }));
}

describe('known phones', () => {
  it('find what a plain sort by distance finds', () => {
    fc.assert(
      fc.property(positions, fc.nat(5000), fc.integer({ min: 1, max: 6 }), (known, at, count) => {
        const contacts = known.map(contactAt);
        const table = tableOf(contacts);
        const key = contactAt(at).id;
        const near = (a: Contact, b: Contact): number => (distance(a.id, key) < distance(b.id, key) ? -1 : 1);
        const before = contacts.filter(({ id }) => between(self.id, id, key)).sort(near);
        expect(table.closestPreceding(key, count)).toEqual(before.slice(0, count));
        const after = [...contacts].sort((a, b) => (distance(key, a.id) < distance(key, b.id) ? -1 : 1));
        expect(table.following(key, count)).toEqual(after.slice(0, count));
      }),
    );
  });

  it('pass over suspected phones, and stay consistent while phones come and go', () => {
    fc.assert(
      fc.property(positions, fc.array(fc.nat(5000)), (known, gone) => {
        const table = tableOf(known.map(contactAt));
        for (const at of gone) table.forget(contactAt(at).id);
        const left = known.filter((at) => !gone.includes(at)).sort((a, b) => a - b);
        expect(table.all().map(({ contact }) => contact)).toEqual(left.map(contactAt));
        if (left.length === 0) return;
        table.get(contactAt(left[0]!).id)!.state = 'suspected';
        expect(table.following(contactAt(0).id, 100)).toEqual(left.slice(1).map(contactAt));
      }),
    );
  });

  it('hold no more than the bound, never drop kept ones, and drop suspected ones first', () => {
    const contacts = randomContacts(300, 1);
    const kept = contacts[0]!.id;
    const table = new KnownPhones(self.id, { limit: 50, isKept: (id) => id === kept });
    for (const contact of contacts.slice(0, 50)) table.learn(contact);
    const suspected = contacts.slice(10, 20).map(({ id }) => id);
    for (const id of suspected) table.get(id)!.state = 'suspected';
    for (const contact of contacts.slice(50, 60)) table.learn(contact);
    expect(suspected.filter((id) => table.get(id))).toEqual([]);
    for (const contact of contacts.slice(60)) table.learn(contact);
    expect(table.size).toBe(50);
    expect(table.get(kept)).toBeDefined();
  });

  describe('do without one of the two that lie closest together for their distance', () => {
    /** Two that lie close together among others that do not, in a table that is full; then one more comes. */
    function evicted(
      prepare: (table: KnownPhones) => void,
      isKept: (id: Id) => boolean = () => false,
      apart = [1100, 1400, 2000, 4000, 4900],
    ): Contact | undefined {
      const pair = [contactAt(3000), contactAt(3001)];
      const others = apart.map(contactAt);
      const table = new KnownPhones(self.id, { limit: pair.length + others.length, isKept });
      for (const contact of [...pair, ...others]) table.learn(contact);
      prepare(table);
      table.learn(contactAt(8000));
      return [...pair, ...others].find(({ id }) => table.get(id) === undefined);
    }
    const heard = (table: KnownPhones, at: number, rttMs: number): void => {
      const phone = table.get(contactAt(at).id)!;
      phone.heardAtMs = 1;
      phone.roundTrip.answered(rttMs);
    };

    it('the one that takes longer to answer', () => {
      for (const [near, far] of [
        [3000, 3001],
        [3001, 3000],
      ] as const) {
        const gone = evicted((table) => {
          heard(table, near, 10);
          heard(table, far, 200);
        });
        expect(gone).toEqual(contactAt(far));
      }
    });

    it('the one that was never heard, however far the other is', () => {
      for (const [met, stranger] of [
        [3000, 3001],
        [3001, 3000],
      ] as const) {
        expect(evicted((table) => heard(table, met, 2_000))).toEqual(contactAt(stranger));
      }
    });

    it('the other when one is a neighbour or finger, and neither when both are', () => {
      for (const [kept, other] of [
        [3000, 3001],
        [3001, 3000],
      ] as const) {
        const isKept = (id: Id): boolean => id === contactAt(kept).id;
        expect(evicted((table) => heard(table, other, 1), isKept)).toEqual(contactAt(other));
      }
      const pair = [contactAt(3000).id, contactAt(3001).id];
      const gone = evicted(
        () => {},
        (id) => pair.includes(id),
      );
      expect([undefined, ...pair]).not.toContain(gone?.id);
    });

    it('but sooner one that is suspected, wherever it lies', () => {
      const gone = evicted((table) => {
        table.get(contactAt(2000).id)!.state = 'suspected';
      });
      expect(gone).toEqual(contactAt(2000));
    });

    it('and of pairs as close, one whose phones take long to answer', () => {
      const slow = [4000, 4002]; // a little further apart for their distance from self
      const gone = evicted(
        (table) => {
          for (const at of [3000, 3001]) heard(table, at, 10);
          for (const at of slow) heard(table, at, 1_000);
        },
        () => false,
        [1100, 1400, 2000, ...slow],
      );
      expect(slow.map(contactAt)).toContainEqual(gone);
    });
  });

  it('grow denser towards self when they cannot hold all', () => {
    const table = tableOf(randomContacts(4000, 2), 200);
    const gap = (id: Id): number => (fractionOf(id) - fractionOf(self.id) + 1) % 1;
    const near = table.all().filter(({ contact }) => gap(contact.id) < 0.1).length;
    const far = table.all().filter(({ contact }) => gap(contact.id) > 0.9).length;
    expect(near).toBeGreaterThan(5 * far);
  });

  it('take in no more phones of one address prefix than allowed', () => {
    const table = new KnownPhones(self.id, { limit: 100, isKept: () => false, perPrefixLimit: 2 });
    const at = (i: number, address: string): Contact => ({ id: idFromNumber(BigInt(i)), address });
    for (let i = 1; i <= 4; i++) table.learn(at(i, `10.1.0.${i}:1`));
    table.learn(at(5, '10.2.0.1:1'));
    for (let i = 6; i <= 9; i++) table.learn(at(i, `[2001:db8:${i}::1]:1`));
    expect(table.size).toBe(5);
    table.forget(at(1, '').id);
    table.learn(at(3, '10.1.0.3:1'));
    expect(table.get(at(3, '').id)).toBeDefined();
  });

  it('explore suspected phones first, then those longest untouched', () => {
    const table = tableOf([1, 2, 3].map(contactAt));
    const explored = (): Contact => {
      const next = table.nextToExplore(() => true)!;
      table.touch(next);
      return next.contact;
    };
    expect([explored(), explored(), explored(), explored()]).toEqual([1, 2, 3, 1].map(contactAt));
    table.get(contactAt(3).id)!.state = 'suspected';
    expect(explored()).toEqual(contactAt(3));
  });
});

describe('fingers', () => {
  const r = 8;
  const ringOf = (contacts: readonly Contact[]): { state: ReturnType<typeof aloneState> } => {
    const clockwise = [...contacts].sort((a, b) => (distance(self.id, a.id) < distance(self.id, b.id) ? -1 : 1));
    const successors = clockwiseList(self, clockwise.length < r ? [...clockwise, self] : clockwise, r);
    return { state: { self, predecessor: clockwise.at(-1) ?? self, successors } };
  };

  it('are none in a ring that the successor list covers', () => {
    expect(fingerTargets(aloneState(self))).toEqual([]);
    expect(fingerTargets(ringOf(randomContacts(7, 3)).state)).toEqual([]);
  });

  it('are only those beyond the successor list, and at most 64', () => {
    for (const count of [8, 63, 1000, 20_000]) {
      const { state } = ringOf(randomContacts(count, 4));
      const covered = distance(self.id, state.successors.at(-1)!.id);
      const targets = fingerTargets(state);
      expect(targets.length).toBeGreaterThan(0);
      expect(targets.length).toBeLessThanOrEqual(MAX_FINGERS);
      for (const target of targets) expect(distance(self.id, target)).toBeGreaterThan(covered);
    }
  });

  it('are looked up in turn, empty ones first, and forget dropped phones', () => {
    const fingers = new Fingers();
    fingers.fit(ringOf(randomContacts(63, 5)).state);
    const count = fingers.empty;
    const targets = Array.from({ length: count }, () => fingers.nextToRefresh()!);
    expect(new Set(targets).size).toBe(count);
    expect(fingers.empty).toBe(0);
    expect(fingers.nextToRefresh()).toBe(targets[0]);
    fingers.point(targets[0]!, contactAt(1));
    fingers.point(targets[1]!, contactAt(1));
    expect(fingers.phones()).toEqual([contactAt(1)]);
    fingers.drop(contactAt(1).id);
    expect([fingers.phones(), fingers.has(contactAt(1).id)]).toEqual([[], false]);
  });
});

describe('the places that double', () => {
  it('are those of the living phones 1, 2, 4, 8 … after self', () => {
    const order = randomContacts(100, 5).sort((a, b) => (distance(self.id, a.id) < distance(self.id, b.id) ? -1 : 1));
    const table = tableOf(order);
    const at = (places: number[]): Contact[] => places.map((place) => order[place - 1]!);
    expect(table.doublings()).toEqual(at([1, 2, 4, 8, 16, 32, 64]));
    for (const place of [2, 3, 4, 64]) table.get(order[place - 1]!.id)!.state = 'suspected';
    expect(table.doublings()).toEqual(at([1, 5, 8, 16, 32, 65]));
    expect(tableOf([]).doublings()).toEqual([]);
  });
});

describe('the graveyard', () => {
  const [predecessor, successor] = [contactAt(900).id, contactAt(1100).id];
  const probe = (graves: Graveyard): Contact | undefined => graves.nextToProbe(predecessor, self.id, successor);

  it('asks those that would be neighbours every second time', () => {
    const graves = new Graveyard();
    for (const at of [1, 2, 3, 950]) graves.bury(contactAt(at), 'dead');
    const probed = Array.from({ length: 8 }, () => probe(graves));
    expect(probed.filter((c) => c?.id === contactAt(950).id).length).toBeGreaterThanOrEqual(4);
    expect(new Set(probed.map((c) => c?.id)).size).toBe(4);
  });

  it('does not ask phones that left, and does not take remembered ones for dead', () => {
    const graves = new Graveyard();
    graves.bury(contactAt(1), 'left');
    expect([graves.has(contactAt(1).id), probe(graves)]).toEqual([true, undefined]);
    graves.bury(contactAt(2), 'remembered');
    expect([graves.has(contactAt(2).id), probe(graves)]).toEqual([false, contactAt(2)]);
    graves.bury(contactAt(2), 'dead');
    expect(graves.has(contactAt(2).id)).toBe(true);
  });

  it('is bounded, and forgets a phone after many probes', () => {
    const graves = new Graveyard();
    for (let i = 0; i < 400; i++) graves.bury(contactAt(2000 + i), 'dead');
    expect(graves.size).toBe(256);
    for (let i = 0; i < 256 * 100; i++) probe(graves);
    expect(graves.size).toBe(0);
    expect(probe(graves)).toBeUndefined();
  });
});

describe('adaptive timeouts', () => {
  const bounds = { callTimeoutMinMs: 100, callTimeoutMaxMs: 3000 };

  it('follow round trips, within bounds', () => {
    const estimator = new RoundTripEstimator();
    expect(estimator.timeoutMs(bounds)).toBe(1000);
    for (let i = 0; i < 50; i++) estimator.answered(2);
    expect(estimator.timeoutMs(bounds)).toBe(100);
    for (let i = 0; i < 50; i++) estimator.answered(i % 2 === 0 ? 200 : 400);
    expect(estimator.timeoutMs(bounds)).toBeGreaterThan(400);
    for (let i = 0; i < 50; i++) estimator.answered(60_000);
    expect(estimator.timeoutMs(bounds)).toBe(3000);
  });

  it('of a phone that never answered grow with what first answers of others took, and never shrink with it', () => {
    const others = new RoundTripEstimator();
    const estimator = new RoundTripEstimator();
    expect(estimator.timeoutMs(bounds, others)).toBe(1000);
    for (let i = 0; i < 50; i++) others.answered(2);
    expect(estimator.timeoutMs(bounds, others)).toBe(1000);
    expect(firstTimeoutMs(bounds, others)).toBe(1000);
    for (let i = 0; i < 50; i++) others.answered(1200);
    const slow = estimator.timeoutMs(bounds, others);
    expect(slow).toBeGreaterThan(1200);
    expect(firstTimeoutMs(bounds, others)).toBe(slow);
    estimator.timedOut();
    expect(estimator.timeoutMs(bounds, others)).toBe(2 * slow);
    for (let i = 0; i < 50; i++) others.answered(60_000);
    expect(firstTimeoutMs(bounds, others)).toBe(3000);
    estimator.answered(20);
    expect(estimator.timeoutMs(bounds, others)).toBe(100);
  });

  it('double after each timeout until the next answer', () => {
    const estimator = new RoundTripEstimator();
    for (let i = 0; i < 50; i++) estimator.answered(10);
    const timeouts = Array.from({ length: 8 }, () => {
      estimator.timedOut();
      return estimator.timeoutMs(bounds);
    });
    expect(timeouts).toEqual([200, 400, 800, 1600, 1600, 1600, 1600, 1600]);
    estimator.answered(10);
    expect(estimator.timeoutMs(bounds)).toBe(100);
  });

  it('take no harm from a clock that jumps back', () => {
    const estimator = new RoundTripEstimator();
    estimator.answered(-5000);
    expect(estimator.timeoutMs(bounds)).toBe(100);
  });
});

describe('the order by distance to a key', () => {
  it('is that of clockwise arithmetic', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(50), (at, key) => {
        const contacts = at.map(contactAt);
        const target = contactAt(key).id;
        const gap = ({ id }: Contact): bigint => distance(id, target);
        const wanted = [...contacts].sort((a, b) => Number(gap(a) - gap(b) > 0n) - Number(gap(a) - gap(b) < 0n));
        expect([...contacts].sort(byDistanceTo(target))).toEqual(wanted);
      }),
    );
  });
});
