/**
 * Sets read as time lines, newest first, one or several merged.
 *
 * A record's position is `createdAt.hash`, which is what a ring query's `before` and `next` are: the order is the
 * same in every set, so a position in a merged list is a position in each set it was merged of, and a cursor needs
 * to hold one position however many sets there are.
 */
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { mapBounded, PARALLEL_READS } from '../parallel.ts';
import { Problem } from '../problem.ts';
import type { Ring, RingAnswer } from './ring-client.ts';

/** How far ahead of this phone's clock a record may be dated and still be listed: later ones wait for their time. */
export const CLOCK_SKEW_MS = 300_000;

export interface SetName {
  readonly place: Id;
  readonly name: string;
}

export interface TimelinePage {
  /** Newest first; tombstones included. */
  readonly records: readonly RingRecord[];
  /** Where to go on; undefined at the end. */
  readonly next: string | undefined;
  /** False: a set, or a part of one, could not be read. */
  readonly complete: boolean;
}

export function positionOf(record: Pick<RingRecord, 'createdAt' | 'hash'>): string {
  return `${record.createdAt}.${record.hash}`;
}

/** Newest first; of equal times the higher hash, as the ring orders. */
export function byPosition(a: RingRecord, b: RingRecord): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  if (a.hash === b.hash) return 0;
  return a.hash > b.hash ? -1 : 1;
}

/** A page of the sets' members together. A set that cannot be read makes the page incomplete, never fail. */
export async function readTimeline(
  ring: Ring,
  sets: readonly SetName[],
  before: string | undefined,
  limit: number,
): Promise<TimelinePage> {
  const answers = await mapBounded(sets, PARALLEL_READS, (set) => getOrIncomplete(ring, set, before, limit));
  const merged = answers.flatMap((answer) => membersOf(answer)).sort(byPosition);
  const records = merged.slice(0, limit);
  const more = merged.length > limit || answers.some((answer) => answer.next !== undefined);
  const last = records.at(-1);
  return {
    records,
    next: more && last !== undefined ? positionOf(last) : undefined,
    complete: answers.every((answer) => answer.complete),
  };
}

export interface WholeSet {
  readonly records: readonly RingRecord[];
  /** False: a page could not be read, or the set goes on beyond the bound. */
  readonly complete: boolean;
}

const WHOLE_PAGE = 200;

/** A set's members up to a bound, tombstones included. Throws ring-unavailable when not even the first page is there. */
export async function readWholeSet(ring: Ring, set: SetName, maxRecords: number): Promise<WholeSet> {
  const records: RingRecord[] = [];
  let before: string | undefined;
  let complete = true;
  for (let page = 0; page < Math.ceil(maxRecords / WHOLE_PAGE); page++) {
    const query = { place: set.place, name: set.name, limit: WHOLE_PAGE };
    const answer = await ring.get(before === undefined ? query : { ...query, before });
    if (page === 0 && answer.records.length === 0 && !answer.complete) throw tooFewAnswered();
    records.push(...membersOf(answer));
    complete &&= answer.complete;
    before = answer.next;
    if (before === undefined) return { records, complete };
  }
  return { records, complete: false };
}

function tooFewAnswered(): Problem {
  return new Problem('ring-unavailable', 'Too few of the phones that should hold this answered.', { retryAfterS: 2 });
}

const membersOf = (answer: RingAnswer): readonly RingRecord[] =>
  answer.records.filter((record) => record.kind === 'member');

async function getOrIncomplete(
  ring: Ring,
  set: SetName,
  before: string | undefined,
  limit: number,
): Promise<RingAnswer> {
  try {
    const query = { place: set.place, name: set.name, limit };
    return await ring.get(before === undefined ? query : { ...query, before });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { records: [], next: undefined, complete: false, answered: [], hops: 0, milliseconds: 0 };
  }
}
