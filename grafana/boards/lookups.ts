import type { Board } from '../board.ts';
import { heatmap, line, stat } from '../panel.ts';
import { mean, medianAndTail, perSecond, quantile } from '../promql.ts';

const HOPS = 'ringwall_chord_lookup_hops';
const SECONDS = 'ringwall_chord_lookup_duration_seconds';

export const LOOKUPS: Board = {
  uid: 'ringwall-lookups',
  title: 'lookups',
  description: 'Who owns a key: how many phones it takes to find out, how long, and how often it fails.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Lookups a second', {
          description: 'In the whole network.',
          unit: 'ops',
          width: 4,
          query: perSecond('ringwall_chord_lookups_total'),
        }),
        stat('Failed', {
          description: 'Of the lookups of the last five minutes.',
          unit: 'percentunit',
          width: 4,
          query: 'ringwall:lookups_failed:ratio_rate5m',
          steps: [
            [null, 'green'],
            [0.001, 'yellow'],
            [0.01, 'red'],
          ],
        }),
        stat('Hops, mean', {
          description: 'Phones that answered on the way to a key.',
          unit: 'short',
          width: 4,
          decimals: 2,
          query: mean(HOPS),
        }),
        stat('½·log₂N', {
          description:
            "The mean number of hops of Chord's fingers alone, for as many phones as there are now (Stoica et al., SIGCOMM 2001, section 6.4). Phones here know many more than their fingers, so they should stay below.",
          unit: 'short',
          width: 4,
          decimals: 2,
          query: '0.5 * log2(ringwall:phones:count)',
        }),
        stat('Median', {
          description: 'Half of the lookups are quicker.',
          unit: 's',
          width: 4,
          query: quantile(0.5, SECONDS),
        }),
        stat('99 %', {
          description: 'One lookup in a hundred takes longer.',
          unit: 's',
          width: 4,
          query: quantile(0.99, SECONDS),
          steps: [
            [null, 'green'],
            [0.25, 'yellow'],
            [1, 'red'],
          ],
        }),
      ],
    },
    {
      title: 'Hops',
      panels: [
        line('Hops against ½·log₂N', {
          description:
            'Above the dashed line the tables are no better than bare fingers: phones have just come or gone, or the network is larger than tables hold.',
          unit: 'short',
          min: 0,
          queries: {
            mean: mean(HOPS),
            '99 %': quantile(0.99, HOPS),
            '½·log₂N': '0.5 * log2(ringwall:phones:count)',
          },
          dashed: ['½·log₂N'],
        }),
        heatmap('Hops', {
          description: 'How many lookups took how many hops.',
          unit: 'short',
          histogram: HOPS,
        }),
      ],
    },
    {
      title: 'Time',
      panels: [
        heatmap('Time of lookups', {
          description:
            'Bands tell lookups apart that one line would mix: answered from the tables, one round trip, several, and those that waited for a dead phone.',
          unit: 's',
          histogram: SECONDS,
        }),
        line('Time of lookups', {
          description: 'The dashed line is what the LookupSlow alert allows one in a hundred.',
          unit: 's',
          min: 0,
          queries: medianAndTail(SECONDS),
        }),
        heatmap('Round trips between phones', {
          description: 'What each hop costs: from a request to its reply, all kinds of requests.',
          unit: 's',
          histogram: 'ringwall_chord_peer_request_duration_seconds',
        }),
        line('Slowest phones', {
          description: 'The five phones whose own lookups take longest (99 %). Click one for its board.',
          unit: 's',
          min: 0,
          queries: { '{{instance}}': `topk(5, ${quantile(0.99, SECONDS, 'instance')})` },
          byPhone: true,
        }),
      ],
    },
    {
      title: 'Failures',
      panels: [
        line('Outcomes', {
          description: 'A lookup fails when it reaches its deadline, or all phones that it may ask.',
          unit: 'ops',
          min: 0,
          stacked: true,
          queries: { '{{outcome}}': perSecond('ringwall_chord_lookups_total', 'outcome') },
        }),
        line('Retries', {
          description:
            'Phones that did not answer in time, a lookup: each time others were asked in their stead. Many after phones died, or where they are overloaded.',
          unit: 'short',
          min: 0,
          queries: {
            'timeouts a lookup': `${perSecond('ringwall_chord_lookup_timeouts_total')} / (${perSecond('ringwall_chord_lookups_total')} > 0)`,
          },
        }),
        line('Requests that failed', {
          description: 'Requests between phones, of any kind, that brought no reply, by why.',
          unit: 'reqps',
          min: 0,
          queries: { '{{outcome}}': perSecond('ringwall_chord_peer_requests_total{outcome!="ok"}', 'outcome') },
        }),
        line('Requests by type', {
          description: 'What phones ask each other most.',
          unit: 'reqps',
          min: 0,
          queries: { '{{type}}': `topk(8, ${perSecond('ringwall_chord_peer_requests_total', 'type')})` },
        }),
      ],
    },
  ],
};
