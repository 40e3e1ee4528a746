/** bittorrent-dht, WebTorrent's Mainline DHT over UDP, with the put and get of BEP 44. */
import { PEERS } from './installed-packages.ts';
import type { DhtSystem, SystemOptions } from './system.ts';

interface BittorrentModule {
  readonly Client: new (options: { readonly bootstrap: readonly string[] | false; readonly host: string }) => DhtClient;
}

type Query = (peer: unknown, message: unknown, done?: (...answer: readonly unknown[]) => void) => unknown;

interface Message {
  readonly a?: object;
}

interface Socket {
  readonly destroyed: boolean;
  query: Query;
  send: (peer: unknown, message: Message, done?: unknown) => unknown;
}

interface DhtClient {
  readonly nodes: { toArray(): readonly unknown[] };
  /** The client tells nobody how much it sends, so its socket's requests are counted. */
  readonly _rpc: { readonly socket: Socket };
  once(event: 'ready', done: () => void): void;
  on(event: 'error', heard: (error: Error) => void): void;
  listen(port: number, host: string): void;
  address(): { readonly port: number };
  put(
    value: { readonly v: Uint8Array },
    done: (error: Error | null | undefined, key: Uint8Array | undefined, copies: number) => void,
  ): void;
  get(
    key: string,
    options: { readonly cache: boolean },
    done: (error: Error | null | undefined, found: { readonly v: Uint8Array } | null) => void,
  ): void;
  destroy(done: () => void): void;
}

/** Keeps back every datagram of a client, as it was when it was to leave: k-rpc-socket goes on to change its messages. */
function delayDatagrams(socket: Socket, delayMs: number): void {
  const { send } = socket;
  socket.send = function delayed(peer, message, done) {
    const copy = { ...message, ...(message.a && { a: { ...message.a } }) };
    return setTimeout(() => {
      if (!this.destroyed) send.call(this, peer, copy, done);
    }, delayMs);
  };
}

export async function openBittorrentDht({ delayMs }: SystemOptions): Promise<DhtSystem> {
  const { Client } = (await PEERS.load('bittorrent-dht')) as BittorrentModule;
  const nodes = new Map<number, DhtClient>();
  let sent = 0;
  return {
    // BEP 44 allows fewer than 1,000.
    valueBytes: 999,
    async create(node, seed) {
      const client = new Client({ bootstrap: seed === undefined ? false : [seed], host: '127.0.0.1' });
      const { socket } = client._rpc;
      const query = socket.query;
      socket.query = function counted(...request) {
        sent++;
        return query.apply(this, request);
      };
      if (delayMs > 0) delayDatagrams(socket, delayMs);
      client.on('error', (error) => console.error(`bittorrent-dht: ${error.message}`));
      await new Promise<void>((resolve) => {
        client.once('ready', resolve);
        client.listen(0, '127.0.0.1');
      });
      nodes.set(node, client);
      return `127.0.0.1:${client.address().port}`;
    },
    knownTo: async (node) => nodes.get(node)!.nodes.toArray().length,
    isSettled: async () => true,
    put: (node, _, value) =>
      new Promise((resolve, reject) => {
        nodes.get(node)!.put({ v: value }, (error, key, copies) => {
          if (error || key === undefined) reject(error ?? new Error('a put gave no key'));
          else resolve({ key: Buffer.from(key).toString('hex'), copies });
        });
      }),
    get: (node, key) =>
      new Promise((resolve, reject) => {
        // Without its cache: a node that keeps the value asks the network, too, as hyperdht's does.
        nodes.get(node)!.get(key, { cache: false }, (error, found) => {
          if (error) reject(error);
          else resolve(found?.v);
        });
      }),
    requestsSent: async () => sent,
    async stop(list) {
      for (const node of list) {
        const stopped = nodes.get(node)!;
        nodes.delete(node);
        await new Promise<void>((resolve) => stopped.destroy(resolve));
      }
    },
  };
}
