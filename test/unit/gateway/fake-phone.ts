/** Stands in for a phone behind a gateway: says who it is, and otherwise does what the test tells it to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { idFromNumber } from '../../../services/shared/core/id.ts';

/** What answers a request, then or later. */
type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface FakePhone {
  /** host:port. */
  readonly api: string;
  readonly id: string;
  /** What it answers elsewhere than at /v1/network/self; may be replaced at any time. */
  answer: Answer;
  /** Requests that came, in order. */
  readonly requests: IncomingMessage[];
  /** Ends it: connections to it are refused from now on. */
  stop(): Promise<void>;
}

export async function startFakePhone(n: number): Promise<FakePhone> {
  const id = idFromNumber(BigInt(n));
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    if (request.url === '/v1/network/self') sendJson(response, selfOf(id, n));
    else void phone.answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const phone: FakePhone = {
    api: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    id,
    answer: (_request, response) => response.writeHead(404).end(),
    requests,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  onTestFinished(() => phone.stop());
  return phone;
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function selfOf(id: string, n: number): unknown {
  return {
    phone: { id, address: `127.0.0.1:${7400 + n}` },
    ...{ network: 'fake', state: 'member', settled: true, replication: 7, records: 10 * n, recordBytes: 1000 * n },
    ...{ predecessor: null, successor: null },
  };
}
