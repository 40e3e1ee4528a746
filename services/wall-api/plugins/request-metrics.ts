/** Counts and times requests by route, method and status; routes are patterns, so their number is bounded. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import {
  counter,
  gauge,
  histogram,
  type Instruments,
  instrument,
  SECONDS_BUCKETS,
} from '../../shared/runtime/metrics.ts';

export const WALL_METRICS = {
  requests: counter('ringwall_wall_requests_total', 'Requests answered, by route, method and status.', [
    'route',
    'method',
    'status',
  ]),
  duration: histogram(
    'ringwall_wall_request_duration_seconds',
    'Time from a request to the end of its answer, event streams excepted, in seconds.',
    SECONDS_BUCKETS,
    ['route', 'method'],
  ),
  sessions: gauge('ringwall_wall_sessions_open', 'Sessions open.'),
  people: gauge('ringwall_wall_people_kept', 'People whose keys this phone keeps.'),
} as const;

/** Requests that matched no route are counted as this one. */
const NO_ROUTE = 'none';
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';

export class RequestMetrics {
  readonly #instruments: Instruments<typeof WALL_METRICS>;

  constructor(registry: Registry, read: { readonly sessions: () => number; readonly people: () => number }) {
    this.#instruments = instrument(registry, WALL_METRICS, read);
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
