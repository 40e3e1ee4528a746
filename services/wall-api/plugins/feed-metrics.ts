/** What is watched of feeds: which are read, whether they were whole, how much was in them and how many phones it took. */
import type { Registry } from 'prom-client';
import { counter, histogram, instrument } from '../../shared/runtime/metrics/metrics.ts';
import { FEED_STRATEGIES, type FeedPage, type FeedStrategyName } from '../core/feed/feed.ts';

export const FEED_METRICS = {
  pages: counter(
    'ringwall_wall_feed_pages_total',
    'Pages of feeds served, by strategy and whether nothing was left out.',
    {
      strategy: FEED_STRATEGIES,
      complete: ['true', 'false'],
    },
  ),
  items: histogram(
    'ringwall_wall_feed_page_posts',
    'Posts on a page of a feed.',
    [0, 1, 2, 5, 10, 20, 50, 100],
    ['strategy'],
  ),
  missing: counter(
    'ringwall_wall_feed_missing_posts_total',
    'Posts that were to be on a page and that could not be had from the ring.',
  ),
  contacted: histogram(
    'ringwall_wall_feed_contacted_phones',
    'Phones whose indexes were asked for a page of a feed that asks any.',
    [0, 1, 2, 4, 8, 16, 32, 64, 128, 256],
  ),
} as const;

/** Gives what is to be told of every page. */
export function measureFeeds(registry: Registry): (strategy: FeedStrategyName, page: FeedPage) => void {
  const metrics = instrument(registry, FEED_METRICS);
  return (strategy, { items, missing, complete, contacted }) => {
    metrics.pages.inc({ strategy, complete: String(complete) });
    metrics.items.observe({ strategy }, items.length);
    metrics.missing.inc(missing.length);
    if (contacted !== undefined) metrics.contacted.observe(contacted);
  };
}
