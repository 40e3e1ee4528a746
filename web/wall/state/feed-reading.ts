/** The wall's posts by one strategy, and, while the phone is out of reach, those that were read last. */
import { useSignal } from '@preact/signals';
import type { Feed, FeedItem } from '../../../services/wall-api/client/contract.ts';
import { UnreachableError } from '../../shared/problem.ts';
import { type Pages, usePages } from './loading.ts';
import { newPosts } from './news.ts';
import { api, me } from './session.ts';
import { keep, recall } from './storage.ts';

export interface FeedReading {
  readonly pages: Pages<FeedItem>;
  /** What was read last, when it could not be read now. */
  readonly kept: KeptFeed | undefined;
  /** Phones that were asked for it, where that is known. */
  readonly contacted: number | undefined;
}

export interface KeptFeed {
  /** When it was read. */
  readonly at: string;
  readonly items: readonly FeedItem[];
}

const PAGE_SIZE = 20;

export function useFeed(strategy: string): FeedReading {
  const keptName = `read ${strategy} ${me.value?.id ?? ''}`;
  const kept = useSignal<KeptFeed | undefined>(undefined);
  const contacted = useSignal<number | undefined>(undefined);
  const pages = usePages<FeedItem>(keptName, async (cursor, signal) => {
    try {
      const page = await api.ask<Feed>('/v1/feed', { query: { strategy, cursor, limit: PAGE_SIZE }, signal });
      contacted.value = page.contacted;
      if (cursor === undefined) {
        kept.value = undefined;
        newPosts.value = 0;
        keep(keptName, { at: new Date().toISOString(), items: page.items });
      }
      return page;
    } catch (error) {
      if (error instanceof UnreachableError && cursor === undefined) kept.value = recall<KeptFeed>(keptName);
      throw error;
    }
  });
  return { pages, kept: kept.value, contacted: contacted.value };
}
