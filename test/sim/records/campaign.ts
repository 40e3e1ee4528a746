/**
 * One run under faults. Safety phase: people write, read and delete while the faults of the seed's swarm strike, and
 * what must always hold is checked at every step. Then everything heals, and what must hold in the end has to come.
 *
 * What must always hold: lists in order, without duplicates and self; what watch/ checks; a complete read is never older
 * than a write it followed of which a majority of all replicas had acknowledged that they have it.
 * In the end: the ideal ring; one owner a key; every acknowledged record on exactly its replicas and read by anybody;
 * no deleted one on any disk.
 */
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { Nemesis } from '../faults/nemesis.ts';
import { drawSwarm, type Swarm } from '../faults/swarm.ts';
import { faultsOfOrder, faultsOfOwnership, faultsOfRing } from '../ring/checkers.ts';
import type { WatchReport } from '../watch/ring-watch.ts';
import { People } from './people.ts';
import { RecordWorld } from './record-world.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly phones: number;
  /** Virtual minutes of the safety phase. */
  readonly minutes: number;
  readonly onProgress?: (step: string) => void;
}

export interface CampaignReport {
  readonly seed: number;
  readonly swarm: Swarm;
  /** Hash of the log of all messages; the same for the same options. */
  readonly hash: number;
  readonly delivered: number;
  readonly writes: number;
  readonly acknowledged: number;
  readonly reads: number;
  readonly completeReads: number;
  /** Reads that were older than an acknowledged write, or perhaps, and said so. */
  readonly toldReads: number;
  /** Writes acknowledged by less than a majority of all replicas, and that said so. */
  readonly unsureWrites: number;
  /** Writes that were not stored, and said so. */
  readonly unavailableWrites: number;
  readonly deeds: readonly string[];
  /** What was judged of the ring's state. */
  readonly watched: WatchReport;
  /** Virtual ms from the end of the faults until all was well; undefined when it did not come. */
  readonly healedMs: number | undefined;
  /** What was wrong; empty when all was well. */
  readonly faults: readonly string[];
  /** The last messages before the end. */
  readonly trace: readonly string[];
}

const TRACE_LENGTH = 40;
const STEP_MS = 250;
const GROW_GAP_MS = 100;
/** All must be well so long after the faults. */
const HEAL_WITHIN_MS = 900_000;
const HEAL_STEP_MS = 1_000;
const MAX_FAULTS_TOLD = 8;
const KEYS_CHECKED = 64;

export function runCampaign({ seed, phones, minutes, onProgress = () => {} }: CampaignOptions): CampaignReport {
  const swarm = drawSwarm(new SeededRandom(seed).fork());
  const records = new RecordWorld(seed, {}, swarm.network, TRACE_LENGTH);
  const { world } = records;
  const people = new People(records, swarm.operationEveryMs);
  const nemesis = new Nemesis(records, swarm);
  const faults: string[] = [];
  const found = (): readonly string[] => [
    ...records.staleReads,
    ...records.ringWatch.faults,
    ...records.recordWatch.faults,
  ];
  let healedMs: number | undefined;
  try {
    records.grow(phones, GROW_GAP_MS);
    onProgress(`${phones} phones form a ring`);
    people.start();
    nemesis.start();
    const endMs = world.elapsedMs + minutes * 60_000;
    while (world.elapsedMs < endMs && faults.length === 0) {
      world.runFor(STEP_MS);
      faults.push(...faultsOfOrder(world.living()), ...found());
    }
    people.stop();
    nemesis.end();
    onProgress(`${nemesis.deeds.length} faults struck; healing`);
    if (faults.length === 0) {
      healedMs = heal(records, people, faults);
      faults.push(...found());
    }
  } catch (error) {
    faults.push(error instanceof Error ? `${error.message}${causeOf(error)}` : String(error));
  }
  return {
    seed,
    swarm,
    hash: world.engine.logHash,
    delivered: world.network.delivered,
    writes: people.writes,
    acknowledged: records.acknowledged.size,
    reads: people.reads,
    completeReads: people.completeReads,
    toldReads: records.toldReads,
    unsureWrites: records.unsureWrites,
    unavailableWrites: records.unavailableWrites,
    deeds: nemesis.deeds,
    watched: records.ringWatch.report,
    healedMs,
    faults: faults.slice(0, MAX_FAULTS_TOLD),
    trace: world.trace(),
  };
}

/** Waits until all is well, then looks at what that must mean. */
function heal(records: RecordWorld, people: People, faults: string[]): number | undefined {
  const { world } = records;
  const { successors } = DEFAULT_SETTINGS;
  const startedMs = world.elapsedMs;
  const wrong = (): string[] => {
    const members = records.members.length === records.living.length ? [] : ['some phones are no members'];
    const ring = faultsOfRing(records.living, successors);
    if (members.length + ring.length > 0) return [...members, ...ring];
    return records.isSettled ? [...records.misplaced(), ...people.undead()] : ['some phones are not settled'];
  };
  let left = wrong();
  while (left.length > 0 && world.elapsedMs - startedMs < HEAL_WITHIN_MS) {
    world.runFor(HEAL_STEP_MS);
    left = wrong();
  }
  faults.push(...left.map((fault) => `H: not healed after ${HEAL_WITHIN_MS / 1000} s: ${fault}`));
  if (left.length > 0) return undefined;
  const healedMs = world.elapsedMs - startedMs;
  const keys = Array.from({ length: KEYS_CHECKED }, () => world.randomId());
  faults.push(...faultsOfOwnership(records.living, keys), ...people.unread());
  return healedMs;
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? `: ${cause.stack ?? cause.message}` : '';
}
