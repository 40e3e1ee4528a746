/** What a chord router tells Prometheus. */

import { counter, gauge, histogram, SECONDS_BUCKETS } from '../../shared/runtime/metrics/metrics.ts';
import { REFUSAL_CODES } from './links/link-fault.ts';

export const CHORD_METRICS = {
  lookups: counter('ringwall_chord_lookups_total', 'Lookups this phone made, by outcome.', {
    outcome: ['found', 'failed'],
  }),
  lookupHops: histogram(
    'ringwall_chord_lookup_hops',
    'Phones that answered on the way to a key.',
    [0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64],
  ),
  lookupSeconds: histogram('ringwall_chord_lookup_duration_seconds', 'Time a lookup took.', SECONDS_BUCKETS),
  lookupTimeouts: counter(
    'ringwall_chord_lookup_timeouts_total',
    'Phones that did not answer in time during lookups, and others were asked in their stead.',
  ),

  joins: counter('ringwall_chord_joins_total', 'Times this phone became a member of the ring.'),
  joinAttempts: counter('ringwall_chord_join_attempts_total', 'Attempts it took to become a member.'),
  leaves: counter('ringwall_chord_leaves_total', 'Graceful leaves of this phone.'),
  phonesDiscovered: counter('ringwall_chord_phones_discovered_total', 'Phones this one heard of for the first time.'),
  phonesSuspected: counter(
    'ringwall_chord_phones_suspected_total',
    'Phones that stopped answering and were asked after.',
  ),
  phonesCleared: counter('ringwall_chord_phones_cleared_total', 'Suspected phones that turned out to be alive.'),
  phonesDropped: counter('ringwall_chord_phones_dropped_total', 'Phones taken out of the tables.', {
    reason: ['dead', 'left'],
  }),
  ringsMerged: counter('ringwall_chord_rings_merged_total', 'Times another ring was met and merging with it began.'),
  stabilisations: counter(
    'ringwall_chord_stabilisations_total',
    'Rounds of stabilisation, by whether they changed anything.',
    { changed: ['true', 'false'] },
  ),
  stabiliseSeconds: histogram('ringwall_chord_stabilise_duration_seconds', 'Time a round took.', SECONDS_BUCKETS),
  stabiliseLag: gauge('ringwall_chord_stabilise_lag_seconds', 'Time since the last round of stabilisation ended.'),
  successors: gauge('ringwall_chord_successors', 'Length of the successor list.'),
  successorsFilled: gauge(
    'ringwall_chord_successors_filled_ratio',
    'Length of the successor list against its target, 1 when it is full.',
  ),

  ringShare: gauge(
    'ringwall_chord_ring_share_ratio',
    'The part of the ring that this phone owns: from its predecessor to itself. Over all phones it adds up to the number of rings: 1 when all is well.',
  ),

  records: gauge('ringwall_chord_records', 'Records this phone keeps.'),
  recordBytes: gauge('ringwall_chord_record_bytes', 'Bytes of the records this phone keeps.'),
  settled: gauge('ringwall_chord_settled', '1 while this phone holds all it is responsible for, as far as it knows.'),
  replicasTarget: gauge(
    'ringwall_chord_replicas_target',
    'Phones that are to keep each record, as this phone is set: r.',
  ),
  replicasMissing: gauge(
    'ringwall_chord_replicas_missing',
    'Of the r - 1 other phones that should keep what this phone owns, those not known to have all of it, at the last comparison.',
  ),
  repairLag: gauge(
    'ringwall_chord_repair_lag_seconds',
    'Time since all other replicas there are were last known to equal what this phone owns.',
  ),
  writes: counter('ringwall_chord_writes_total', 'Records this phone wrote to the ring, by outcome.', {
    outcome: ['stored', 'superseded', 'tombstoned', 'invalid', 'over-quota', 'unavailable'],
  }),
  writeSeconds: histogram(
    'ringwall_chord_write_duration_seconds',
    'Time a write took, up to its quorum.',
    SECONDS_BUCKETS,
  ),
  writeAcknowledged: histogram(
    'ringwall_chord_write_acknowledged_replicas',
    'Replicas that had the record on disk when a write ended.',
    [0, 1, 2, 3, 4, 5, 6, 7, 10],
  ),
  reads: counter('ringwall_chord_reads_total', 'Reads of this phone, by whether enough replicas answered.', {
    complete: ['true', 'false'],
  }),
  readSeconds: histogram('ringwall_chord_read_duration_seconds', 'Time a read took.', SECONDS_BUCKETS),
  readsHedged: counter('ringwall_chord_read_hedges_total', 'Further replicas asked because the first were slow.'),
  recordsRejected: counter('ringwall_chord_records_rejected_total', 'Records other phones sent that were not kept.', {
    verdict: ['invalid'],
  }),
  forks: counter('ringwall_chord_forks_total', 'Pairs of different records that one author signed under one version.'),
  repairs: counter(
    'ringwall_chord_repairs_total',
    'Comparisons of a range with another replica in which records moved.',
  ),
  repairSeconds: histogram('ringwall_chord_repair_duration_seconds', 'Time such a comparison took.', SECONDS_BUCKETS),
  recordsRepaired: counter('ringwall_chord_records_repaired_total', 'Records that were missing and were copied.', {
    direction: ['pulled', 'pushed'],
  }),
  recordsHandedOver: counter(
    'ringwall_chord_records_handed_over_total',
    'Records handed to the phones now responsible.',
  ),
  diskFaults: counter('ringwall_chord_disk_faults_total', 'Faults of the disk.'),

  peerLinks: gauge('ringwall_chord_peer_links', 'Links to other phones that are open.'),
  peerLinksOpened: counter('ringwall_chord_peer_links_opened_total', 'Links opened, by who called.', {
    direction: ['in', 'out'],
  }),
  peerConnectionsRefused: counter(
    'ringwall_chord_peer_connections_refused_total',
    'Connections closed unanswered: too many in all or from one address, or not encrypted as they must be.',
  ),
  peerTurnedAway: counter('ringwall_chord_peer_turned_away_total', 'Links that other phones refused to open.'),
  peerRequests: counter('ringwall_chord_peer_requests_total', 'Requests to other phones, by type and outcome.', [
    'type',
    'outcome',
  ]),
  peerRequestSeconds: histogram(
    'ringwall_chord_peer_request_duration_seconds',
    'Time until a reply came.',
    SECONDS_BUCKETS,
  ),
  peerSentFrames: counter('ringwall_chord_peer_sent_frames_total', 'Requests and replies sent to other phones.'),
  peerSentBytes: counter('ringwall_chord_peer_sent_bytes_total', 'Bytes of these, without the framing of gRPC.'),
  peerServed: counter('ringwall_chord_peer_served_total', 'Requests of other phones served, by type.', ['type']),
  peerRefusals: counter(
    'ringwall_chord_peer_refusals_total',
    'What other phones, or strangers, sent and this phone refused, by reason.',
    { reason: Object.keys(REFUSAL_CODES) },
  ),

  faultRules: gauge(
    'ringwall_chord_fault_rules',
    'Fault rules in force: what a test asked this phone to do to its links.',
  ),
  faultFrames: counter(
    'ringwall_chord_fault_frames_total',
    'Frames that fault rules delayed, lost or cut, sent (out) or received (in).',
    { effect: ['delayed', 'lost', 'cut'], direction: ['in', 'out'] },
  ),
  faultDelaySeconds: counter(
    'ringwall_chord_fault_delay_seconds_total',
    'Delay of all frames that fault rules delayed.',
  ),
} as const;
