/** What a gateway tells Prometheus. */
import { counter, gauge, histogram, SECONDS_BUCKETS } from '../../shared/runtime/metrics/metrics.ts';

export const GATEWAY_METRICS = {
  requests: counter('ringwall_gateway_requests_total', 'Requests answered, by route, method and status.', [
    'route',
    'method',
    'status',
  ]),
  duration: histogram(
    'ringwall_gateway_request_duration_seconds',
    'Time from a request to the end of its answer, event streams excepted, in seconds.',
    SECONDS_BUCKETS,
    ['route', 'method'],
  ),
  phones: gauge('ringwall_gateway_phones', 'Phones the gateway knows of, by state.', ['state']),
  probes: counter('ringwall_gateway_probes_total', 'Times the gateway asked a phone how it is, by outcome.', [
    'outcome',
  ]),
  unanswered: counter(
    'ringwall_gateway_unanswered_requests_total',
    'Requests for phones that could not be handed on, by reason.',
    { reason: ['phone-unreachable', 'phone-silent'] },
  ),
  listeners: gauge('ringwall_gateway_event_listeners', 'Event streams open at the gateway itself.'),
} as const;
