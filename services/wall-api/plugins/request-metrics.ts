/** Counts and times requests by route, method and status; routes are patterns, so their number is bounded. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { counter, gauge, histogram, instrument, SECONDS_BUCKETS } from '../../shared/runtime/metrics.ts';

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

export function measureRequests(
  app: FastifyInstance,
  registry: Registry,
  read: { readonly sessions: () => number; readonly people: () => number },
): void {
  const { requests, duration } = instrument(registry, WALL_METRICS, read);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? NO_ROUTE;
    const method = KNOWN_METHODS.has(request.method) ? request.method : 'other';
    requests.inc({ route, method, status: String(reply.statusCode) });
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (!isStream) duration.observe({ route, method }, reply.elapsedTime / 1_000);
  });
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
