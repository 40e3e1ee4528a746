/** hyperdht, Holepunch's Kademlia over UDP; its nodes have the settings of the package's own test network. */
import { PEERS } from './installed-packages.ts';
import type { DhtSystem, SystemOptions } from './system.ts';

interface HyperdhtModule {
  readonly default: new (options: HyperdhtOptions) => HyperdhtNode;
}

interface HyperdhtOptions {
  readonly ephemeral: boolean;
  readonly firewalled: boolean;
  readonly bootstrap: readonly string[];
  readonly host: string;
  readonly port: number;
}

interface HyperdhtNode {
  readonly table: { toArray(): readonly unknown[] };
  readonly stats: { readonly requests: { readonly total: number } };
  fullyBootstrapped(): Promise<void>;
  address(): { readonly port: number };
  immutablePut(value: Buffer): Promise<{ readonly hash: Buffer; readonly closestNodes: readonly unknown[] }>;
  immutableGet(hash: Buffer): Promise<{ readonly value: Uint8Array } | null>;
  destroy(options: { readonly force: boolean }): Promise<void>;
}

/** The module of the native sockets that hyperdht sends its datagrams by. */
interface UdxModule {
  readonly default: new () => { createSocket(): object };
}

interface UdxSocket {
  readonly closing: boolean;
  trySend(datagram: Buffer, ...to: readonly unknown[]): unknown;
}

/** Keeps back every datagram that leaves this process. */
async function delayDatagrams(delayMs: number): Promise<void> {
  const { default: Udx } = (await PEERS.load('udx-native')) as UdxModule;
  const sockets = Object.getPrototypeOf(new Udx().createSocket()) as UdxSocket;
  const { trySend } = sockets;
  sockets.trySend = function delayed(datagram, ...to) {
    const copy = Buffer.from(datagram);
    setTimeout(() => {
      if (!this.closing) trySend.call(this, copy, ...to);
    }, delayMs);
  };
}

export async function openHyperdht({ delayMs }: SystemOptions): Promise<DhtSystem> {
  const { default: Hyperdht } = (await PEERS.load('hyperdht')) as HyperdhtModule;
  if (delayMs > 0) await delayDatagrams(delayMs);
  const nodes = new Map<number, HyperdhtNode>();
  let sentByStopped = 0;
  return {
    valueBytes: 1024,
    async create(node, seed) {
      const bootstrap = seed === undefined ? [] : [seed];
      const made = new Hyperdht({ ephemeral: false, firewalled: false, bootstrap, host: '127.0.0.1', port: 0 });
      await made.fullyBootstrapped();
      nodes.set(node, made);
      return `127.0.0.1:${made.address().port}`;
    },
    knownTo: async (node) => nodes.get(node)!.table.toArray().length,
    isSettled: async () => true,
    async put(node, _, value) {
      const { hash, closestNodes } = await nodes.get(node)!.immutablePut(Buffer.from(value));
      return { key: hash.toString('hex'), copies: closestNodes.length };
    },
    get: async (node, key) => (await nodes.get(node)!.immutableGet(Buffer.from(key, 'hex')))?.value,
    requestsSent: async () => [...nodes.values()].reduce((sum, { stats }) => sum + stats.requests.total, sentByStopped),
    async stop(list) {
      for (const node of list) {
        const stopped = nodes.get(node)!;
        nodes.delete(node);
        sentByStopped += stopped.stats.requests.total;
        await stopped.destroy({ force: true });
      }
    },
  };
}
