/** Answers to one query from several replicas, and how they merge. Pure. */
import type { Contact } from '../../../shared/core/contact.ts';
import { type RingRecord, recordKey, supersedes } from '../../../shared/core/record.ts';
import type { RecordQuery } from '../message.ts';
import { comparePositions, formatPosition, parsePosition, positionOf, type QueryPosition } from './query-position.ts';

/** One replica's answer to a query, checked. */
export interface Page {
  readonly from: Contact;
  /** Newest first. */
  readonly records: readonly RingRecord[];
  /** Where its answer goes on, if it does. */
  readonly next: string | undefined;
}

export interface MergedPage {
  readonly records: readonly RingRecord[];
  readonly next: string | undefined;
}

/** The winning version of each key; immutables that their author deleted are left out. */
export function winnersOf(records: Iterable<RingRecord>): ReadonlyMap<string, RingRecord> {
  const winners = new Map<string, RingRecord>();
  const deletedBy = new Set<string>();
  for (const record of records) {
    const key = recordKey(record);
    const rival = winners.get(key);
    if (rival === undefined || supersedes(record, rival)) winners.set(key, record);
    if (record.final) deletedBy.add(record.author);
  }
  for (const [key, { kind, author }] of winners) {
    if (kind === 'immutable' && deletedBy.has(author)) winners.delete(key);
  }
  return winners;
}

/** How far down the order all pages reach: the newest of the places where one stopped. Undefined: to the end. */
export function reachOf(pages: readonly Page[]): QueryPosition | undefined {
  let reach: QueryPosition | undefined;
  for (const { next } of pages) {
    const stop = next === undefined ? undefined : parsePosition(next);
    if (stop !== undefined && (reach === undefined || comparePositions(stop, reach) < 0)) reach = stop;
  }
  return reach;
}

/**
 * One page of several replicas' pages and of further versions of their records. Shows only as far down as all
 * pages reach, so that nothing is skipped.
 */
export function mergePages(query: RecordQuery, pages: readonly Page[], further: readonly RingRecord[]): MergedPage {
  const reach = reachOf(pages);
  const before = query.before === undefined ? undefined : parsePosition(query.before);
  const matching = [...winnersOf([...pages.flatMap(({ records }) => records), ...further]).values()]
    .filter(({ name }) => query.name === undefined || name === query.name)
    .filter((record) => before === undefined || comparePositions(record, before) > 0)
    .sort(comparePositions);
  const shown = matching
    .filter((record) => reach === undefined || comparePositions(record, reach) <= 0)
    .slice(0, query.limit);
  if (shown.length < matching.length && shown.length === query.limit) {
    return { records: shown, next: formatPosition(positionOf(shown.at(-1)!)) };
  }
  return { records: shown, next: reach === undefined ? undefined : formatPosition(reach) };
}

/** Those of the winning records that a page does not show: its phone may hold other versions of them. */
export function unseenBy(page: Page, winners: readonly RingRecord[]): readonly RingRecord[] {
  const shown = new Set(page.records.map(({ hash }) => hash));
  return winners.filter(({ hash }) => !shown.has(hash));
}
