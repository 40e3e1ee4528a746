/**
 * Reading. `one`: the first replica that has matching records answers; right for what never changes. `quorum`: a
 * majority of the replicas is compared, the newest of each record wins, and replicas that lag are repaired. A write
 * is acknowledged by a majority too, so a complete quorum read meets every acknowledged write.
 */

import type { Contact } from '../../../shared/core/contact.ts';
import { now, type Task } from '../../../shared/core/effect.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import type { RecordQuery } from '../message.ts';
import type { RecordKeeper } from '../record-keeper.ts';
import { gather } from './gather.ts';
import type { Page } from './page.ts';
import { reconcile } from './read-repair.ts';
import { ReplicaReader } from './replica-reader.ts';

export type Consistency = 'one' | 'quorum';

/** What a read found. */
export interface ReadOutcome {
  /** Newest first. */
  readonly records: readonly RingRecord[];
  /** Where to go on (RecordQuery.before); undefined at the end. */
  readonly next: string | undefined;
  /** False: too few replicas answered to be sure that nothing newer or further exists. */
  readonly complete: boolean;
  /** The replicas that answered, the one whose records these are first. */
  readonly answered: readonly Contact[];
  /** Phones asked one after the other before the answer; 0 when this phone had it. */
  readonly hops: number;
  readonly milliseconds: number;
}

interface Found {
  readonly page: Omit<Page, 'from'> & { readonly from: Contact | undefined };
  readonly complete: boolean;
  readonly hedged: number;
}

/** Reads the records at a place. The query must be valid (isValidQuery). */
export function* getRecords(keeper: RecordKeeper, query: RecordQuery, consistency: Consistency): Task<ReadOutcome> {
  const startedAt = yield* now();
  const reader = new ReplicaReader(keeper, query);
  const { page, complete, hedged } = yield* consistency === 'one' ? readOne(reader, query) : readQuorum(reader, query);
  const milliseconds = (yield* now()) - startedAt;
  keeper.view.tell({ type: 'records-read', complete, hedged, milliseconds });
  const others = reader.answered.filter(({ id }) => id !== page.from?.id);
  return {
    records: page.records,
    next: page.next,
    complete,
    answered: page.from === undefined ? others : [page.from, ...others],
    hops: reader.hops,
    milliseconds,
  };
}

const NOTHING = { from: undefined, records: [], next: undefined };

function* readOne(reader: ReplicaReader, query: RecordQuery): Task<Found> {
  let found: Page | undefined;
  let hedged = 0;
  const isOver = (): boolean => found !== undefined || reader.hasMajority;
  let phones = yield* reader.nextRound();
  while (phones !== undefined) {
    hedged += yield* gather(reader.view, {
      phones,
      width: 1,
      // One that is no replica ends the round: the others were believed in by the same poor tables.
      enough: () => found !== undefined || reader.isMisled,
      *ask(phone) {
        yield* reader.ask(phone, false);
        const page = reader.pageOf(phone);
        if (page !== undefined && page.records.length > 0) found ??= page;
        return false; // an answer without records lets the next replica be asked at once
      },
    });
    if (isOver()) break;
    phones = reader.takeNamed() ?? (yield* reader.nextRound());
  }
  if (found === undefined) return { page: NOTHING, complete: reader.hasMajority, hedged };
  // One phone's word is enough for what never changes, and for nothing else.
  const complete = query.name !== undefined && found.records.every(({ kind }) => kind === 'immutable');
  return { page: found, complete, hedged };
}

function* readQuorum(reader: ReplicaReader, query: RecordQuery): Task<Found> {
  let fullUnderWay = false;
  let hedged = 0;
  for (let phones = yield* reader.nextRound(); phones !== undefined; phones = yield* reader.nextRound()) {
    hedged += yield* gather(reader.view, {
      phones,
      width: Math.max(1, reader.votesMissing),
      enough: () => reader.hasMajority && reader.pages.length > 0,
      *ask(phone) {
        // The records from one replica, only digests from the others.
        const digestOnly = fullUnderWay || reader.pages.length > 0;
        if (!digestOnly) fullUnderWay = true;
        const votes = yield* reader.ask(phone, digestOnly);
        if (!digestOnly) fullUnderWay = false;
        return votes;
      },
    });
    if (reader.hasMajority) break;
  }
  const [page] = reader.pages;
  if (page !== undefined && reader.allAgree) return { page, complete: reader.hasMajority, hedged };
  const merged = yield* reconcile(reader, query);
  return { page: merged, complete: reader.hasMajority, hedged };
}
