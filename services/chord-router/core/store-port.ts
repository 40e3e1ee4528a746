/**
 * What the core asks of the phone's disk. adapters/sqlite-store.ts does it for real; the simulator in memory,
 * where a crash loses what was not yet written. An outcome comes only when its effect would survive `kill -9`.
 */
import { store, type Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { RingRecord } from '../../shared/core/record.ts';
import type { RecordQuery, RecordSummary } from './message.ts';

export type StoreOperation =
  /** Keeps records, each only if it wins over what is there under its key; all of them or, on a fault, none. */
  | { readonly type: 'write'; readonly records: readonly RingRecord[] }
  /** Forgets records, each only while its hash is still the one given. */
  | { readonly type: 'remove'; readonly records: readonly RecordSummary[] }
  | { readonly type: 'query'; readonly query: RecordQuery }
  | { readonly type: 'fetch'; readonly wanted: readonly { readonly place: Id; readonly key: string }[] }
  /** First immutable of a name at or after `from` and not beyond `to`, clockwise. */
  | { readonly type: 'nearest'; readonly from: Id; readonly to: Id; readonly name: string }
  /** Over places in (from, to]; from = to means the whole ring. */
  | { readonly type: 'digest'; readonly from: Id; readonly to: Id }
  | { readonly type: 'list'; readonly from: Id; readonly to: Id; readonly limit: number }
  /** Bytes kept for an author, and in all. */
  | { readonly type: 'usage'; readonly author: Id };

/** What became of each record of a write, in order; `current` is the record that stands under its key now. */
export type WriteEffect = { readonly effect: 'stored' | 'present' | 'superseded'; readonly current: RingRecord };

export interface StoreOutcomeOf {
  write: readonly WriteEffect[];
  remove: { readonly removed: number };
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
