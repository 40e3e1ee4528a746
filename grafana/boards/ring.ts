import type { Board } from '../board.ts';
import { heatmap, line, stat } from '../panel.ts';
import { medianAndTail, perMinute, perSecond, spread } from '../promql.ts';

const SHARE = 'ringwall_chord_ring_share_ratio';

export const RING: Board = {
  uid: 'ringwall-ring',
  title: 'ring and churn',
  description: 'Whether there is one ring, who comes and goes, and how neighbours keep up with it.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Phones', {
          description: 'Phones that Prometheus reaches.',
          unit: 'short',
          width: 4,
          query: 'ringwall:phones:count',
        }),
        stat('Rings', {
          description: 'Shares of the ring added up: the number of rings.',
          unit: 'short',
          width: 4,
          decimals: 2,
          query: 'ringwall:rings:sum',
          steps: [
            [null, 'red'],
            [0.95, 'green'],
            [1.05, 'yellow'],
            [1.5, 'red'],
          ],
        }),
        stat('Shortest successor list', {
          description:
            'Against its target, of the phone that has fewest. In a ring smaller than the target it cannot be full.',
          unit: 'percentunit',
          width: 4,
          query: 'min(ringwall_chord_successors_filled_ratio)',
        }),
        stat('Longest stabilise lag', {
          description:
            'Since its last round of stabilisation, of the phone that waits longest. A quiet ring stabilises every 16 s.',
          unit: 's',
          width: 4,
          query: 'max(ringwall_chord_stabilise_lag_seconds)',
          steps: [
            [null, 'green'],
            [30, 'yellow'],
            [60, 'red'],
          ],
        }),
        stat('Phones with faults', {
          description: 'Phones on whose links a test has fault rules in force.',
          unit: 'short',
          width: 4,
          query: 'sum(ringwall_chord_fault_rules > bool 0)',
          steps: [
            [null, 'green'],
            [1, 'yellow'],
          ],
        }),
        stat('Largest share', {
          description:
            'Of the ring, times the number of phones: 1 is fair. Phones choose their place among 128 so that it stays small.',
          unit: 'short',
          width: 4,
          decimals: 2,
          query: `max(${SHARE}) * ringwall:phones:count`,
        }),
      ],
    },
    {
      title: 'Churn',
      panels: [
        line('Rings and phones found', {
          description:
            'Rings: 1 when all is well. Merges are counted by every phone that meets a phone of another ring.',
          unit: 'short',
          min: 0,
          queries: { rings: 'ringwall:rings:sum', 'merges a minute': perMinute('ringwall_chord_rings_merged_total') },
        }),
        line('Comings and goings', {
          description:
            'Joins are told by the newcomer; deaths and goodbyes by every neighbour that had the phone in its tables.',
          unit: 'cpm',
          min: 0,
          queries: {
            joined: perMinute('ringwall_chord_joins_total'),
            'left gracefully': perMinute('ringwall_chord_leaves_total'),
            'dropped: {{reason}}': perMinute('ringwall_chord_phones_dropped_total', 'reason'),
            'first heard of': perMinute('ringwall_chord_phones_discovered_total'),
          },
        }),
        line('Suspicion', {
          description:
            'Phones that stopped answering, and those of them that turned out to be alive. Many cleared: links are slow or phones overloaded, not dead.',
          unit: 'cpm',
          min: 0,
          queries: {
            suspected: perMinute('ringwall_chord_phones_suspected_total'),
            cleared: perMinute('ringwall_chord_phones_cleared_total'),
          },
        }),
        line('Attempts a join', {
          description: 'Over the last hour. More than one: the phone that was asked was busy, or died.',
          unit: 'short',
          min: 0,
          queries: {
            attempts:
              'sum(increase(ringwall_chord_join_attempts_total[1h])) / (sum(increase(ringwall_chord_joins_total[1h])) > 0) or sum(ringwall_chord_join_attempts_total) / sum(ringwall_chord_joins_total)',
          },
        }),
      ],
    },
    {
      title: 'Stabilisation',
      panels: [
        line('Rounds', {
          description:
            'A second, in the whole network, by whether they changed anything. Pauses double while nothing changes.',
          unit: 'ops',
          min: 0,
          stacked: true,
          queries: { 'changed: {{changed}}': perSecond('ringwall_chord_stabilisations_total', 'changed') },
        }),
        heatmap('Time of a round', {
          description: 'Rounds that waited for a dead successor stand out as a band of their own.',
          unit: 's',
          histogram: 'ringwall_chord_stabilise_duration_seconds',
        }),
        line('Lag', {
          description: 'Since each phone’s last round.',
          unit: 's',
          min: 0,
          queries: spread('ringwall_chord_stabilise_lag_seconds'),
        }),
        line('Successor lists', {
          description: 'Length against the target.',
          unit: 'percentunit',
          min: 0,
          max: 1,
          queries: spread('ringwall_chord_successors_filled_ratio'),
        }),
      ],
    },
    {
      title: 'Shares of the ring',
      panels: [
        line('Fairness', {
          description:
            'The share of the ring that phones own, times the number of phones: 1 is fair. Without choosing their place the largest of N would be about ln N.',
          unit: 'short',
          min: 0,
          queries: {
            ...spread(`${SHARE} * on () group_left () ringwall:phones:count`),
            'ln N': 'ln(ringwall:phones:count)',
          },
          dashed: ['ln N'],
        }),
        line('Largest owners', {
          description: 'The five phones that own most. Click one for its board.',
          unit: 'percentunit',
          min: 0,
          queries: { '{{instance}}': `topk(5, ${SHARE})` },
          byPhone: true,
        }),
      ],
    },
    {
      title: 'Links',
      panels: [
        line('Open links', {
          description: 'Of a phone, to other phones.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: spread('ringwall_chord_peer_links'),
        }),
        line('Links opened', {
          description: 'A second, by who called. A link is counted at both ends.',
          unit: 'ops',
          min: 0,
          width: 8,
          queries: { '{{direction}}': perSecond('ringwall_chord_peer_links_opened_total', 'direction') },
        }),
        line('Bytes between phones', {
          description: 'A second, without the framing of gRPC, in the whole network.',
          unit: 'Bps',
          min: 0,
          width: 8,
          queries: { sent: perSecond('ringwall_chord_peer_sent_bytes_total') },
        }),
        line('Refused', {
          description:
            'What phones refused of others or of strangers, by reason; connections closed unanswered; phones that were turned away.',
          unit: 'ops',
          min: 0,
          width: 8,
          queries: {
            '{{reason}}': perSecond('ringwall_chord_peer_refusals_total', 'reason'),
            'connections closed': perSecond('ringwall_chord_peer_connections_refused_total'),
            'turned away': perSecond('ringwall_chord_peer_turned_away_total'),
          },
        }),
        line('Round trips', {
          description: 'From a request to its reply, over all links.',
          unit: 's',
          min: 0,
          width: 8,
          queries: medianAndTail('ringwall_chord_peer_request_duration_seconds'),
        }),
        line('Faults asked for', {
          description:
            'Frames that fault rules delayed, lost or cut, and the delay of all frames together, a second: what a test does on purpose.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            '{{effect}}, {{direction}}': perSecond('ringwall_chord_fault_frames_total', 'effect', 'direction'),
            'seconds of delay': perSecond('ringwall_chord_fault_delay_seconds_total'),
          },
        }),
      ],
    },
  ],
};
