import type { Board } from '../board.ts';
import { line, stat, table } from '../panel.ts';
import { medianAndTail, perSecond, quantile } from '../promql.ts';

export const PULSE: Board = {
  uid: 'ringwall-pulse',
  title: 'network pulse',
  description: 'Is the network well? If not, which board to look at next.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Phones', {
          description: 'Phones that Prometheus reaches.',
          unit: 'short',
          query: 'ringwall:phones:count',
        }),
        stat('Rings', {
          description:
            'The parts of the ring that phones own, added up: 1 when every key has exactly one owner, 2 when the network is split in two, less than 1 while a part has no owner. Next: ring and churn.',
          unit: 'short',
          decimals: 2,
          query: 'ringwall:rings:sum',
          steps: [
            [null, 'red'],
            [0.95, 'green'],
            [1.05, 'yellow'],
            [1.5, 'red'],
          ],
        }),
        stat('Lookups failed', {
          description: 'Of the lookups of the last five minutes. Next: lookups.',
          unit: 'percentunit',
          query: 'ringwall:lookups_failed:ratio_rate5m',
          steps: [
            [null, 'green'],
            [0.001, 'yellow'],
            [0.01, 'red'],
          ],
        }),
        stat('Replicas missing', {
          description:
            'Of the range of the ring that lacks most: replicas not known to be whole, beyond those that the ring has too few phones for. Next: storage.',
          unit: 'short',
          query: 'ringwall:replicas_missing:max',
          steps: [
            [null, 'green'],
            [1, 'yellow'],
            [4, 'red'],
          ],
        }),
        stat('Recall of searches', {
          description:
            'Of the nearest posts that phones drawn by chance name, those that searches find: an estimate over the last hour. Next: CAN, and feed and wall.',
          unit: 'percentunit',
          query: 'ringwall:recall:ratio_rate1h',
          steps: [
            [null, 'red'],
            [0.9, 'yellow'],
            [0.95, 'green'],
          ],
        }),
        stat('Requests failed', {
          description:
            'Of the requests to wall APIs in the last five minutes, those answered with a status of 500 or above. Next: feed and wall.',
          unit: 'percentunit',
          query: 'ringwall:wall_errors:ratio_rate5m',
          steps: [
            [null, 'green'],
            [0.001, 'yellow'],
            [0.01, 'red'],
          ],
        }),
        stat('Lookup, 99 %', {
          description: 'What one lookup in a hundred exceeds.',
          unit: 's',
          query: 'ringwall:lookup_duration_seconds:p99_rate5m',
          steps: [
            [null, 'green'],
            [0.25, 'yellow'],
            [1, 'red'],
          ],
        }),
        stat('Alerts firing', {
          description: 'docs/watching.md tells what each means and what to do.',
          unit: 'short',
          query: 'count(ALERTS{alertstate="firing"}) or vector(0)',
          steps: [
            [null, 'green'],
            [1, 'red'],
          ],
        }),
      ],
    },
    {
      title: 'Who is there',
      panels: [
        line('Phones', {
          description:
            'Those that answer Prometheus, and those that service discovery knows and that do not: frozen, cut off or not up yet. A container that was killed disappears from both.',
          unit: 'short',
          min: 0,
          queries: {
            answering: 'ringwall:phones:count',
            silent: 'count(up{job="phone"} == 0) or vector(0)',
          },
        }),
        line('Rings and spaces', {
          description:
            'Shares of the ring, and volumes of zones, added up over all phones. Each is 1 when all is well; steps of 1 are splits.',
          unit: 'short',
          min: 0,
          queries: { rings: 'ringwall:rings:sum', 'spaces of meanings': 'ringwall:zone_volume:sum' },
        }),
        line('Comings and goings', {
          description:
            'A minute, as phones tell: newcomers by themselves, the dead and those who left by all of their neighbours, so each of those counts several times.',
          unit: 'cpm',
          min: 0,
          queries: {
            joined: '60 * sum(rate(ringwall_chord_joins_total[$__rate_interval]))',
            'found dead': '60 * sum(rate(ringwall_chord_phones_dropped_total{reason="dead"}[$__rate_interval]))',
            'said goodbye': '60 * sum(rate(ringwall_chord_phones_dropped_total{reason="left"}[$__rate_interval]))',
          },
        }),
        table('Alerts', {
          description: 'What fires, or will if it goes on. docs/watching.md tells what to do.',
          unit: 'short',
          query:
            'max by (alertname, severity, alertstate) (ALERTS) or label_replace(vector(0), "alertname", "none", "", "")',
          hidden: ['Time', 'Value'],
        }),
      ],
    },
    {
      title: 'What is done, and how fast',
      panels: [
        line('Work', {
          description: 'What phones do for their people, a second, in the whole network.',
          unit: 'ops',
          min: 0,
          queries: {
            lookups: perSecond('ringwall_chord_lookups_total'),
            'records read': perSecond('ringwall_chord_reads_total'),
            'records written': perSecond('ringwall_chord_writes_total'),
            searches: perSecond('ringwall_can_searches_total'),
            'requests of people': perSecond('ringwall_wall_requests_total{route=~"/v1/.*"}'),
          },
        }),
        line('How long one in a hundred takes', {
          description:
            'The 99th percentile of each kind of work. What is built on another cannot be faster than it: a request waits for reads, these for lookups, these for round trips.',
          unit: 's',
          min: 0,
          queries: {
            request: quantile(0.99, 'ringwall_wall_request_duration_seconds{route=~"/v1/.*"}'),
            search: quantile(0.99, 'ringwall_can_search_duration_seconds'),
            write: quantile(0.99, 'ringwall_chord_write_duration_seconds'),
            read: quantile(0.99, 'ringwall_chord_read_duration_seconds'),
            lookup: quantile(0.99, 'ringwall_chord_lookup_duration_seconds'),
          },
        }),
      ],
    },
    {
      title: 'What it costs',
      panels: [
        line('Processor', {
          description:
            'Cores that all phones use together, and the busiest event loop: a phone at 100 % has no time left and will be suspected.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            'cores of all phones': perSecond('ringwall_process_cpu_seconds_total'),
            'busiest event loop': 'max(rate(ringwall_process_event_loop_busy_seconds_total[$__rate_interval]))',
          },
        }),
        line('Memory', {
          description:
            'In RAM, of all phones together; pages that phones share (the program, the model) count once a phone.',
          unit: 'bytes',
          min: 0,
          width: 8,
          queries: {
            resident: 'sum(ringwall_process_resident_memory_bytes)',
            'JavaScript heap': 'sum(ringwall_process_heap_used_bytes)',
          },
        }),
        line('Traffic between phones', {
          description:
            'Requests and replies a second, and round trips of the quickest half and the slowest hundredth. Bytes are on the ring board.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: { 'frames a second': perSecond('ringwall_chord_peer_sent_frames_total') },
        }),
        line('Round trips', {
          description: 'Between phones: from a request to its reply.',
          unit: 's',
          min: 0,
          width: 24,
          queries: medianAndTail('ringwall_chord_peer_request_duration_seconds'),
        }),
      ],
    },
  ],
};
