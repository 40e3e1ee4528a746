/** CANs under drawn faults, and what the checkers must find when something is broken on purpose. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../services/can-index/core/settings.ts';
import type { HeldZone } from '../../../services/can-index/core/space/territory.ts';
import { inNewHands, splitZone, wholeSpace, type Zone } from '../../../services/can-index/core/space/zone.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import { runCanCampaign } from './can-campaign.ts';
import {
  faultsOfNeighbours,
  faultsOfRest,
  faultsOfSettledClaims,
  faultsOfTiling,
  isOwnedOnce,
} from './can-checkers.ts';
import type { CanPhone } from './can-phone.ts';
import { faultsOfCan, misrouted, untilOwnedOnce, untilWhole, wholeCan } from './can-scenario.ts';
import { canWorld } from './can-world.ts';

const SMALL = { phones: 12, minutes: 1 };
/** 4, 42, 71 and 76 each found a fault of an earlier version. */
const SEEDS = [1, 2, 4, 8, 42, 71, 76];

describe('under the faults its seed draws', () => {
  test.each(SEEDS)('a CAN heals (seed %i)', (seed) => {
    expect(runCanCampaign({ seed, ...SMALL, phones: 14 }).faults).toEqual([]);
  });
});

test('a run is the same again, and different with another seed', () => {
  const [first, again, other] = [3, 3, 7].map((seed) => runCanCampaign({ seed, ...SMALL }));
  expect(again).toEqual(first);
  expect(other!.hash).not.toBe(first!.hash);
});

describe('what is broken on purpose is found', () => {
  test('nobody notices that phones died', () => {
    const world = wholeCan(12, { seed: 1, settings: { heartbeatMs: 1e9 } });
    for (const phone of world.phones.slice(0, 4)) phone.kill('machine');
    expect(() => untilOwnedOnce(world, 60_000)).toThrow('the zones cover');
  });

  test('a phone that tells nobody what it has', () => {
    const world = wholeCan(12, { seed: 2 });
    const silent = world.phones[3]!;
    const handle = silent.node.handle.bind(silent.node);
    silent.node.handle = function* broken(from, request) {
      return request.type === 'exchange' ? { type: 'refused' } : yield* handle(from, request);
    };
    world.runFor(60_000);
    world.grow(4, 500);
    world.runFor(60_000);
    expect(faultsOfCan(world, world.living())).not.toEqual([]);
  });

  test('a phone that loses its links and its neighbours leads questions nowhere', () => {
    const world = canWorld({ seed: 3, settings: { routeHops: 1, routeDetours: 0, longLinks: 1 } });
    world.grow(24, 500);
    untilWhole(world, 60_000);
    expect(misrouted(world, 60)).toBeGreaterThan(0);
  });

  const whole = wholeSpace(2);
  const [lower, upper] = splitZone(whole, { axis: 0, cut: SPAN / 2 });
  const [left, right] = splitZone(upper, { axis: 1, cut: SPAN / 2 });

  test.each<[string, Zone[][], string]>([
    ['a hole', [[lower], [left]], 'the zones cover 0.75'],
    ['an overlap', [[lower], [left], [upper]], 'both have'],
    ['an overlap that makes up for a hole', [[left], [left], [lower]], 'both have'],
    ['a zone in two hands', [[whole], [whole]], 'both have'],
  ])('%s', (_, zones, fault) => {
    const phones = zones.map((held, index) => standIn(index, held, []));
    expect(faultsOfTiling(phones, 2).join('\n')).toContain(fault);
    expect(isOwnedOnce(phones, 2)).toBe(false);
  });

  test('but not where all is well', () => {
    const phones = [[lower], [left], [right]].map((held, index) => standIn(index, held, [0, 1, 2]));
    expect(faultsOfTiling(phones, 2)).toEqual([]);
    expect(isOwnedOnce(phones, 2)).toBe(true);
    const zones = [lower, left, right];
    const linked = zones.map((zone, index) =>
      standIn(
        index,
        [zone],
        [0, 1, 2].filter((i) => i !== index),
        zones,
      ),
    );
    expect(faultsOfNeighbours(linked)).toEqual([]);
    expect(faultsOfRest(linked)).toEqual([]);
    expect(faultsOfSettledClaims(linked)).toEqual([]);
  });

  test('a neighbour that is not known, not there any more, or not as it was', () => {
    const zones = [lower, left, right];
    const faults = (known: readonly number[], believed: readonly Zone[]): string =>
      faultsOfNeighbours([
        standIn(0, [lower], known, believed),
        standIn(1, [left], [0, 2], zones),
        standIn(2, [right], [0, 1], zones),
      ]).join('\n');
    expect(faults([1], zones)).toContain('does not know its neighbour 2');
    expect(faults([1, 2, 9], zones)).toContain('that is not there');
    expect(faults([1, 2], [lower, left, inNewHands(right)])).toContain('is wrong about what its neighbour 2 has');
  });

  test('two settled claims of one epoch, and not of two', () => {
    const claims = (epoch: number): string[] =>
      faultsOfSettledClaims([standIn(0, [upper], []), standIn(1, [{ ...left, epoch }], [])]);
    expect(claims(0)).toHaveLength(1);
    expect(claims(1)).toEqual([]);
  });
});

/** A phone that has these zones and believes these others to have those of `believed`. */
function standIn(
  index: number,
  zones: readonly Zone[],
  known: readonly number[],
  believed: readonly Zone[] = [],
): CanPhone {
  const contactOf = (i: number): { id: string } => ({ id: `phone ${i}` });
  const held: HeldZone[] = zones.map((zone) => ({ zone, isSettled: true, claimedAt: 0 }));
  const neighbours = known.map((i) => ({
    contact: contactOf(i),
    zones: believed[i] === undefined ? [] : [believed[i]],
  }));
  const node = { status: () => ({ state: 'member', zones: held, neighbours }), view: { zones: () => held } };
  return { index, contact: contactOf(index), node } as unknown as CanPhone;
}

test('the settings that the tests run with are the product’s', () => {
  expect(canWorld({ seed: 1 }).settings).toEqual(DEFAULT_SETTINGS);
});
