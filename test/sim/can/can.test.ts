/** Whole CANs in virtual time: they come together, stay whole, and heal. */
import { describe, expect, it } from 'vitest';
import type { CanEvent } from '../../../services/can-index/core/event.ts';
import { faultsOfTiling } from './can-checkers.ts';
import type { CanPhone } from './can-phone.ts';
import { HEARTBEAT_MS, misrouted, untilOwnedOnce, untilWhole, wholeCan } from './can-scenario.ts';
import { type CanWorld, canWorld } from './can-world.ts';

const SEEDS = [1, 2, 3];

function expectWhole(world: CanWorld): void {
  untilWhole(world, 60_000);
  expect(misrouted(world, 40)).toBe(0);
}

function killShare(world: CanWorld, share: number, death: 'process' | 'machine'): void {
  const phones = world.random.shuffle(world.living());
  for (const phone of phones.slice(0, Math.round(share * phones.length))) phone.kill(death);
}

describe('CANs come together', () => {
  it.each([1, 2, 3, 16, 40])('of %i phones that all join at once', (count) => {
    const world = canWorld({ seed: 1 });
    world.grow(count);
    expectWhole(world);
  });

  it('of phones that join one after the other, owned exactly once all the while', () => {
    const world = canWorld({ seed: 2 });
    for (let i = 0; i < 32; i++) {
      world.grow(1, 500);
      expect(faultsOfTiling(world.living(), world.settings.axes)).toEqual([]);
    }
    expectWhole(world);
  });

  it.each([1, 2, 16])('with %i axes', (axes) => {
    const world = wholeCan(16, { seed: 3, settings: { axes } });
    expectWhole(world);
  });

  it('over links that lose a twentieth of all messages', () => {
    const world = canWorld({ seed: 4, network: { loss: 0.05, duplication: 0.02, reordering: 0.05 } });
    world.grow(20, 500);
    world.runFor(60_000);
    world.network.calm();
    expectWhole(world);
  });

  it('of phones that start together under one name, all of them in the space of the one that began the ring', () => {
    for (const seed of SEEDS) {
      const founders: number[] = [];
      const tell = (index: number, event: CanEvent): void => {
        if (event.type === 'zone-joined' && event.from === undefined) founders.push(index);
      };
      const world = canWorld({ seed, tell });
      for (let i = 0; i < 24; i++) world.addPhone();
      const contacts = world.phones.map(({ contact }) => contact);
      world.network.setName(
        'phone:7400',
        contacts.map(({ address }) => address),
      );
      for (const [i, phone] of world.phones.entries()) phone.start(['phone:7400'], contacts, i === 0);
      expectWhole(world);
      expect(founders).toEqual([0]);
    }
  });

  it('again when all phones but one restart at once', () => {
    const world = wholeCan(16, { seed: 5 });
    const [first, ...others] = world.phones as [CanPhone, ...CanPhone[]];
    for (const phone of others) phone.kill();
    for (const phone of others) phone.start([first.contact.address]);
    expectWhole(world);
  });
});

describe('CANs heal', () => {
  it.each(['process', 'machine'] as const)(
    'when a quarter of the phones dies at once (%s): owned once within 3 heartbeats',
    (death) => {
      for (const seed of SEEDS) {
        const world = wholeCan(48, { seed });
        killShare(world, 0.25, death);
        expect(untilOwnedOnce(world, 60_000)).toBeLessThanOrEqual(3 * HEARTBEAT_MS);
        expectWhole(world);
      }
    },
  );

  it('when a quarter dies in silence: who finds one dead looks at others, so the last is noticed within 2 heartbeats', () => {
    for (const seed of [24, 25]) {
      const world = canWorld({ seed });
      world.grow(64, 200);
      world.runFor(60_000);
      killShare(world, 0.25, 'machine');
      expect(untilOwnedOnce(world, 60_000)).toBeLessThanOrEqual(2 * HEARTBEAT_MS);
    }
  });

  it('when half of the phones die at once', () => {
    for (const seed of SEEDS) {
      const world = wholeCan(40, { seed });
      killShare(world, 0.5, 'machine');
      untilOwnedOnce(world, 60_000);
      expectWhole(world);
    }
  });

  it('when all but one die', () => {
    const world = wholeCan(8, { seed: 6 });
    for (const phone of world.phones.slice(1)) phone.kill('machine');
    untilWhole(world, 120_000);
  });

  it('when phones leave gracefully, owned exactly once as soon as they are gone', () => {
    const world = wholeCan(24, { seed: 7 });
    for (const phone of world.phones.slice(0, 6)) {
      phone.leave();
      world.runUntil(() => !phone.isUp, 10_000, 'the leave');
      expect(untilOwnedOnce(world, 10_000)).toBeLessThan(HEARTBEAT_MS);
    }
    expectWhole(world);
  });

  it('when phones leave, with hardly ever a zone taken over that another phone was given', () => {
    const claims: string[] = [];
    const tell = (index: number, { type }: CanEvent): void => {
      if (type === 'zone-taken-over') claims.push(`phone ${index}`);
    };
    for (const seed of SEEDS) {
      const world = wholeCan(40, { seed, tell });
      const before = claims.length;
      for (const phone of world.phones.slice(0, 16)) {
        phone.leave();
        world.runUntil(() => !phone.isUp, 10_000, 'the leave');
        world.runFor(10_000);
      }
      // Only where whoever leaves has not heard itself from the phone it gave its zone to.
      expect(claims.length - before).toBeLessThanOrEqual(1);
    }
  });

  it('when six phones leave at the same moment', () => {
    const world = wholeCan(24, { seed: 8 });
    for (const phone of world.phones.slice(0, 6)) phone.leave();
    world.runUntil(() => world.living().length === 18, 20_000, 'the leaves');
    expectWhole(world);
  });

  it('when a phone is killed and comes back under the same id', () => {
    for (const awayMs of [100, 60_000]) {
      const world = wholeCan(16, { seed: 9 });
      const phone = world.phones[5]!;
      phone.kill();
      world.runFor(awayMs);
      phone.start([world.phones[0]!.contact.address]);
      expectWhole(world);
    }
  });

  it('when a phone is frozen, loses its zone, and thaws', () => {
    for (const seed of SEEDS) {
      const world = wholeCan(16, { seed });
      const [frozen] = world.phones as [CanPhone];
      frozen.freeze();
      world.runFor(60_000);
      frozen.thaw();
      expectWhole(world);
    }
  });

  it('when two halves that could not hear each other meet again', () => {
    for (const seed of SEEDS) {
      const world = wholeCan(24, { seed });
      const phones = world.random.shuffle(world.phones);
      const halves = [phones.slice(0, 12), phones.slice(12)] as const;
      world.network.partition(halves);
      world.runFor(120_000);
      for (const half of halves) expect(faultsOfTiling(half, world.settings.axes)).toEqual([]);
      world.network.heal();
      untilWhole(world, 300_000);
      expectWhole(world);
    }
  });

  it('when a phone that was cut off alone comes back, and the others keep what they had', () => {
    const world = wholeCan(24, { seed: 10 });
    const [alone, ...others] = world.phones as [CanPhone, ...CanPhone[]];
    world.network.partition([[alone]]);
    world.runFor(120_000);
    const before = others.map(({ node }) => node.status().zones[0]!.zone.path);
    world.network.heal();
    expectWhole(world);
    const kept = others.filter(({ node }, i) => {
      const { path } = node.status().zones[0]!.zone;
      return path.length >= before[i]!.length;
    });
    expect(kept.length).toBe(others.length);
  });

  it('when a clock jumps an hour either way', () => {
    const world = wholeCan(12, { seed: 11 });
    world.phones[2]!.clockSkewMs = 3_600_000;
    world.phones[7]!.clockSkewMs = -3_600_000;
    world.grow(2);
    world.phones[4]!.kill();
    expectWhole(world);
  });
});
