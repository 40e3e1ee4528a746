/**
 * What a put, a get and the opening of a link take on the wire, with all that gRPC and HTTP/2 add: bytes as a TCP proxy
 * between two phones counts them, which are the same on every machine. None may grow.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { LinkOwner } from '../../../services/chord-router/adapters/links/peer-link.ts';
import type { PeerRequest } from '../../../services/chord-router/core/message.ts';
import { parseHostPort } from '../../../services/shared/runtime/network/host-port.ts';
import { Author } from '../shared/author.ts';
import { startToyPhone, stopToyPhones } from './toy-phone.ts';

/** Counts what passes between its callers and one address. */
class CountingProxy {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  bytes = 0;

  constructor(to: string) {
    const { host, port } = parseHostPort(to)!;
    this.#server = createServer((caller) => {
      const called = connect({ host, port });
      this.#sockets.push(caller, called);
      for (const [from, into] of [
        [caller, called],
        [called, caller],
      ] as const) {
        from.on('data', (chunk) => {
          this.bytes += chunk.length;
          into.write(chunk);
        });
        from.on('close', () => into.destroy());
        from.on('error', () => into.destroy());
      }
    });
  }

  async listen(): Promise<string> {
    this.#server.listen({ host: '127.0.0.1', port: 0 });
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

const VALUE_BYTES = 1024;
const CALLS = 50;
const author = new Author(1);
const record = author.post('x'.repeat(VALUE_BYTES));
const digest = '0'.repeat(32);

const serve: LinkOwner['serve'] = (_from, request, answer) => {
  if (request.type === 'put-records') {
    answer({ reply: { type: 'put-outcome', verdicts: ['stored'], newer: [], unsettled: [], replicas: [], absent: 0 } });
  } else if (request.type === 'get-records') {
    const records = [record.bytes];
    const found = { records, next: undefined, digest, responsible: true, settled: true, replicas: [], absent: 0 };
    answer({ reply: { type: 'get-outcome', ...found } });
  } else {
    answer({ reply: { type: 'done' } });
  }
};

/**
 * A value of 1,024 bytes is a record of 1,165; its request and reply, their frames, gRPC and HTTP/2 add 56 to a put and 101 to
 * a get. What must make these larger says why.
 */
const MOST = { opening: 930, put: 1_240, get: 1_290 };

let proxy: CountingProxy | undefined;
let askThrough: (request: PeerRequest) => Promise<void>;

async function linkThroughProxy(): Promise<CountingProxy> {
  const called = await startToyPhone({ serve, verifyAddress: false });
  const caller = await startToyPhone({ verifyAddress: false });
  proxy = new CountingProxy(called.contact.address);
  const to = { ...called.contact, address: await proxy.listen() };
  askThrough = async (request) => {
    expect(await caller.ask(to, request)).toMatchObject({ ok: true });
  };
  return proxy;
}

afterEach(async () => {
  await stopToyPhones();
  proxy?.stop();
});

async function bytesACall(through: CountingProxy, request: PeerRequest): Promise<number> {
  await askThrough(request);
  const before = through.bytes;
  for (let call = 0; call < CALLS; call++) await askThrough(request);
  return (through.bytes - before) / CALLS;
}

test('a link is opened, and a 1-KiB record put and got, with no more bytes than before', async () => {
  const through = await linkThroughProxy();
  await askThrough({ type: 'ping' });
  const opening = through.bytes;
  const put = await bytesACall(through, { type: 'put-records', records: [record.bytes], purpose: 'write' });
  const query = { place: record.place, name: 'post', limit: 1, before: undefined };
  const get = await bytesACall(through, { type: 'get-records', query, digestOnly: false });
  for (const cost of [put, get]) expect(cost).toBeGreaterThan(record.bytes.length);
  expect(opening).toBeLessThanOrEqual(MOST.opening);
  expect(put).toBeLessThanOrEqual(MOST.put);
  expect(get).toBeLessThanOrEqual(MOST.get);
});
