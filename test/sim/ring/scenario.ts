/** What scenarios of rings share: bringing one up, and waiting until it is ideal. */
import type { ChordSettings } from '../../../services/chord-router/core/settings.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { NetworkOptions } from '../engine/network.ts';
import { faultsOfRing } from './checkers.ts';
import type { SimPhone } from './phone.ts';
import { ringWorld, type World } from './world.ts';

export const SUCCESSORS = DEFAULT_SETTINGS.successors;
/** Longer than any pause of stabilisation, several times over. */
const QUIET_MS = 20 * DEFAULT_SETTINGS.stabiliseMaxMs;

export interface RingOptions {
  readonly seed: number;
  readonly settings?: Partial<ChordSettings>;
  readonly network?: Partial<NetworkOptions>;
  /** Between two starts; 0: all at once. */
  readonly gapMs?: number;
}

/** A ring of `count` phones that is ideal and has gone quiet. */
export function quietRing(count: number, options: RingOptions): World {
  const world = ringWorld(options);
  world.startPhones(count, options.gapMs);
  untilIdeal(world, world.phones, 120_000);
  world.runFor(QUIET_MS);
  return world;
}

/** Runs until these phones form the ideal ring; gives the virtual milliseconds it took. Its error names the faults. */
export function untilIdeal(world: World, phones: readonly SimPhone[], withinMs: number): number {
  try {
    return world.runUntil(() => faultsOfRing(phones, SUCCESSORS).length === 0, withinMs, 'the ideal ring');
  } catch (error) {
    throw new Error(faultsOfRing(phones, SUCCESSORS).slice(0, 5).join('\n'), { cause: error });
  }
}

export function messagesSent(world: World): number {
  return world.phones.reduce((sum, phone) => sum + phone.sent, 0);
}
