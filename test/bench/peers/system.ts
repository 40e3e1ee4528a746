/** What the bench asks of a distributed hash table, ours or a peer's: nodes in this process that put and get values. */
import type { Wires } from './network-plan.ts';

export type SystemName = 'ringwall' | 'hyperdht' | 'bittorrent-dht' | 'libp2p';

export interface StoredValue {
  /** Finds the value again, from any node. */
  readonly key: string;
  /** Nodes that acknowledged it before the put was done. */
  readonly copies: number;
}

export interface DhtSystem {
  /** Most bytes of a value, up to 1,024. */
  readonly valueBytes: number;
  /** Starts a node that joins through `seed`, or founds the network without one. Gives what others can join through. */
  create(node: number, seed: string | undefined): Promise<string>;
  /** Other nodes that a node knows. */
  knownTo(node: number): Promise<number>;
  /** Whether a node has nothing left to do for its place in the network. */
  isSettled(node: number): Promise<boolean>;
  put(node: number, id: number, value: Uint8Array): Promise<StoredValue>;
  /** Undefined when the network has no such value. */
  get(node: number, key: string): Promise<Uint8Array | undefined>;
  /** Requests that all nodes here have sent since they started, those that stopped included. */
  requestsSent(): Promise<number>;
  /** Ends nodes at once, without a farewell. */
  stop(nodes: readonly number[]): Promise<void>;
}

export interface SystemOptions {
  /** Where nodes keep what they keep on the disk. */
  readonly folder: string;
  /** How long everything that a node sends is kept back, in ms; 0: not at all. */
  readonly delayMs: number;
  readonly wires: Wires;
}

/** The system of a name, its packages loaded into this process. */
export async function openSystem(name: SystemName, options: SystemOptions): Promise<DhtSystem> {
  if (options.wires === 'memory' && name !== 'ringwall') throw new Error(`${name} has no links in memory`);
  switch (name) {
    case 'ringwall':
      return (await import('./ringwall-system.ts')).openRingwall(options);
    case 'hyperdht':
      return await (await import('./hyperdht-system.ts')).openHyperdht(options);
    case 'bittorrent-dht':
      return await (await import('./bittorrent-system.ts')).openBittorrentDht(options);
    case 'libp2p':
      if (options.delayMs > 0) throw new Error('libp2p is not measured with a delay: leave one of the two out');
      return await (await import('./libp2p-system.ts')).openLibp2p();
  }
}
