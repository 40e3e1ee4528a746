import type { Board } from '../board.ts';
import { heatmap, line, stat } from '../panel.ts';
import { mean, medianAndTail, perMinute, perSecond, quantile } from '../promql.ts';

/** What people and their apps ask for; probes and scrapes left out. */
const REQUESTS = 'ringwall_wall_requests_total{route=~"/v1/.*"}';
const DURATION = 'ringwall_wall_request_duration_seconds{route=~"/v1/.*"}';

export const WALL: Board = {
  uid: 'ringwall-wall',
  title: 'feed and wall',
  description:
    'What people get: requests to the wall APIs, feeds and how whole they are, and the encoder that gives texts their meaning.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Requests a second', { description: 'To all wall APIs.', unit: 'reqps', query: perSecond(REQUESTS) }),
        stat('Failed', {
          description: 'Statuses of 500 and above, in the last five minutes.',
          unit: 'percentunit',
          query: 'ringwall:wall_errors:ratio_rate5m',
          steps: [
            [null, 'green'],
            [0.001, 'yellow'],
            [0.01, 'red'],
          ],
        }),
        stat('Request, 99 %', {
          description: 'One request in a hundred takes longer.',
          unit: 's',
          query: 'ringwall:wall_request_duration_seconds:p99_rate5m',
          steps: [
            [null, 'green'],
            [1, 'yellow'],
            [2.5, 'red'],
          ],
        }),
        stat('Recall of searches', {
          description:
            'Of the nearest posts that phones drawn by chance name, those that searches found: over the last hour.',
          unit: 'percentunit',
          query: 'ringwall:recall:ratio_rate1h',
          steps: [
            [null, 'red'],
            [0.9, 'yellow'],
            [0.95, 'green'],
          ],
        }),
        stat('People', {
          description: 'Whose keys phones keep.',
          unit: 'short',
          query: 'sum(ringwall_wall_people_kept)',
        }),
        stat('Sessions', { description: 'Open ones.', unit: 'short', query: 'sum(ringwall_wall_sessions_open)' }),
        stat('Event streams', {
          description: 'Apps and pages that listen, at phones and at the gateway itself.',
          unit: 'short',
          query: 'sum(ringwall_wall_event_listeners) + (sum(ringwall_gateway_event_listeners) or vector(0))',
        }),
        stat('Outbox', {
          description: 'Index entries that reached no quorum and are tried again.',
          unit: 'short',
          query: 'sum(ringwall_wall_outbox_records)',
          steps: [
            [null, 'green'],
            [1, 'yellow'],
            [100, 'red'],
          ],
        }),
      ],
    },
    {
      title: 'Requests',
      panels: [
        line('By route', {
          description: 'The ten routes asked for most.',
          unit: 'reqps',
          min: 0,
          queries: { '{{method}} {{route}}': `topk(10, ${perSecond(REQUESTS, 'method', 'route')})` },
        }),
        line('By status', {
          description: '4xx are faults of who asks, 5xx ours.',
          unit: 'reqps',
          min: 0,
          stacked: true,
          queries: { '{{status}}': perSecond(REQUESTS, 'status') },
        }),
        heatmap('Time of requests', {
          description: 'All routes; event streams left out.',
          unit: 's',
          histogram: DURATION,
        }),
        line('Slowest routes', {
          description: 'The eight routes whose 99th percentile is longest.',
          unit: 's',
          min: 0,
          queries: { '{{method}} {{route}}': `topk(8, ${quantile(0.99, DURATION, 'method', 'route')})` },
        }),
      ],
    },
    {
      title: 'Feeds',
      panels: [
        line('Pages', {
          description: 'Served a second, by strategy.',
          unit: 'ops',
          min: 0,
          width: 8,
          queries: { '{{strategy}}': perSecond('ringwall_wall_feed_pages_total', 'strategy') },
        }),
        line('Pages that are not whole', {
          description:
            'The part of all pages that left something out, and posts that could not be had from the ring, a minute.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            'incomplete, part of all': `${perSecond('ringwall_wall_feed_pages_total{complete="false"}')} / (${perSecond('ringwall_wall_feed_pages_total')} > 0)`,
            'posts missing a minute': perMinute('ringwall_wall_feed_missing_posts_total'),
          },
        }),
        line('Posts on a page', {
          description:
            'Mean. An app asks for 20 by default; far fewer mean that people have seen all there is, or that the index is empty.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: { posts: mean('ringwall_wall_feed_page_posts') },
        }),
        heatmap('Phones asked for a feed', {
          description: 'Of the nearest feed: all interests of its reader together.',
          unit: 'short',
          histogram: 'ringwall_wall_feed_contacted_phones',
        }),
        line('Time of a feed', {
          description: 'GET /v1/feed, all strategies.',
          unit: 's',
          min: 0,
          queries: medianAndTail('ringwall_wall_request_duration_seconds{route="/v1/feed"}'),
        }),
      ],
    },
    {
      title: 'The encoder',
      panels: [
        line('Texts', {
          description: 'A second, by outcome, and the tokens that went through the network.',
          unit: 'ops',
          min: 0,
          width: 8,
          queries: {
            '{{outcome}}': perSecond('ringwall_embedder_texts_total', 'outcome'),
            tokens: perSecond('ringwall_embedder_tokens_total'),
          },
        }),
        line('Time', {
          description: 'A run blocks its phone; a request may wait for the model to be loaded and for runs before it.',
          unit: 's',
          min: 0,
          width: 8,
          queries: {
            ...medianAndTail('ringwall_embedder_run_duration_seconds', 'run'),
            ...medianAndTail('ringwall_embedder_request_duration_seconds', 'request'),
          },
        }),
        line('The model in memory', {
          description:
            'Phones that have it loaded, and how often it was loaded, a minute: it leaves the memory after a minute without use.',
          unit: 'short',
          min: 0,
          width: 8,
          queries: {
            phones: 'sum(ringwall_embedder_model_resident)',
            'cold starts a minute': perMinute('ringwall_embedder_cold_starts_total'),
            'seconds a cold start': mean('ringwall_embedder_cold_start_duration_seconds'),
          },
        }),
      ],
    },
    {
      title: 'The public door',
      panels: [
        line('Phones behind the gateway', {
          description: 'As it knows them, by state. Those it suspects are still asked.',
          unit: 'short',
          min: 0,
          width: 8,
          stacked: true,
          queries: { '{{state}}': 'max by (state) (ringwall_gateway_phones)' },
        }),
        line('Through the gateway', {
          description: 'Requests a second by status, and those that no phone answered, by why.',
          unit: 'reqps',
          min: 0,
          width: 8,
          queries: {
            '{{status}}': perSecond('ringwall_gateway_requests_total', 'status'),
            'not handed on: {{reason}}': perSecond('ringwall_gateway_unanswered_requests_total', 'reason'),
            'probes of phones: {{outcome}}': perSecond('ringwall_gateway_probes_total', 'outcome'),
          },
        }),
        line('Time through the gateway', {
          description: 'What phones take included.',
          unit: 's',
          min: 0,
          width: 8,
          queries: medianAndTail('ringwall_gateway_request_duration_seconds'),
        }),
      ],
    },
    {
      title: 'The outbox',
      panels: [
        line('Index entries waiting', {
          description:
            'Posts are safe when they are acknowledged; entries of lists that reached no quorum wait here and are tried again.',
          unit: 'short',
          min: 0,
          queries: { waiting: 'sum(ringwall_wall_outbox_records)' },
        }),
        line('What became of them', {
          description: 'A minute. Given up means that some list lacks an entry.',
          unit: 'cpm',
          min: 0,
          queries: {
            delivered: perMinute('ringwall_wall_outbox_delivered_total'),
            'given up': perMinute('ringwall_wall_outbox_given_up_total'),
          },
        }),
      ],
    },
  ],
};
