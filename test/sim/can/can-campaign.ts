/**
 * One run of a CAN under faults. While the faults of the seed's swarm strike, no two phones may have settled claims to the
 * same region with the same epoch, unless a cut keeps them from hearing of each other. Then everything heals, and what
 * must hold in the end has to come: the space owned exactly once, one zone a phone, neighbours that know each other, every
 * point found from everywhere.
 */
import type { CanSettings } from '../../../services/can-index/core/settings.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { type Besieged, Nemesis } from '../faults/nemesis.ts';
import { drawSwarm, type Fault, type Swarm } from '../faults/swarm.ts';
import { faultsOfSettledClaims } from './can-checkers.ts';
import type { CanPhone } from './can-phone.ts';
import { faultsOfCan, misrouted } from './can-scenario.ts';
import { type CanWorld, canWorld } from './can-world.ts';

export interface CanCampaignOptions {
  readonly seed: number;
  readonly phones: number;
  /** Virtual minutes under faults. */
  readonly minutes: number;
  readonly settings?: Partial<CanSettings>;
  /** All must be well so long after the faults, ms. */
  readonly healWithinMs?: number;
}

export interface CanCampaignReport {
  readonly swarm: Swarm;
  /** Hash of the log of all messages; the same for the same options. */
  readonly hash: number;
  readonly deeds: readonly string[];
  /** Virtual ms from the end of the faults until all was well; undefined when it did not come. */
  readonly healedMs: number | undefined;
  /** What was wrong; empty when all was well. */
  readonly faults: readonly string[];
}

const STEP_MS = 500;
const GROW_GAP_MS = 200;
const HEAL_WITHIN_MS = 600_000;
const HEAL_STEP_MS = 2_000;
/** With these in a swarm, phones that cannot hear each other may both settle on a region. */
const DIVIDING: ReadonlySet<Fault> = new Set<Fault>(['halves', 'isolate', 'one-way', 'swizzle', 'freeze']);
const QUESTIONS = 40;
const MAX_FAULTS_TOLD = 8;

export function runCanCampaign(options: CanCampaignOptions): CanCampaignReport {
  const { seed, phones, minutes, settings, healWithinMs = HEAL_WITHIN_MS } = options;
  const swarm = drawSwarm(new SeededRandom(seed).fork());
  const world = canWorld({ seed, network: swarm.network, settings });
  world.grow(phones, GROW_GAP_MS);
  const nemesis = new Nemesis(besieged(world), swarm);
  nemesis.start();
  const faults: string[] = [];
  const isDivided = swarm.faults.some((fault) => DIVIDING.has(fault));
  for (let atMs = 0; atMs < minutes * 60_000 && faults.length === 0; atMs += STEP_MS) {
    world.runFor(STEP_MS);
    if (!isDivided) faults.push(...faultsOfSettledClaims(world.living()));
  }
  nemesis.end();
  const healedMs = faults.length === 0 ? heal(world, healWithinMs, faults) : undefined;
  return {
    swarm,
    hash: world.engine.logHash,
    deeds: nemesis.deeds,
    healedMs,
    faults: faults.slice(0, MAX_FAULTS_TOLD),
  };
}

function besieged(world: CanWorld): Besieged {
  const members = (): CanPhone[] => world.living().filter(({ node }) => node.status().state === 'member');
  return {
    world,
    get members() {
      return members();
    },
    pick: () => world.random.pick(members()),
    get mostDead() {
      return Math.floor(world.phones.length / 2);
    },
  };
}

function heal(world: CanWorld, withinMs: number, faults: string[]): number | undefined {
  const startedMs = world.elapsedMs;
  let left = faultsOfCan(world, world.living());
  while (left.length > 0 && world.elapsedMs - startedMs < withinMs) {
    world.runFor(HEAL_STEP_MS);
    left = faultsOfCan(world, world.living());
  }
  faults.push(...left.map((fault) => `not healed after ${withinMs / 1000} s: ${fault}`));
  if (left.length > 0) return undefined;
  const healedMs = world.elapsedMs - startedMs;
  const wrong = misrouted(world, QUESTIONS);
  if (wrong > 0) faults.push(`${wrong} of ${QUESTIONS} points were not found with their owners`);
  return healedMs;
}
