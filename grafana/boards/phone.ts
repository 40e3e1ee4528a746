import type { Board } from '../board.ts';
import { line, PHONE_BOARD, stat } from '../panel.ts';
import { medianAndTail, perSecond } from '../promql.ts';

/** A metric of the phone that was chosen. */
function own(metric: string, selector = ''): string {
  return `${metric}{instance="$instance"${selector === '' ? '' : `, ${selector}`}}`;
}

export const PHONE: Board = {
  uid: PHONE_BOARD,
  title: 'one phone',
  description: 'Everything about one phone, chosen by its address.',
  instances: 'label_values(ringwall_chord_ring_share_ratio, instance)',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Up for', {
          description: 'Since its process started.',
          unit: 's',
          query: `time() - ${own('ringwall_process_start_time_seconds')}`,
        }),
        stat('Settled', {
          description: '1 while it holds all it is responsible for, as far as it knows.',
          unit: 'short',
          query: own('ringwall_chord_settled'),
          steps: [
            [null, 'yellow'],
            [1, 'green'],
          ],
        }),
        stat('Share of the ring', {
          description: 'From its predecessor to itself, times the number of phones: 1 is fair.',
          unit: 'short',
          decimals: 2,
          query: `${own('ringwall_chord_ring_share_ratio')} * on () group_left () ringwall:phones:count`,
        }),
        stat('Successors', {
          description: 'Length of its list.',
          unit: 'short',
          query: own('ringwall_chord_successors'),
        }),
        stat('Records', {
          description: 'That it keeps for others.',
          unit: 'short',
          query: own('ringwall_chord_records'),
        }),
        stat('Replicas missing', {
          description: 'Of the other phones that should keep what it owns, those not known to have all of it.',
          unit: 'short',
          query: own('ringwall_chord_replicas_missing'),
        }),
        stat('Neighbours in the CAN', {
          description: 'Phones whose zones touch its own.',
          unit: 'short',
          query: own('ringwall_can_neighbours'),
        }),
        stat('People', { description: 'Whose keys it keeps.', unit: 'short', query: own('ringwall_wall_people_kept') }),
      ],
    },
    {
      title: 'The process',
      panels: [
        line('Processor', {
          description:
            'Cores used, and the part of the time that the event loop ran code. The encoder computes outside of neither.',
          unit: 'percentunit',
          min: 0,
          width: 8,
          queries: {
            'of a core': perSecond(own('ringwall_process_cpu_seconds_total')),
            'event loop busy': perSecond(own('ringwall_process_event_loop_busy_seconds_total')),
          },
        }),
        line('Memory', {
          description: 'In RAM, and JavaScript objects. The model adds to the former while it is loaded.',
          unit: 'bytes',
          min: 0,
          width: 8,
          queries: {
            resident: own('ringwall_process_resident_memory_bytes'),
            heap: own('ringwall_process_heap_used_bytes'),
          },
        }),
        line('Traffic', {
          description: 'Sent to other phones, without the framing of gRPC.',
          unit: 'Bps',
          min: 0,
          width: 8,
          queries: { bytes: perSecond(own('ringwall_chord_peer_sent_bytes_total')) },
        }),
      ],
    },
    {
      title: 'Ring',
      panels: [
        line('Requests served', {
          description: 'Of other phones, a second, by type.',
          unit: 'reqps',
          min: 0,
          width: 8,
          queries: { '{{type}}': perSecond(own('ringwall_chord_peer_served_total'), 'type') },
        }),
        line('Requests made', {
          description: 'To other phones, a second, by outcome.',
          unit: 'reqps',
          min: 0,
          width: 8,
          queries: { '{{outcome}}': perSecond(own('ringwall_chord_peer_requests_total'), 'outcome') },
        }),
        line('Round trips', {
          description: 'From its requests to the replies.',
          unit: 's',
          min: 0,
          width: 8,
          queries: medianAndTail(own('ringwall_chord_peer_request_duration_seconds')),
        }),
        line('Lookups', {
          description: 'Its own, a second, by outcome.',
          unit: 'ops',
          min: 0,
          width: 8,
          queries: { '{{outcome}}': perSecond(own('ringwall_chord_lookups_total'), 'outcome') },
        }),
        line('Suspicion', {
          description: 'Phones that it suspected, cleared and dropped, a minute.',
          unit: 'cpm',
          min: 0,
          width: 8,
          queries: {
            suspected: `60 * ${perSecond(own('ringwall_chord_phones_suspected_total'))}`,
            cleared: `60 * ${perSecond(own('ringwall_chord_phones_cleared_total'))}`,
            'dropped: {{reason}}': `60 * ${perSecond(own('ringwall_chord_phones_dropped_total'), 'reason')}`,
          },
        }),
        line('Lags', {
          description: 'Since its last round of stabilisation, and since it last knew all replicas to be equal.',
          unit: 's',
          min: 0,
          width: 8,
          queries: {
            stabilise: own('ringwall_chord_stabilise_lag_seconds'),
            repair: own('ringwall_chord_repair_lag_seconds'),
          },
        }),
      ],
    },
    {
      title: 'Records, meanings, wall',
      panels: [
        line('Records kept', {
          description: 'For others.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: { records: own('ringwall_chord_records') },
        }),
        line('Index', {
          description: 'Entries in its zones, and all that it keeps, copies included.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: { owned: own('ringwall_can_owned_entries'), kept: own('ringwall_can_entries') },
        }),
        line('Zone', {
          description: 'The part of the space of meanings that it owns.',
          unit: 'percentunit',
          min: 0,
          width: 8,
          queries: { volume: own('ringwall_can_zone_volume_ratio') },
        }),
        line('Requests of people', {
          description: 'To its wall API, by route.',
          unit: 'reqps',
          min: 0,
          queries: { '{{method}} {{route}}': perSecond(own('ringwall_wall_requests_total'), 'method', 'route') },
        }),
        line('Encoder', {
          description: '1 while the model is in its memory, and tokens a second.',
          unit: 'short',
          min: 0,
          queries: {
            'in memory': own('ringwall_embedder_model_resident'),
            'tokens a second': perSecond(own('ringwall_embedder_tokens_total')),
          },
        }),
      ],
    },
  ],
};
