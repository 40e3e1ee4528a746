/** Half of all members fail at once, as far as Zave's assumptions allow: how many rounds until the ring is ideal? */
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { mayFail, type Protocol } from './model.ts';
import { fillIdeal, Network } from './network.ts';
import { isIdeal, stabiliseAll } from './progress.ts';

export interface MassFailure {
  readonly protocol: Protocol;
  readonly r: number;
  readonly members: number;
  /** Share of the members that fail, 0 … 1. */
  readonly share: number;
  readonly seed: number;
}

export interface MassFailureReport {
  readonly failed: number;
  /** Rounds, each member stabilising once in a random order; undefined if `roundLimit` were not enough. */
  readonly rounds: number | undefined;
}

export function failMany({ protocol, r, members, share, seed }: MassFailure, roundLimit: number): MassFailureReport {
  const random = new SeededRandom(seed);
  const network = new Network({ size: 2 * members, r, leastPrincipals: r + 1 });
  const positions = random.shuffle(Array.from({ length: 2 * members }, (_, position) => position)).slice(0, members);
  fillIdeal(
    network,
    positions.toSorted((a, b) => a - b),
  );
  let failed = 0;
  for (const position of random.shuffle(positions)) {
    if (failed >= share * members) break;
    if (!mayFail(network, position)) continue;
    network.set(position, undefined);
    failed += 1;
  }
  for (let rounds = 0; rounds <= roundLimit; rounds++) {
    if (isIdeal(network)) return { failed, rounds };
    stabiliseAll(protocol, network, random.shuffle(positions));
  }
  return { failed, rounds: undefined };
}
