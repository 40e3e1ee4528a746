/**
 * What can go wrong in one run, drawn by its seed. No run has all faults at once: a fault that is always there hides
 * what only shows without it, so each seed leaves some of them out.
 * After: Groce et al., "Swarm testing", ISSTA 2012.
 */
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import type { NetworkOptions } from '../engine/network.ts';

export const FAULTS = [
  'kill-process',
  'kill-machine',
  'freeze',
  'leave',
  'join',
  'halves',
  'isolate',
  'one-way',
  'swizzle',
  'clock-jump',
  'clock-rate',
] as const;

export type Fault = (typeof FAULTS)[number];

export interface Swarm {
  readonly network: NetworkOptions;
  /** The faults of this run; at least one. */
  readonly faults: readonly Fault[];
  /** Mean of the exponential pause between two faults, ms. */
  readonly faultEveryMs: number;
  /** Shortest and longest duration of a fault that passes, ms. */
  readonly durationMs: readonly [number, number];
  /** Mean of the exponential pause between two operations of people, ms. */
  readonly operationEveryMs: number;
}

export function drawSwarm(random: SeededRandom): Swarm {
  const chosen = FAULTS.filter(() => random.next() < 0.5);
  const either = (probability: number, most: number): number =>
    random.next() < probability ? random.next() * most : 0;
  const shortest = random.pick([1, 5, 20]);
  return {
    network: {
      latencyMs: [shortest, shortest * random.pick([1, 4, 10])],
      jitterMs: random.pick([0, 2, 20]),
      loss: either(0.4, 0.03),
      duplication: either(0.4, 0.05),
      reordering: either(0.4, 0.1),
      holdUpMs: 500,
    },
    faults: chosen.length > 0 ? chosen : [random.pick(FAULTS)],
    faultEveryMs: random.pick([3_000, 10_000, 30_000]),
    durationMs: random.pick([
      [200, 2_000],
      [1_000, 15_000],
      [20_000, 90_000],
    ] as const),
    operationEveryMs: random.pick([100, 300, 1_000]),
  };
}
