/** What is watched of the social core: records that wait to be delivered, and who listens. */
import type { Registry } from 'prom-client';
import { counter, gauge, instrument } from '../../shared/runtime/metrics/metrics.ts';
import type { Social } from '../core/social.ts';

export const SOCIAL_METRICS = {
  waiting: gauge(
    'ringwall_wall_outbox_records',
    'Records of index entries that reached no quorum and wait to be tried again.',
  ),
  delivered: counter('ringwall_wall_outbox_delivered_total', 'Such records that were stored in the end.'),
  givenUp: counter('ringwall_wall_outbox_given_up_total', 'Such records that were given up after their tries.'),
  listeners: gauge('ringwall_wall_event_listeners', 'Event streams open.'),
} as const;

export function measureSocial(registry: Registry, { outbox, events }: Social): void {
  instrument(registry, SOCIAL_METRICS, {
    waiting: () => outbox.counts.waiting,
    delivered: () => outbox.counts.delivered,
    givenUp: () => outbox.counts.givenUp,
    listeners: () => events.listeners,
  });
}
