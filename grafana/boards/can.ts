import type { Board } from '../board.ts';
import { heatmap, line, stat } from '../panel.ts';
import { mean, medianAndTail, perMinute, perSecond, quantile, spread } from '../promql.ts';

const VOLUME = 'ringwall_can_zone_volume_ratio';

export const CAN: Board = {
  uid: 'ringwall-can',
  title: 'CAN',
  description:
    'The space of meanings: who has which part of it, how evenly posts lie in it, how searches go through it.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Space with an owner', {
          description: 'Volumes of all zones added up: 100 % when every point has exactly one owner.',
          unit: 'percentunit',
          width: 4,
          query: 'ringwall:zone_volume:sum',
          steps: [
            [null, 'red'],
            [0.95, 'green'],
            [1.05, 'red'],
          ],
        }),
        stat('Phones with a zone', {
          description: 'Phones that own some of the space.',
          unit: 'short',
          width: 4,
          query: 'count(ringwall_can_zones > 0)',
        }),
        stat('Entries', {
          description: 'Posts in the index, each counted at its owner alone.',
          unit: 'short',
          width: 4,
          query: 'sum(ringwall_can_owned_entries)',
        }),
        stat('Copies an entry', {
          description: 'Phones that keep it, its owner among them. The target is 3.',
          unit: 'short',
          width: 4,
          decimals: 2,
          query: 'sum(ringwall_can_entries) / (sum(ringwall_can_owned_entries) > 0)',
          steps: [
            [null, 'red'],
            [2, 'yellow'],
            [2.8, 'green'],
          ],
        }),
        stat('Phones contacted', {
          description: 'In a search, on average.',
          unit: 'short',
          width: 4,
          decimals: 1,
          query: mean('ringwall_can_search_contacted_phones'),
        }),
        stat('Recall', {
          description:
            'Of the nearest posts that phones drawn by chance name, those that searches found: an estimate over the last hour.',
          unit: 'percentunit',
          width: 4,
          query: 'ringwall:recall:ratio_rate1h',
          steps: [
            [null, 'red'],
            [0.9, 'yellow'],
            [0.95, 'green'],
          ],
        }),
      ],
    },
    {
      title: 'Zones',
      panels: [
        line('Volume of zones', {
          description:
            'Times the number of phones: 1 is an even share. Zones are cut where the posts are, so volumes differ on purpose; what should be even is the load.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: spread(`${VOLUME} * on () group_left () ringwall:phones:count`),
        }),
        line('Load', {
          description: 'Entries in the zones of a phone.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: spread('ringwall_can_owned_entries'),
        }),
        line('Neighbours', {
          description: 'Phones whose zones touch, which a phone keeps up with.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: spread('ringwall_can_neighbours'),
        }),
        line('Zones change hands', {
          description:
            'A minute: newcomers get their first zone, dead phones’ zones are taken over, zones are handed over by those who leave or tidy up, and given up to other claims.',
          unit: 'cpm',
          min: 0,
          width: 8,
          queries: {
            'first zones': perMinute('ringwall_can_joins_total'),
            'taken over': perMinute('ringwall_can_takeovers_total'),
            'handed over: {{reason}}': perMinute('ringwall_can_handovers_total', 'reason'),
            'given up': perMinute('ringwall_can_yields_total'),
          },
        }),
        line('Suspicion', {
          description: 'Neighbours that stopped answering, and those taken for dead after others were asked.',
          unit: 'cpm',
          min: 0,
          width: 8,
          queries: {
            suspected: perMinute('ringwall_can_neighbours_suspected_total'),
            dead: perMinute('ringwall_can_neighbours_dead_total'),
          },
        }),
        heatmap('Wait for a takeover', {
          description: 'From when a zone was seen to be without an owner until somebody took it over.',
          unit: 's',
          width: 8,
          histogram: 'ringwall_can_takeover_wait_seconds',
        }),
      ],
    },
    {
      title: 'The way to a point',
      panels: [
        line('Hops against (d/4)·N^(1/d)', {
          description:
            'Phones on the way to the owner of a point. Dashed: the mean of the plain CAN in d = 8 dimensions (Ratnasamy et al., SIGCOMM 2001, section 2.3); long links shorten it.',
          unit: 'short',
          min: 0,
          queries: {
            mean: mean('ringwall_can_find_hops'),
            '99 %': quantile(0.99, 'ringwall_can_find_hops'),
            '(d/4)·N^(1/d)': '2 * ringwall:phones:count ^ (1 / 8)',
          },
          dashed: ['(d/4)·N^(1/d)'],
        }),
        heatmap('Time to find an owner', {
          description: 'Of a point of the space.',
          unit: 's',
          histogram: 'ringwall_can_find_duration_seconds',
        }),
        line('Owners looked for', {
          description: 'A second, by outcome.',
          unit: 'ops',
          min: 0,
          stacked: true,
          queries: { '{{outcome}}': perSecond('ringwall_can_finds_total', 'outcome') },
        }),
        line('Entries put into the index', {
          description:
            'A second, by what became of them. Flooded: enough posts say the same. Not owner, full, unreachable: tried again later.',
          unit: 'ops',
          min: 0,
          stacked: true,
          queries: { '{{outcome}}': perSecond('ringwall_can_published_total', 'outcome') },
        }),
      ],
    },
    {
      title: 'Searches',
      panels: [
        line('Searches', {
          description: 'A second, by whether nothing likely to add to the answer was left out.',
          unit: 'ops',
          min: 0,
          width: 8,
          stacked: true,
          queries: { 'complete: {{complete}}': perSecond('ringwall_can_searches_total', 'complete') },
        }),
        heatmap('Phones contacted', {
          description: 'In a search. It ends when no phone is expected to add anything, or at its budget (16).',
          unit: 'short',
          width: 8,
          histogram: 'ringwall_can_search_contacted_phones',
        }),
        line('Time of a search', {
          description: 'It is cut off at 4 s.',
          unit: 's',
          min: 0,
          width: 8,
          queries: medianAndTail('ringwall_can_search_duration_seconds'),
        }),
        line('Recall', {
          description:
            'Of the nearest posts that phones drawn by chance name, those that searches found, over an hour. Dashed: the bar of the FeedRecallLow alert.',
          unit: 'percentunit',
          min: 0,
          max: 1,
          width: 8,
          queries: { recall: 'ringwall:recall:ratio_rate1h', bar: '0.9 + 0 * ringwall:phones:count' },
          dashed: ['bar'],
        }),
        line('Samples', {
          description:
            'Searches sampled in the last hour, and posts that they should have found: from few, the recall says little.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            samples: 'sum(increase(ringwall_can_recall_samples_total[1h]))',
            'posts expected': 'ringwall:recall_expected_posts:increase1h',
          },
        }),
        line('Requests of other indexes', {
          description: 'A second, by type; malformed: answers that were none.',
          unit: 'reqps',
          min: 0,
          width: 8,
          queries: {
            '{{type}}': `topk(8, ${perSecond('ringwall_can_served_requests_total', 'type')})`,
            malformed: perSecond('ringwall_can_malformed_messages_total'),
          },
        }),
      ],
    },
  ],
};
