/** What is watched of requests to the wall API. */
import { counter, gauge, histogram, SECONDS_BUCKETS } from '../../shared/runtime/metrics/metrics.ts';

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
