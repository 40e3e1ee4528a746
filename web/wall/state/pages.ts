/** Lists that come page by page, as values. */
import type { Page } from '../../../services/wall-api/client/contract.ts';

export interface PagesState<Item> {
  readonly items: readonly Item[];
  /** Of the next page; null at the end, undefined before the first page. */
  readonly cursor: string | null | undefined;
  /** False once some page said that something may be missing. */
  readonly isComplete: boolean;
}

export const NO_PAGES = { items: [], cursor: undefined, isComplete: true } as const;

/** The list with the page that follows. */
export function withNext<Item>(before: PagesState<Item>, page: Page<Item>): PagesState<Item> {
  const isComplete = before.isComplete && page.complete;
  return { items: [...before.items, ...page.items], cursor: page.cursor, isComplete };
}

/**
 * The list with its first page as it is now. What was read further down stays, so that nobody loses their place, unless
 * so much is new that the page no longer reaches it.
 */
export function withNewest<Item extends { readonly id: string }>(
  before: PagesState<Item>,
  page: Page<Item>,
): PagesState<Item> {
  const last = page.items.at(-1);
  const seam = before.items.findIndex(({ id }) => id === last?.id);
  if (seam < 0 || page.cursor === null) return withNext(NO_PAGES, page);
  const older = before.items.slice(seam + 1);
  if (older.length === 0) return withNext(NO_PAGES, page);
  return {
    items: [...page.items, ...older],
    cursor: before.cursor,
    isComplete: before.isComplete && page.complete,
  };
}
