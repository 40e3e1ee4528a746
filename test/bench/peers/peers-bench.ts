/**
 * Ours beside what a Node user would pick instead, one after the other in one run on one machine: building a network,
 * idling, putting and getting values that are compared byte for byte, and getting them when a quarter of the nodes died.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { IN_FLIGHT, medianOf, OPERATIONS, type OperationFigures, type SystemFigures } from './figures.ts';
import { Fleet, type Loss } from './fleet.ts';
import { PEERS } from './installed-packages.ts';
import { isInNamespace } from './network-namespace.ts';
import type { Work } from './orders.ts';
import type { SystemName } from './system.ts';

export interface PeersBenchOptions {
  /** Nodes of a network, one size after the other. */
  readonly nodes: readonly number[];
  /** Ours and hyperdht among them, for the others are held against these. */
  readonly systems: readonly SystemName[];
  /** Over how many the nodes are spread: a signal hits a quarter of them. */
  readonly processes: number;
  readonly loss: Loss;
  /** Put, and got, in each row. */
  readonly values: number;
  /** How long to watch the quiet network, in the first run; 0: not at all. */
  readonly idleSeconds: number;
  readonly runs: number;
  /** How long everything that a node sends is kept back, in ms: half a round trip. 0: not at all. */
  readonly delayMs: number;
  readonly onProgress: (step: string) => void;
}

export interface NetworkReport {
  readonly nodes: number;
  readonly systems: readonly SystemFigures[];
}

export interface PeersBenchReport {
  readonly processes: number;
  readonly loss: Loss;
  readonly values: number;
  readonly runs: number;
  readonly delayMs: number;
  readonly hasNamespace: boolean;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly networks: readonly NetworkReport[];
}

/** Ours opens a link when it is first needed: so many gets a pair of nodes and most pairs have one; no more in all than this. */
const WARMING_GETS_A_PAIR = 4;
const MOST_WARMING_GETS = 12_000;
const SEED = 1;
/** Pauses between rounds of stabilisation double up to the longest: after so many of it nothing is left to be said. */
const REST_MS = 4 * DEFAULT_SETTINGS.stabiliseMaxMs;

export async function benchPeers(options: PeersBenchOptions): Promise<PeersBenchReport> {
  const { nodes, processes, loss, values, runs, delayMs } = options;
  const networks: NetworkReport[] = [];
  for (const size of nodes) networks.push({ nodes: size, systems: await benchSize(size, options) });
  return {
    ...{ processes, loss, values, runs, delayMs },
    hasNamespace: isInNamespace,
    node: process.versions.node,
    versions: PEERS.versions,
    networks,
  };
}

/** The systems take turns, so that what else the machine does falls on all of them. */
async function benchSize(nodes: number, options: PeersBenchOptions): Promise<SystemFigures[]> {
  const bySystem = new Map<SystemName, SystemFigures[]>(options.systems.map((system) => [system, []]));
  for (let run = 1; run <= options.runs; run++) {
    for (const [system, figures] of bySystem) {
      const idleSeconds = run === 1 ? options.idleSeconds : 0;
      const onProgress = (step: string): void => options.onProgress(`${system}, ${nodes} nodes, run ${run}: ${step}`);
      figures.push(await benchSystem(system, nodes, { ...options, idleSeconds, onProgress }));
    }
  }
  return [...bySystem.values()].map(medianOf);
}

async function benchSystem(system: SystemName, nodes: number, options: PeersBenchOptions): Promise<SystemFigures> {
  const { processes, loss, values, idleSeconds, delayMs, onProgress } = options;
  await using fleet = new Fleet(system, nodes, processes, delayMs);
  const bytesBefore = await fleet.residentBytes();
  onProgress(`starting ${nodes} nodes`);
  const convergedSeconds = await fleet.build();
  let idle: SystemFigures['idle'];
  if (idleSeconds > 0) {
    onProgress(`${REST_MS / 1000} s to come to rest, ${idleSeconds} s of quiet`);
    await delay(REST_MS);
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
