/**
 * What the core asks of the phone's disk. adapters/store/sqlite-store.ts does it for real; the simulator in memory,
 * where a crash loses what was not yet written. An outcome comes only when its effect would survive `kill -9`.
 * A fault changes nothing: what was there is still there and can be read.
 */
import { store, type Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { RingRecord } from '../../shared/core/record.ts';
import type { RecordQuery, RecordSummary } from './message.ts';

/** Which record: recordKey tells apart those at one place. */
export interface RecordName {
  readonly place: Id;
  readonly key: string;
}

/** Most bytes of records to keep; a write that would free space is taken even above it. */
export interface StoreQuota {
  readonly authorBytes: number;
  readonly totalBytes: number;
}

export type StoreOperation =
  /** Keeps records, each if decideWrite (write-decision.ts) says so; all of those or, on a fault, none. */
  | { readonly type: 'write'; readonly records: readonly RingRecord[]; readonly quota: StoreQuota }
  /** Forgets records, each only while its hash is still the one given. */
  | { readonly type: 'remove'; readonly records: readonly RecordSummary[] }
  /** Which versions stand under these names. */
  | { readonly type: 'standing'; readonly wanted: readonly RecordName[] }
  /** Newest first; stops at the query's limit or before the records' bytes exceed `maxBytes`, but not before one. */
  | { readonly type: 'query'; readonly query: RecordQuery; readonly maxBytes: number }
  /** In the order wanted; for an immutable that was deleted, its tombstone. Stops like a query. */
  | { readonly type: 'fetch'; readonly wanted: readonly RecordName[]; readonly maxBytes: number }
  /** First immutable of a name at or after `from` and not beyond `to`, clockwise, both ends included. */
  | { readonly type: 'nearest'; readonly from: Id; readonly to: Id; readonly name: string }
  /** Over places in (from, to]; from = to means the whole ring. */
  | { readonly type: 'digest'; readonly from: Id; readonly to: Id }
  /** As ListRange (message.ts). */
  | {
      readonly type: 'list';
      readonly from: Id;
      readonly to: Id;
      readonly afterKey: string | undefined;
      readonly limit: number;
    }
  /** Bytes kept for an author, and in all. */
  | { readonly type: 'usage'; readonly author: Id };

/** What became of a record of a write. */
export type WriteEffect =
  | {
      readonly effect:
        | 'stored'
        | 'present' // was there already
        | 'superseded' // a newer version stands
        | 'tombstoned'; // its author's tombstone stands
      /** What stands now: the record itself, or what won over it. */
      readonly current: RingRecord;
      /** The author signed two versions under one seq, and this write met both. */
      readonly fork: boolean;
    }
  | { readonly effect: 'over-quota' };

export interface StoreOutcomeOf {
  /** One a record, in order. */
  write: readonly WriteEffect[];
  remove: { readonly removed: number };
  /** One a name, in order; undefined where nothing stands. */
  standing: readonly (RecordSummary | undefined)[];
  query: { readonly records: readonly RingRecord[]; readonly next: string | undefined };
  fetch: { readonly records: readonly RingRecord[] };
  nearest: { readonly record: RingRecord | undefined };
  digest: { readonly count: number; readonly digest: string };
  list: { readonly summaries: readonly RecordSummary[]; readonly truncated: boolean };
  usage: { readonly authorBytes: number; readonly totalBytes: number; readonly records: number };
}

export type StoreFault = 'disk-full' | 'disk-failed';

export type StoreOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: StoreFault };

/** Asks the disk and waits until it has done it. */
export function* askStore<Type extends StoreOperation['type']>(
  operation: Extract<StoreOperation, { type: Type }>,
): Task<StoreOutcome<StoreOutcomeOf[Type]>> {
  return yield* store(operation);
}
