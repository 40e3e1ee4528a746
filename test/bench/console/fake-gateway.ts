/** Serves a built console, and tells it of a drawn network at the pace of a real gateway. */
import Fastify from 'fastify';
import { EventStream, type StreamEvent } from '../../../services/shared/http/event-stream.ts';
import { servePages } from '../../../services/shared/http/static-pages.ts';
import type { Feed } from '../../../services/wall-api/client/contract.ts';
import type { DrawnNetwork } from './drawn-network.ts';

const TICK_MS = 500;
const TICKS_A_PULSE = 4;
const NO_POSTS: Feed = { items: [], cursor: null, complete: true, missing: [] };

export interface FakeGateway extends AsyncDisposable {
  /** `http://host:port`. */
  readonly url: string;
}

/** `folder`: of a built console. The network changes until it is disposed of. */
export async function startFakeGateway(net: DrawnNetwork, folder: string): Promise<FakeGateway> {
  const app = Fastify({ forceCloseConnections: true });
  const streams = new Set<EventStream>();
  const stopping = new AbortController();
  let events = 0;
  servePages(app, folder, '/console/');
  app.get('/v1/phones', async () => ({ items: net.phones }));
  app.get('/v1/network/pulse', async () => net.pulse);
  app.get('/v1/network/zones', async () => net.zones);
  app.get('/v1/network/latency', async () => net.latency);
  app.get('/v1/lab', async () => net.lab);
  app.get<{ Params: { n: string } }>('/phones/:n/v1/network/ring', async ({ params: { n } }) => net.ringOf(Number(n)));
  app.get<{ Params: { key: string } }>('/phones/:n/v1/network/lookup/:key', async ({ params: { key } }) =>
    net.lookupOf(key),
  );
  app.get<{ Params: { key: string } }>('/v1/network/lookup/:key', async ({ params: { key } }) =>
    net.networkLookupOf(key),
  );
  app.get('/phones/:n/v1/feed', async () => NO_POSTS);
  app.get('/v1/events', async (_request, reply) => {
    const stream = new EventStream();
    stream.open();
    stream.sendEvent({ id: `b-${events}`, event: 'snapshot', data: { phones: net.phones, pulse: net.pulse } });
    streams.add(stream);
    stream.hold({ stopping: stopping.signal, stopReason: 'gateway-stopping', ended: () => streams.delete(stream) });
    return reply.header('content-type', 'text/event-stream').send(stream);
  });
  const send = (event: StreamEvent): void => {
    events++;
    for (const stream of streams) stream.sendEvent({ ...event, id: `b-${events}` });
  };
  let ticks = 0;
  const timer = setInterval(() => {
    send({ event: 'phones', data: { changed: net.tick(), forgotten: [] } });
    if (++ticks % TICKS_A_PULSE === 0) send({ event: 'pulse', data: net.pulse });
  }, TICK_MS);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await app.close();
    },
  };
}
