/** Comparing what two phones list for the same range, a window at a time. Pure. */
import type { Id } from '../../../shared/core/id.ts';
import { inOwnedRange } from '../../../shared/core/id.ts';
import type { RecordSummary } from '../message.ts';

/** Where a listing of (from, to] begins; with `afterKey` amid the records at `from` (see ListRange). */
export interface ListingStart {
  readonly from: Id;
  readonly afterKey: string | undefined;
}

export interface Listing {
  readonly summaries: readonly RecordSummary[];
  readonly truncated: boolean;
}

export interface ListingDifference {
  /** What they have and this phone lacks or has in an older version. */
  readonly wanted: readonly RecordSummary[];
  /** What this phone has and they lack or have in an older version. */
  readonly offered: readonly RecordSummary[];
  /** What this phone has and they have in what looks like a newer version (it is in `wanted`). */
  readonly contested: readonly RecordSummary[];
  /** What both have in the same version. */
  readonly held: readonly RecordSummary[];
  /** Where both go on; undefined when the range is done. */
  readonly next: ListingStart | undefined;
}

/** Whether summaries are what a listing of (start, to] may hold: inside, in order, each once. */
export function isListingOf(start: ListingStart, to: Id, summaries: readonly RecordSummary[]): boolean {
  return summaries.every((summary, i) => {
    if (i > 0 && compare(start, summaries[i - 1]!, summary) >= 0) return false;
    if (start.afterKey !== undefined && summary.place === start.from) return summary.key > start.afterKey;
    return (start.afterKey === undefined || start.from !== to) && inOwnedRange(start.from, summary.place, to);
  });
}

/** What differs as far as both listings reach. */
export function compareListings(start: ListingStart, mine: Listing, theirs: Listing): ListingDifference {
  const ends = [mine, theirs].filter(({ truncated }) => truncated).map(({ summaries }) => summaries.at(-1)!);
  const end = ends.sort((a, b) => compare(start, a, b))[0];
  const isWithin = (summary: RecordSummary): boolean => end === undefined || compare(start, summary, end) <= 0;
  const own = new Map(mine.summaries.filter(isWithin).map((summary) => [nameOf(summary), summary]));
  const wanted: RecordSummary[] = [];
  const offered: RecordSummary[] = [];
  const contested: RecordSummary[] = [];
  const held: RecordSummary[] = [];
  for (const theirSummary of theirs.summaries.filter(isWithin)) {
    const ownSummary = own.get(nameOf(theirSummary));
    own.delete(nameOf(theirSummary));
    if (ownSummary === undefined) wanted.push(theirSummary);
    else if (ownSummary.hash === theirSummary.hash) held.push(ownSummary);
    else if (isNewer(theirSummary, ownSummary)) {
      wanted.push(theirSummary);
      contested.push(ownSummary);
    } else offered.push(ownSummary);
  }
  offered.push(...own.values());
  const next = end === undefined ? undefined : { from: end.place, afterKey: end.key };
  return { wanted, offered, contested, held, next };
}

function nameOf({ place, key }: RecordSummary): string {
  return `${place}/${key}`;
}

/** A guess that saves messages: whether a tombstone is among the two only the records tell, and the store decides. */
function isNewer(a: RecordSummary, b: RecordSummary): boolean {
  return a.seq !== b.seq ? a.seq > b.seq : a.hash > b.hash;
}

/** Order of a listing: along the ring from its start, then by key. */
function compare(start: ListingStart, a: RecordSummary, b: RecordSummary): number {
  const lap = lapOf(start, a.place) - lapOf(start, b.place);
  if (lap !== 0) return lap;
  if (a.place !== b.place) return a.place < b.place ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

/** 0: at the start itself; 1: above it; 2: beyond the ring's zero. */
function lapOf({ from, afterKey }: ListingStart, place: Id): number {
  if (place === from && afterKey !== undefined) return 0;
  return place > from ? 1 : 2;
}
