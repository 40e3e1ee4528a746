/**
 * libp2p's kad-dht over TCP with noise and yamux, every node a server, values checked against the SHA-256 in their key.
 * All nodes have one address here, so the bound on connections from one host is lifted.
 */
import { createHash } from 'node:crypto';
import { PEERS } from './installed-packages.ts';
import type { DhtSystem } from './system.ts';

const JOIN_TIMEOUT_MS = 60_000;
const GET_TIMEOUT_MS = 20_000;
const UNBOUNDED = 1_000_000;
const PREFIX = '/b/';

interface DhtEvent {
  readonly name: string;
  readonly messageName?: string;
}

type Send = (...request: unknown[]) => AsyncIterable<DhtEvent>;

interface KadDht {
  readonly routingTable: { readonly size: number };
  /** The service tells nobody how much it sends, so what its network sends is counted. */
  readonly network: { sendRequest: Send; sendMessage: Send };
  put(key: Uint8Array, value: Uint8Array): AsyncIterable<DhtEvent>;
}

interface Connection {
  abort(reason: Error): void;
}

interface Libp2pNode {
  readonly services: { readonly dht: KadDht };
  readonly contentRouting: { get(key: Uint8Array, options: { readonly signal: AbortSignal }): Promise<Uint8Array> };
  dial(address: unknown, options: { readonly signal: AbortSignal }): Promise<Connection>;
  getMultiaddrs(): readonly { toString(): string }[];
  getConnections(): readonly Connection[];
  stop(): Promise<void>;
}

type Component = (options?: object) => unknown;

interface Packages {
  readonly createLibp2p: (options: object) => Promise<Libp2pNode>;
  readonly tcp: Component;
  readonly noise: Component;
  readonly yamux: Component;
  readonly identify: Component;
  readonly ping: Component;
  readonly kadDHT: Component;
  readonly passthroughMapper: unknown;
  readonly multiaddr: (address: string) => unknown;
}

const PACKAGES = [
  'libp2p',
  '@libp2p/tcp',
  '@libp2p/noise',
  '@libp2p/yamux',
  '@libp2p/identify',
  '@libp2p/ping',
  '@libp2p/kad-dht',
  '@multiformats/multiaddr',
];

export async function openLibp2p(): Promise<DhtSystem> {
  const loaded = await Promise.all(PACKAGES.map((name) => PEERS.load(name)));
  const packages = Object.fromEntries(loaded.flatMap((one) => Object.entries(one as object))) as unknown as Packages;
  const nodes = new Map<number, Libp2pNode>();
  let sent = 0;
  const counted =
    (network: KadDht['network'], send: Send): Send =>
    (...request) => {
      sent++;
      return send.apply(network, request);
    };
  return {
    valueBytes: 1024,
    async create(node, seed) {
      const made = await packages.createLibp2p(optionsOf(packages));
      const { network } = made.services.dht;
      network.sendRequest = counted(network, network.sendRequest);
      network.sendMessage = counted(network, network.sendMessage);
      nodes.set(node, made);
      if (seed !== undefined) {
        await made.dial(packages.multiaddr(seed), { signal: AbortSignal.timeout(JOIN_TIMEOUT_MS) });
      }
      return made.getMultiaddrs()[0]!.toString();
    },
    knownTo: async (node) => nodes.get(node)!.services.dht.routingTable.size,
    isSettled: async () => true,
    async put(node, _, value) {
      const key = PREFIX + createHash('sha256').update(value).digest('hex');
      let copies = 0;
      for await (const { name, messageName } of nodes.get(node)!.services.dht.put(Buffer.from(key), value)) {
        if (name === 'PEER_RESPONSE' && messageName === 'PUT_VALUE') copies++;
      }
      return { key, copies };
    },
    get: (node, key) =>
      nodes.get(node)!.contentRouting.get(Buffer.from(key), { signal: AbortSignal.timeout(GET_TIMEOUT_MS) }),
    requestsSent: async () => sent,
    async stop(list) {
      for (const node of list) {
        const stopped = nodes.get(node)!;
        nodes.delete(node);
        for (const connection of stopped.getConnections()) connection.abort(new Error('the bench ends this node'));
        await stopped.stop();
      }
    },
  };
}

function optionsOf({ tcp, noise, yamux, identify, ping, kadDHT, passthroughMapper }: Packages): object {
  return {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: {
      inboundConnectionThreshold: UNBOUNDED,
      maxIncomingPendingConnections: UNBOUNDED,
      maxConnections: 1000,
      dialTimeout: JOIN_TIMEOUT_MS,
      inboundUpgradeTimeout: JOIN_TIMEOUT_MS,
      outboundUpgradeTimeout: JOIN_TIMEOUT_MS,
    },
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: '/ipfs/lan/kad/1.0.0',
        clientMode: false,
        peerInfoMapper: passthroughMapper,
        validators: { b: checkValue },
        selectors: { b: () => 0 },
      }),
    },
  };
}

async function checkValue(key: Uint8Array, value: Uint8Array): Promise<void> {
  const wanted = Buffer.from(key).toString().slice(PREFIX.length);
  if (createHash('sha256').update(value).digest('hex') !== wanted) throw new Error('other bytes than the key says');
}
