/** What an index tells Prometheus. */
import { counter, gauge, histogram, SECONDS_BUCKETS } from '../../shared/runtime/metrics/metrics.ts';

export const CAN_METRICS = {
  zones: gauge('ringwall_can_zones', 'Zones of this phone: one, or more for a while after a takeover.'),
  zoneShare: gauge('ringwall_can_zone_volume_ratio', 'The part of the space that this phone owns, 0 to 1.'),
  neighbours: gauge('ringwall_can_neighbours', 'Phones that own zones next to those of this phone.'),
  entries: gauge('ringwall_can_entries', 'Entries this phone keeps, copies for others included.'),
  ownedEntries: gauge('ringwall_can_owned_entries', 'Entries whose points lie in the zones of this phone.'),
  joins: counter('ringwall_can_joins_total', 'Times this phone got its first zone.'),
  takeovers: counter('ringwall_can_takeovers_total', 'Zones of dead phones that this one took over.'),
  takeoverSeconds: histogram(
    'ringwall_can_takeover_wait_seconds',
    'Time from when a zone was seen to be without an owner to its takeover.',
    SECONDS_BUCKETS,
  ),
  handovers: counter('ringwall_can_handovers_total', 'Zones handed over to other phones.', {
    reason: ['leave', 'reassignment', 'rebalancing'],
  }),
  yields: counter('ringwall_can_yields_total', 'Zones given up because another claim stood.'),
  neighboursSuspected: counter('ringwall_can_neighbours_suspected_total', 'Neighbours that stopped answering.'),
  neighboursDead: counter('ringwall_can_neighbours_dead_total', 'Neighbours that were taken for dead.'),
  finds: counter('ringwall_can_finds_total', 'Owners of points looked for, by outcome.', {
    outcome: ['found', 'failed'],
  }),
  findHops: histogram(
    'ringwall_can_find_hops',
    'Phones on the way to the owner of a point.',
    [0, 1, 2, 3, 4, 6, 8, 12, 16, 32],
  ),
  findSeconds: histogram('ringwall_can_find_duration_seconds', 'Time to find the owner of a point.', SECONDS_BUCKETS),
  searches: counter('ringwall_can_searches_total', 'Searches by meaning, by whether the answer is complete.', {
    complete: ['true', 'false'],
  }),
  searchContacted: histogram(
    'ringwall_can_search_contacted_phones',
    'Phones contacted in a search.',
    [0, 1, 2, 4, 6, 8, 12, 16, 24, 32, 64, 128],
  ),
  searchSeconds: histogram('ringwall_can_search_duration_seconds', 'Time a search took.', SECONDS_BUCKETS),
  recallSamples: counter(
    'ringwall_can_recall_samples_total',
    'Searches whose question phones drawn by chance were asked, too, to estimate the recall.',
  ),
  recallExpected: counter(
    'ringwall_can_recall_expected_posts_total',
    'Posts among the nearest that these phones named: what the searches should have found.',
  ),
  recallFound: counter(
    'ringwall_can_recall_found_posts_total',
    'Those of them that the searches found: divided by those expected, an estimate of the recall.',
  ),
  published: counter('ringwall_can_published_total', 'Entries put into the index, by what became of them.', {
    outcome: ['stored', 'not-owner', 'invalid', 'flooded', 'deleted', 'barred', 'full', 'unreachable'],
  }),
  served: counter('ringwall_can_served_requests_total', "Requests of other phones' indexes, by type.", ['type']),
  malformed: counter('ringwall_can_malformed_messages_total', 'Answers of other phones that were none.'),
};
