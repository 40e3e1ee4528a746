import type { Board } from '../board.ts';
import { heatmap, line, stat } from '../panel.ts';
import { mean, medianAndTail, perSecond, spread } from '../promql.ts';

export const STORAGE: Board = {
  uid: 'ringwall-storage',
  title: 'storage',
  description:
    'The records that phones keep for each other: are there enough replicas, are they equal, do reads and writes reach them.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Copies kept', {
          description: 'Records, each replica counted.',
          unit: 'short',
          query: 'sum(ringwall_chord_records)',
        }),
        stat('Bytes kept', {
          description: 'Of all replicas.',
          unit: 'bytes',
          query: 'sum(ringwall_chord_record_bytes)',
        }),
        stat('Replicas missing', {
          description: 'Of the range that lacks most, beyond those that the ring has too few phones for.',
          unit: 'short',
          query: 'ringwall:replicas_missing:max',
          steps: [
            [null, 'green'],
            [1, 'yellow'],
            [4, 'red'],
          ],
        }),
        stat('Phones fetching', {
          description: 'Phones that do not hold all they are responsible for yet: new, back, or with new neighbours.',
          unit: 'short',
          query: 'sum(ringwall_chord_settled < bool 1)',
          steps: [
            [null, 'green'],
            [1, 'yellow'],
          ],
        }),
        stat('Longest repair lag', {
          description:
            'Since all replicas of what a phone owns were last known to be equal. Quiet phones compare every two to three minutes.',
          unit: 's',
          query: 'max(ringwall_chord_repair_lag_seconds)',
          steps: [
            [null, 'green'],
            [300, 'yellow'],
            [600, 'red'],
          ],
        }),
        stat('Writes without quorum', {
          description: 'Of the writes of the last five minutes.',
          unit: 'percentunit',
          query: 'ringwall:writes_unavailable:ratio_rate5m',
          steps: [
            [null, 'green'],
            [0.001, 'yellow'],
            [0.01, 'red'],
          ],
        }),
        stat('Reads incomplete', {
          description: 'Of the reads of the last five minutes: too few replicas answered to be sure.',
          unit: 'percentunit',
          query: 'ringwall:reads_incomplete:ratio_rate5m',
          steps: [
            [null, 'green'],
            [0.001, 'yellow'],
            [0.01, 'red'],
          ],
        }),
        stat('Disk faults', {
          description: 'In the last hour.',
          unit: 'short',
          query: 'sum(increase(ringwall_chord_disk_faults_total[1h]))',
          steps: [
            [null, 'green'],
            [1, 'red'],
          ],
        }),
      ],
    },
    {
      title: 'Replicas',
      panels: [
        line('Replicas missing', {
          description:
            'Of the r − 1 other phones that should keep what a phone owns, those not known to have all of it: the worst range, and the mean over ranges. A ring of fewer phones than r always lacks some.',
          unit: 'short',
          min: 0,
          queries: {
            'worst range': 'max(ringwall_chord_replicas_missing)',
            mean: 'avg(ringwall_chord_replicas_missing)',
            'that count as alarming': 'ringwall:replicas_missing:max',
          },
        }),
        line('Repair lag', {
          description: 'Since a phone last knew that all replicas of what it owns are equal.',
          unit: 's',
          min: 0,
          queries: spread('ringwall_chord_repair_lag_seconds'),
        }),
        line('Records moved', {
          description: 'A second: fetched from other replicas, brought to them, handed over by phones that leave.',
          unit: 'ops',
          min: 0,
          queries: {
            '{{direction}}': perSecond('ringwall_chord_records_repaired_total', 'direction'),
            'handed over': perSecond('ringwall_chord_records_handed_over_total'),
            'ranges compared with a difference': perSecond('ringwall_chord_repairs_total'),
          },
        }),
        heatmap('Time of a repair', {
          description: 'From the first digest until two replicas of a range are equal.',
          unit: 's',
          histogram: 'ringwall_chord_repair_duration_seconds',
        }),
      ],
    },
    {
      title: 'Writes',
      panels: [
        line('Writes by outcome', {
          description:
            'Unavailable: too few replicas answered; the record may be on some of them. Over quota: author or replicas have no room.',
          unit: 'wps',
          min: 0,
          width: 8,
          stacked: true,
          queries: { '{{outcome}}': perSecond('ringwall_chord_writes_total', 'outcome') },
        }),
        heatmap('Time of a write', {
          description: 'Until a majority of the replicas has it on disk.',
          unit: 's',
          width: 8,
          histogram: 'ringwall_chord_write_duration_seconds',
        }),
        line('Replicas that acknowledged', {
          description: 'When the write ended; more may follow. A majority of 7 is 4.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            mean: mean('ringwall_chord_write_acknowledged_replicas'),
            'one in a hundred has fewer than':
              'histogram_quantile(0.01, sum by (le) (rate(ringwall_chord_write_acknowledged_replicas_bucket[$__rate_interval])))',
          },
        }),
      ],
    },
    {
      title: 'Reads',
      panels: [
        line('Reads', {
          description: 'A second, by whether enough replicas answered to be sure.',
          unit: 'rps',
          min: 0,
          width: 8,
          stacked: true,
          queries: { 'complete: {{complete}}': perSecond('ringwall_chord_reads_total', 'complete') },
        }),
        line('Time of a read', {
          description:
            'A second replica is asked beside one that takes longer than usual, so this should hardly exceed a round trip.',
          unit: 's',
          min: 0,
          width: 8,
          queries: medianAndTail('ringwall_chord_read_duration_seconds'),
        }),
        line('Hedges', {
          description:
            'Further replicas asked because the first were slow, a read. About one in twenty is usual; many: some phones are dead or overloaded.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            'hedges a read': `${perSecond('ringwall_chord_read_hedges_total')} / (${perSecond('ringwall_chord_reads_total')} > 0)`,
          },
        }),
      ],
    },
    {
      title: 'Load',
      panels: [
        line('Records of a phone', {
          description: 'How evenly they are spread.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: spread('ringwall_chord_records'),
        }),
        line('Bytes of a phone', {
          description: 'A phone takes no more than its quota (1 GiB by default).',
          unit: 'bytes',
          min: 0,
          width: 8,
          queries: spread('ringwall_chord_record_bytes'),
        }),
        line('Rejected', {
          description:
            'Records that others sent and that were not kept: forged, malformed or misplaced; forks: an author signed two under one version; disk faults. All of them should be 0.',
          unit: 'cpm',
          min: 0,
          width: 8,
          queries: {
            '{{verdict}}': `60 * ${perSecond('ringwall_chord_records_rejected_total', 'verdict')}`,
            forks: `60 * ${perSecond('ringwall_chord_forks_total')}`,
            'disk faults': `60 * ${perSecond('ringwall_chord_disk_faults_total')}`,
          },
        }),
      ],
    },
  ],
};
