/** What scenarios of CANs share: bringing one up, and waiting until all is as it should be. */
import type { EntryKeeping } from '../../../services/can-index/core/entry-keeping.ts';
import { DEFAULT_SETTINGS } from '../../../services/can-index/core/settings.ts';
import {
  faultsOfNeighbours,
  faultsOfRest,
  faultsOfSettledClaims,
  faultsOfTiling,
  isOwnedOnce,
} from './can-checkers.ts';
import type { CanPhone } from './can-phone.ts';
import { type CanWorld, type CanWorldOptions, canWorld } from './can-world.ts';

/** Faults named in an error. */
const MAX_TOLD = 5;

export const HEARTBEAT_MS = DEFAULT_SETTINGS.heartbeatMs;

/** All that must be true of a CAN that nothing happens to: the first kind of fault that there is. */
export function faultsOfCan({ settings }: CanWorld, phones: readonly CanPhone[]): string[] {
  for (const faults of [
    () => faultsOfTiling(phones, settings.axes),
    () => faultsOfRest(phones),
    () => faultsOfNeighbours(phones),
    () => faultsOfSettledClaims(phones),
  ]) {
    const found = faults();
    if (found.length > 0) return found;
  }
  return [];
}

/** A CAN of `count` phones that is whole. */
export function wholeCan(count: number, options: Omit<CanWorldOptions<EntryKeeping>, 'keepEntries'>): CanWorld {
  const world = canWorld(options);
  world.grow(count, 100);
  untilWhole(world, 120_000);
  return world;
}

/** Runs until the living phones form a whole CAN; gives the virtual milliseconds it took. Its error names the faults. */
export function untilWhole(world: CanWorld, withinMs: number): number {
  return until(world, () => faultsOfCan(world, world.living()), withinMs);
}

/** Runs until the space is owned exactly once; gives the virtual milliseconds it took. */
export function untilOwnedOnce(world: CanWorld, withinMs: number): number {
  const { axes } = world.settings;
  try {
    return world.runUntil(() => isOwnedOnce(world.living(), axes), withinMs, 'a space owned exactly once');
  } catch (error) {
    throw new Error(faultsOfTiling(world.living(), axes).slice(0, MAX_TOLD).join('\n'), { cause: error });
  }
}

function until(world: CanWorld, faults: () => readonly string[], withinMs: number): number {
  try {
    return world.runUntil(() => faults().length === 0, withinMs, 'a whole CAN');
  } catch (error) {
    throw new Error(faults().slice(0, MAX_TOLD).join('\n'), { cause: error });
  }
}

/** How many of so many random points a random phone does not find the true owner of. */
export function misrouted(world: CanWorld, count: number): number {
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const point = world.randomPoint();
    const owner = world.living().find(({ node }) => node.view.ownershipOf(point) !== 'none');
    const found = world.find(world.random.pick(world.living()), point);
    if (owner === undefined || found.owner?.contact.id !== owner.contact.id) wrong += 1;
  }
  return wrong;
}
