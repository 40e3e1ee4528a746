/** Counts and times requests by route, method and status; routes are patterns, so their number is bounded. */
import type { FastifyInstance } from 'fastify';
import type { Counter, Histogram } from 'prom-client';

/** What a service's own catalogue has for them. */
export interface RequestInstruments {
  readonly requests: Counter<'route' | 'method' | 'status'>;
  /** Seconds; of event streams nothing is observed. */
  readonly duration: Histogram<'route' | 'method'>;
}

/** Requests that matched no route are counted as this one. */
const NO_ROUTE = 'none';
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';

export class RequestMetrics {
  readonly #instruments: RequestInstruments;

  constructor(instruments: RequestInstruments) {
    this.#instruments = instruments;
  }

  /** Measures every request that comes as far as to be routed, found or not. */
  watch(app: FastifyInstance): void {
    const { requests, duration } = this.#instruments;
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? NO_ROUTE;
      const method = methodLabel(request.method);
      requests.inc({ route, method, status: String(reply.statusCode) });
      const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
      if (!isStream) duration.observe({ route, method }, reply.elapsedTime / 1_000);
    });
  }

  /** Counts a request that was refused before it was routed; `method` is undefined when it could not even be read. */
  countUnrouted(method: string | undefined, status: number): void {
    this.#instruments.requests.inc({ route: NO_ROUTE, method: methodLabel(method), status: String(status) });
  }
}

function methodLabel(method: string | undefined): string {
  return method !== undefined && KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
}
