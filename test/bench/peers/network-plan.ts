/** What a run measures: networks, one after the other, and what is done to each. */
import type { Loss } from './fleet.ts';
import type { SystemName } from './system.ts';

/** `memory`: ours alone, whose links are then queues within its one process. */
export type Wires = 'sockets' | 'memory';

export interface NetworkPlan {
  readonly nodes: number;
  /** Ours among them; its ratios are to hyperdht's. */
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
  readonly wires: Wires;
  /** Nodes that join at once. */
  readonly joining: number;
}

export const PEERS_AND_OURS = ['ringwall', 'hyperdht', 'bittorrent-dht'] as const;

const NETWORK: NetworkPlan = {
  nodes: 64,
  systems: ['ringwall', 'hyperdht'],
  processes: 1,
  loss: 'closed',
  values: 300,
  idleSeconds: 0,
  runs: 1,
  delayMs: 0,
  wires: 'sockets',
  joining: 1,
};
/** Of 20,000 files, which some machines allow a process: links between all of 200 nodes take 40,000. */
const PROCESSES_FOR_200 = 4;

/**
 * The whole table. 200 nodes take four processes for the files they open, and 1,000 take links without sockets; fewer
 * values where a put or a get takes round trips of 50 ms. bittorrent-dht is there in the first two: with nodes lost, a
 * get of its takes seconds.
 */
export const WHOLE_TABLE: readonly NetworkPlan[] = [
  { ...NETWORK, nodes: 16, runs: 2, systems: PEERS_AND_OURS },
  { ...NETWORK, runs: 2, idleSeconds: 15, systems: PEERS_AND_OURS },
  { ...NETWORK, nodes: 200, processes: PROCESSES_FOR_200, loss: 'killed' },
  { ...NETWORK, processes: 4, loss: 'killed' },
  { ...NETWORK, processes: 4, loss: 'frozen' },
  { ...NETWORK, delayMs: 25, values: 100 },
  { ...NETWORK, nodes: 200, processes: PROCESSES_FOR_200, loss: 'killed', delayMs: 25, values: 100 },
  { ...NETWORK, nodes: 1_000, systems: ['ringwall'], wires: 'memory', joining: 16, delayMs: 25, values: 100 },
];

/** Names a network in a heading. */
export function titleOf({ nodes, processes, loss, delayMs, wires }: NetworkPlan): string {
  return [
    `${nodes} nodes`,
    processes === 1 ? 'in one process' : `in ${processes} processes`,
    ...(wires === 'memory' ? ['links in memory'] : []),
    ...(delayMs > 0 ? [`${2 * delayMs} ms a round trip`] : []),
    `a quarter ${loss}`,
  ].join(', ');
}
