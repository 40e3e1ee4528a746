/** Serves a registry to Prometheus where no other HTTP server of the process does. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { HostPort } from '../network/host-port.ts';
import { listenError } from '../network/listen-error.ts';
import type { Registry } from './metrics.ts';

export interface MetricsServer {
  readonly address: HostPort;
  stop(): Promise<void>;
}

/** Answers GET /metrics; everything else is 404. Gives the address with the port that was picked where 0 was asked for. */
export async function serveMetrics(registry: Registry, listen: HostPort): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen({ host: listen.host, port: listen.port });
  await once(server, 'listening').catch((error: unknown) => {
    throw listenError(error, listen);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the metrics server has no address');
  return {
    address: { host: listen.host, port: bound.port },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
