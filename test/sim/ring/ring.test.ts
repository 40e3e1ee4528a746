import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import { faultsOfOrder, faultsOfOwnership, faultsOfRing, ownerOf } from './checkers.ts';
import type { SimPhone } from './phone.ts';
import { messagesSent, quietRing, SUCCESSORS, untilIdeal } from './scenario.ts';
import { ringWorld, type World } from './world.ts';

const SEEDS = [1, 2, 3];

function expectWhole(world: World, phones: readonly SimPhone[] = world.living()): void {
  const keys = Array.from({ length: 100 }, () => world.randomId());
  expect(faultsOfOwnership(phones, [...keys, ...phones.map(({ contact }) => contact.id)])).toEqual([]);
  expect(faultsOfOrder(phones)).toEqual([]);
}

const NAME = 'phone:7400';

/** Phones that are not started, whose addresses are all under one name. */
function namedWorld(seed: number, count: number): World {
  const world = ringWorld({ seed });
  for (let i = 0; i < count; i++) world.addPhone();
  const addresses = world.phones.map(({ contact }) => contact.address);
  world.network.setName(NAME, addresses);
  expect([...addresses].sort()[0]).toBe(addresses[0]);
  return world;
}

function founders(world: World): SimPhone[] {
  return world.living().filter(({ node }) => node.status().founded);
}

describe('rings come together', () => {
  it.each([1, 2, 3, 8, 9, 64])('of %i phones that all join at once', (count) => {
    for (const seed of SEEDS) {
      const world = ringWorld({ seed });
      world.startPhones(count);
      expect(untilIdeal(world, world.phones, 30_000)).toBeLessThan(15_000);
      expectWhole(world);
    }
  });

  it('of 64 phones that join one after the other, and every list is in order all the while', () => {
    const world = ringWorld({ seed: 4 });
    for (let i = 0; i < 64; i++) {
      world.startPhones(1, 200);
      expect(faultsOfOrder(world.living())).toEqual([]);
    }
    untilIdeal(world, world.phones, 10_000);
    expectWhole(world);
  });

  it('over links that lose a twentieth of all messages', () => {
    const world = ringWorld({ seed: 5, network: { loss: 0.05 } });
    world.startPhones(24);
    world.runFor(60_000);
    world.network.loss = 0;
    untilIdeal(world, world.phones, 60_000);
  });

  it('when phones that only have each other as seeds start together', () => {
    const world = ringWorld({ seed: 6 });
    for (let i = 0; i < 16; i++) world.addPhone();
    const seeds = world.phones.slice(0, 4).map(({ contact }) => contact.address);
    for (const phone of world.phones) phone.start(seeds);
    untilIdeal(world, world.phones, 120_000);
  });

  it.each([1, 2, 48])(
    'of %i phones that start together under one name, of which one alone starts the ring',
    (count) => {
      for (const seed of SEEDS) {
        const world = namedWorld(seed, count);
        for (const phone of world.phones) phone.start([NAME]);
        untilIdeal(world, world.phones, 30_000);
        expect(founders(world)).toEqual([world.phones[0]]);
        expectWhole(world);
      }
    },
  );

  it('under one name whose first phone starts last', () => {
    const world = namedWorld(8, 16);
    const [first, ...others] = world.phones as [SimPhone, ...SimPhone[]];
    for (const phone of others) phone.start([NAME]);
    world.runFor(10_000);
    expect(others.map(({ node }) => node.status().state)).toEqual(others.map(() => 'joining'));
    first.start([NAME]);
    untilIdeal(world, world.phones, 60_000);
    expect(founders(world)).toEqual([first]);
  });

  it('under one name whose first phone never starts', () => {
    const world = namedWorld(9, 17);
    for (const phone of world.phones.slice(1)) phone.start([NAME]);
    untilIdeal(world, world.living(), 300_000);
    expectWhole(world);
  });

  it('under one name, and its first phone joins like any other when it is back with nothing on its disk', () => {
    const world = namedWorld(10, 16);
    for (const phone of world.phones) phone.start([NAME]);
    untilIdeal(world, world.phones, 30_000);
    const first = world.phones[0]!;
    first.kill('process');
    untilIdeal(world, world.living(), 30_000);
    first.start([NAME]);
    untilIdeal(world, world.phones, 30_000);
    expect(founders(world)).toEqual([]);
  });

  it('again when all phones were killed and restart from what they remember', () => {
    for (const seed of SEEDS) {
      const world = quietRing(16, { seed });
      const remembered = world.phones.map(({ node }) => node.status().known.map(({ contact }) => contact));
      for (const phone of world.phones) phone.kill();
      world.runFor(1000);
      for (const [i, phone] of world.phones.entries()) phone.start([], remembered[i]);
      untilIdeal(world, world.phones, 180_000);
      expectWhole(world);
    }
  });
});

describe('rings heal', () => {
  it.each(['process', 'machine'] as const)('when a quarter of 64 phones dies at once (%s)', (death) => {
    for (const seed of SEEDS) {
      const world = quietRing(64, { seed });
      for (const phone of world.random.shuffle(world.phones).slice(0, 16)) phone.kill(death);
      const healedMs = untilIdeal(world, world.living(), 120_000);
      // Broken links are seen at once; silence only when somebody next asks.
      expect(healedMs).toBeLessThan(death === 'process' ? 5_000 : 60_000);
      expectWhole(world);
    }
  });

  it('when all but one phone of eight die', () => {
    const world = quietRing(8, { seed: 7 });
    for (const phone of world.phones.slice(1)) phone.kill('machine');
    untilIdeal(world, world.living(), 120_000);
    expectWhole(world);
  });

  it('when more neighbours in a row die than a list is long', () => {
    const world = quietRing(32, { seed: 8 });
    const order = [...world.phones].sort((a, b) => (a.contact.id < b.contact.id ? -1 : 1));
    for (const phone of order.slice(4, 4 + SUCCESSORS + 4)) phone.kill('machine');
    untilIdeal(world, world.living(), 180_000);
    expectWhole(world);
  });

  it('when a frozen phone is dropped and thaws', () => {
    for (const seed of SEEDS) {
      const world = quietRing(16, { seed });
      const [frozen, ...others] = world.phones as [SimPhone, ...SimPhone[]];
      frozen.freeze();
      untilIdeal(world, others, 60_000);
      world.runFor(120_000);
      frozen.thaw();
      expect(untilIdeal(world, world.phones, 60_000)).toBeLessThan(40_000);
      expectWhole(world);
    }
  });

  it('when phones leave gracefully, at once', () => {
    const world = quietRing(24, { seed: 9 });
    for (const phone of world.phones.slice(0, 6)) phone.leave();
    world.runUntil(() => world.living().length === 18, 5_000, 'the leave');
    expect(untilIdeal(world, world.living(), 10_000)).toBeLessThan(3_000);
  });

  it.each([100, 60_000])('when a phone is killed and comes back with the same id %i ms later', (awayMs) => {
    for (const seed of SEEDS) {
      const world = quietRing(16, { seed });
      const phone = world.phones[5]!;
      phone.kill();
      world.runFor(awayMs);
      phone.start([world.phones[0]!.contact.address]);
      expect(untilIdeal(world, world.phones, 60_000)).toBeLessThan(20_000);
      expectWhole(world);
    }
  });

  it('when one phone cannot hear another for five minutes', () => {
    const world = quietRing(16, { seed: 10 });
    const order = [...world.phones].sort((a, b) => (a.contact.id < b.contact.id ? -1 : 1));
    world.network.deafen(order[4]!, order[5]!);
    world.runFor(300_000);
    world.network.heal();
    untilIdeal(world, world.phones, 120_000);
  });

  it('when a clock jumps an hour either way', () => {
    const world = quietRing(12, { seed: 11 });
    world.phones[2]!.clockSkewMs = 3_600_000;
    world.phones[7]!.clockSkewMs = -3_600_000;
    world.startPhones(2);
    world.phones[4]!.kill();
    untilIdeal(world, world.living(), 30_000);
  });
});

describe('two rings become one', () => {
  it.each([2, 8, 64])('after a partition of %i phones into halves that outlasts detection', (count) => {
    for (const seed of SEEDS) {
      const world = quietRing(count, { seed });
      const shuffled = world.random.shuffle(world.phones);
      const halves = [shuffled.slice(0, count / 2), shuffled.slice(count / 2)];
      world.network.partition(halves);
      for (const half of halves) untilIdeal(world, half, 300_000);
      world.runFor(120_000);
      world.network.heal();
      expect(untilIdeal(world, world.phones, 180_000)).toBeLessThan(60_000);
      expectWhole(world);
    }
  });

  it('when they never met, through a seed', () => {
    const world = ringWorld({ seed: 12 });
    for (let i = 0; i < 24; i++) world.addPhone();
    const addressOf = (i: number): string => world.phones[i]!.contact.address;
    const halves = [world.phones.slice(0, 12), world.phones.slice(12)];
    world.network.partition(halves);
    for (const [i, phone] of world.phones.entries()) {
      phone.start(i === 0 ? [] : i === 12 ? [] : [addressOf(0), addressOf(12)]);
    }
    for (const half of halves) untilIdeal(world, half, 60_000);
    world.network.heal();
    untilIdeal(world, world.phones, 600_000);
    expectWhole(world);
  });
});

describe('lookups', () => {
  it('find the owner from every phone, always in one hop while a ring of 64 is quiet', () => {
    const world = quietRing(64, { seed: 13 });
    let askedBeside = 0;
    for (const phone of world.phones) {
      for (let i = 0; i < 10; i++) {
        const key = world.randomId();
        const { owner, replicas, hops, milliseconds } = world.lookup(phone, key);
        expect(owner?.id).toBe(ownerOf(world.phones, key).contact.id);
        expect(replicas).toHaveLength(DEFAULT_SETTINGS.replication);
        // Whoever names the owner was asked first. Others are asked only beside it, when its answer is late.
        const named = hops.at(-1);
        if (named === undefined) continue;
        expect(named.outcome).toBe('owner');
        expect(named.milliseconds).toBeCloseTo(milliseconds, 6);
        askedBeside += hops.length - 1;
      }
    }
    expect(askedBeside).toBeLessThan(7);
  });

  it('find the owner in few hops when tables hold a tenth of the ring', () => {
    const world = quietRing(128, { seed: 14, settings: { knownPhones: 12 } });
    let hops = 0;
    for (let i = 0; i < 300; i++) {
      const key = world.randomId();
      const outcome = world.lookup(world.random.pick(world.phones), key);
      expect(outcome.owner?.id).toBe(ownerOf(world.phones, key).contact.id);
      hops += outcome.hops.length;
    }
    expect(hops / 300).toBeLessThan(3);
  });

  it('end with the right owner while a quarter is dead and nobody has noticed', () => {
    const world = quietRing(64, { seed: 15 });
    for (const phone of world.random.shuffle(world.phones).slice(0, 16)) phone.kill('machine');
    const alive = world.living();
    let ownersDead = 0;
    let timeouts = 0;
    for (let i = 0; i < 60; i++) {
      const key = world.randomId();
      const { replicas, hops } = world.lookup(world.random.pick(alive), key);
      // A dead owner that nobody has noticed comes first; the next replica that lives is the right one.
      const living = replicas.find(({ id }) => world.network.find(id)!.isUp);
      expect(living?.id).toBe(ownerOf(alive, key).contact.id);
      ownersDead += Number(living !== replicas[0]);
      timeouts += hops.filter(({ outcome }) => outcome === 'timeout').length;
    }
    expect(ownersDead).toBeLessThan(20);
    expect(timeouts / 60).toBeLessThan(1);
  });

  it('keep finding owners under churn: one join or death every 5 s among 64 phones', () => {
    const world = quietRing(64, { seed: 16 });
    let found = 0;
    let right = 0;
    for (let round = 0; round < 300; round++) {
      world.runFor(1000);
      if (round % 10 === 0) world.random.pick(world.living().slice(1)).kill(round % 20 === 0 ? 'process' : 'machine');
      if (round % 10 === 5) world.addPhone().start([world.phones[0]!.contact.address]);
      const members = world.living().filter(({ node }) => node.status().state === 'member');
      const key = world.randomId();
      const { replicas } = world.lookup(world.random.pick(members), key);
      const living = replicas.filter(({ id }) => world.network.find(id)!.isUp);
      found += Number(living.length > 0);
      right += Number(living[0]?.id === ownerOf(members, key).contact.id);
    }
    expect(found).toBe(300);
    expect(right).toBeGreaterThanOrEqual(299);
    untilIdeal(world, world.living(), 120_000);
  });
});

describe('an idle phone', () => {
  it.each([8, 64])('of %i sends next to nothing', (count) => {
    const world = quietRing(count, { seed: 17 });
    const before = messagesSent(world);
    world.runFor(600_000);
    // A request and a reply each count; a round every 16 s has two exchanges, of which each phone is in four.
    expect((messagesSent(world) - before) / count / 10).toBeLessThan(16);
    expect(faultsOfRing(world.phones, SUCCESSORS)).toEqual([]);
  });
});
