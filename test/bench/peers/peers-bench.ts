/**
 * Ours beside what a Node user would pick instead, one after the other in one run on one machine: building a network,
 * idling, putting and getting values that are compared byte for byte, and getting them when a quarter of the nodes died.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { IN_FLIGHT, medianOf, OPERATIONS, type OperationFigures, type SystemFigures } from './figures.ts';
import { Fleet } from './fleet.ts';
import { PEERS } from './installed-packages.ts';
import { isInNamespace } from './network-namespace.ts';
import { type NetworkPlan, titleOf } from './network-plan.ts';
import type { Work } from './orders.ts';
import type { RunJournal, RunName } from './run-journal.ts';
import type { SystemName } from './system.ts';

export interface PeersBenchOptions {
  /** One after the other. */
  readonly networks: readonly NetworkPlan[];
  readonly journal: RunJournal;
  readonly onProgress: (step: string) => void;
  /** Called with all that was measured so far, after every run. */
  readonly onReport: (report: PeersBenchReport) => void;
}

export interface NetworkReport {
  readonly plan: NetworkPlan;
  /** Of how many runs the figures are medians. */
  readonly runs: number;
  readonly systems: readonly SystemFigures[];
}

export interface PeersBenchReport {
  readonly hasNamespace: boolean;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly networks: readonly NetworkReport[];
  /** Runs that came to no end, each with why. */
  readonly failures: readonly string[];
}

/** Ours opens a link when it is first needed: so many gets a pair of nodes and most pairs have one; no more in all than this. */
const WARMING_GETS_A_PAIR = 4;
const MOST_WARMING_GETS = 12_000;
const SEED = 1;
/** Our pauses between rounds of stabilisation double up to the longest: after so many of it nothing is left to be said. */
const OUR_REST_MS = 4 * DEFAULT_SETTINGS.stabiliseMaxMs;
/** The peers have no such pauses. */
const PEERS_REST_MS = 15_000;

export async function benchPeers(options: PeersBenchOptions): Promise<PeersBenchReport> {
  const networks: NetworkReport[] = [];
  const failures: string[] = [];
  const report = (): PeersBenchReport => ({
    hasNamespace: isInNamespace,
    node: process.versions.node,
    versions: PEERS.versions,
    networks: networks.filter(({ systems }) => systems.length > 0),
    failures,
  });
  for (const [at, plan] of options.networks.entries()) {
    for (let run = 1; run <= plan.runs; run++) {
      // The systems take turns, so that what else the machine does falls on all of them.
      for (const system of plan.systems) {
        await measure({ plan, system, run }, options, failures);
        networks[at] = networkReport(plan, options.journal);
        options.onReport(report());
      }
    }
  }
  return report();
}

/** What goes wrong with one run takes nothing from the others. */
async function measure(name: RunName, { journal, onProgress }: PeersBenchOptions, failures: string[]): Promise<void> {
  if (journal.of(name) !== undefined) return;
  const { plan, system, run } = name;
  const what = `${system}, ${titleOf(plan)}, run ${run}`;
  const idleSeconds = run === 1 ? plan.idleSeconds : 0;
  try {
    const figures = await benchSystem(system, { ...plan, idleSeconds }, (step) => onProgress(`${what}: ${step}`));
    journal.add(name, figures);
  } catch (error) {
    failures.push(`${what}: ${(error as Error).message}`);
    onProgress(failures.at(-1)!);
  }
}

function networkReport(plan: NetworkPlan, journal: RunJournal): NetworkReport {
  const runsOf = (system: SystemName): SystemFigures[] =>
    Array.from({ length: plan.runs }, (_, i) => journal.of({ plan, system, run: i + 1 }) ?? []).flat();
  const measured = plan.systems.map(runsOf).filter((runs) => runs.length > 0);
  return { plan, runs: Math.min(...measured.map((runs) => runs.length)), systems: measured.map(medianOf) };
}

async function benchSystem(
  system: SystemName,
  plan: NetworkPlan,
  onProgress: (step: string) => void,
): Promise<SystemFigures> {
  const { nodes, loss, values, idleSeconds } = plan;
  await using fleet = new Fleet(system, plan);
  const bytesBefore = await fleet.residentBytes();
  onProgress(`starting ${nodes} nodes`);
  const convergedSeconds = await fleet.build();
  let idle: SystemFigures['idle'];
  if (idleSeconds > 0) {
    const restMs = system === 'ringwall' ? OUR_REST_MS : PEERS_REST_MS;
    onProgress(`${restMs / 1000} s to come to rest, ${idleSeconds} s of quiet`);
    await delay(restMs);
    idle = await fleet.idle(idleSeconds, bytesBefore);
  }
  // The same draws for every system.
  const random = new SeededRandom(SEED);
  const anyNode = (): number => random.pick(fleet.nodes);
  const stored: { id: number; key: string }[] = [];
  const operations: OperationFigures[] = [];
  let ids = 0;
  const put = async (operation: string, width: number): Promise<void> => {
    onProgress(operation);
    const work: Work[] = Array.from({ length: values }, () => ({ node: anyNode(), id: ids++ }));
    const ran = await fleet.run(operation, 'put', work, width);
    stored.push(...ran.stored);
    operations.push(ran.figures);
  };
  const get = async (operation: string, width: number, count = values): Promise<OperationFigures> => {
    onProgress(operation);
    const work: Work[] = Array.from({ length: count }, () => ({ node: anyNode(), ...random.pick(stored) }));
    return (await fleet.run(operation, 'get', work, width)).figures;
  };
  await put(OPERATIONS.putFirst, 1);
  operations.push(await get(OPERATIONS.getFirst, 1));
  await get('warming up', IN_FLIGHT, Math.min(MOST_WARMING_GETS, WARMING_GETS_A_PAIR * nodes ** 2));
  await put(OPERATIONS.put, 1);
  await put(OPERATIONS.putWide, IN_FLIGHT);
  operations.push(await get(OPERATIONS.get, 1));
  operations.push(await get(OPERATIONS.getWide, IN_FLIGHT));
  await fleet.loseQuarter(loss);
  operations.push(await get(OPERATIONS.getAfterLossWide, IN_FLIGHT));
  operations.push(await get(OPERATIONS.getAfterLoss, 1));
  return { system, convergedSeconds, idle, operations };
}
