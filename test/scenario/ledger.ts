/**
 * The checker of records, the same on every stage: what was acknowledged, and what a read must therefore show. A read
 * that calls itself complete is never older than an acknowledged write it followed, and what was deleted stays dead.
 */
import type { Id } from '../../services/shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../services/shared/core/record.ts';
import type { ReadOutcome } from './stage.ts';

export interface Judgement {
  /**
   * `complete`: all that a majority of all replicas had acknowledged, and the phone was sure of it. `open`: the phone said that it is not sure.
   * `stale`: it was sure, and older than an acknowledged write. `undead`: sure, and showed what was deleted.
   */
  readonly verdict: 'complete' | 'open' | 'stale' | 'undead';
  /** Acknowledged records that were not there, or in an older version, whatever the phone said of its answer. */
  readonly lacking: readonly RingRecord[];
  /** What was missing or alive, as a sentence; undefined when nothing is to be said against the answer. */
  readonly fault: string | undefined;
}

interface Entry {
  readonly record: RingRecord;
  readonly acknowledgedMs: number;
  /** The newest version of which a majority of all replicas had acknowledged that they have it. */
  readonly sure: RingRecord | undefined;
}

export class Ledger {
  /** By place, then by key: the newest acknowledged version. */
  readonly #acknowledged = new Map<Id, Map<string, Entry>>();
  /** Records of which some version was acknowledged and that nobody asked to delete. */
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get places(): readonly Id[] {
    return [...this.#acknowledged.keys()];
  }

  /** Those whose newest version was acknowledged no later than that. */
  recordsUntil(acknowledgedMs: number): RingRecord[] {
    const records: RingRecord[] = [];
    for (const entries of this.#acknowledged.values())
      for (const entry of entries.values()) if (entry.acknowledgedMs <= acknowledgedMs) records.push(entry.record);
    return records;
  }

  /** `isSure`: a majority of all replicas has it, so that from now on no complete read may be older. */
  acknowledge(record: RingRecord, nowMs: number, isSure: boolean): void {
    const entries = this.#acknowledged.get(record.place) ?? new Map<string, Entry>();
    this.#acknowledged.set(record.place, entries);
    const known = entries.get(recordKey(record));
    const sure = isSure ? newerOf(record, known?.sure) : known?.sure;
    if (known === undefined) this.#size += 1;
    const isNewest = known === undefined || supersedes(record, known.record);
    const newest = isNewest ? { record, acknowledgedMs: nowMs } : known;
    entries.set(recordKey(record), { ...newest, sure });
  }

  /** The record is to be deleted: from now on it may be there or not. */
  forget(record: RingRecord): void {
    const records = this.#acknowledged.get(record.place);
    if (records?.delete(recordKey(record)) !== true) return;
    this.#size -= 1;
    if (records.size === 0) this.#acknowledged.delete(record.place);
  }

  /** What a read of a place that begins now has to show. */
  expectedAt(place: Id): readonly RingRecord[] {
    return [...(this.#acknowledged.get(place)?.values() ?? [])].map(({ record }) => record);
  }

  /** What one that calls itself complete has to show. */
  sureAt(place: Id): readonly RingRecord[] {
    return [...(this.#acknowledged.get(place)?.values() ?? [])].flatMap(({ sure }) =>
      sure === undefined ? [] : [sure],
    );
  }
}

/**
 * What to think of an answer. Newer versions than the acknowledged are as good: a write may have come half way. What a
 * complete one must show are the `sure` records, which a majority of all replicas had.
 */
export function judgeRead(
  expected: readonly RingRecord[],
  sure: readonly RingRecord[],
  { records, complete }: ReadOutcome,
): Judgement {
  const found = new Map(records.map((record) => [recordKey(record), record]));
  const isLacking = (record: RingRecord): boolean => {
    const shown = found.get(recordKey(record));
    return shown === undefined ? !isDeleted(record, records) : supersedes(record, shown);
  };
  const lacking = expected.filter(isLacking);
  if (!complete) return { verdict: 'open', lacking, fault: undefined };
  const undead = sure.filter((record) => record.final && isAlive(record, records));
  if (undead.length > 0) return { verdict: 'undead', lacking, fault: `alive though deleted: ${namesOf(undead)}` };
  const stale = sure.filter(isLacking);
  if (stale.length > 0) return { verdict: 'stale', lacking, fault: `older than acknowledged: ${namesOf(stale)}` };
  return { verdict: 'complete', lacking, fault: undefined };
}

function newerOf(record: RingRecord, known: RingRecord | undefined): RingRecord {
  return known === undefined || supersedes(record, known) ? record : known;
}

/** A tombstone that its writer does not know of yet may have come through. */
function isDeleted({ kind, author }: RingRecord, shown: readonly RingRecord[]): boolean {
  return kind === 'immutable' && shown.some((other) => other.final && other.author === author);
}

function isAlive({ author }: RingRecord, shown: readonly RingRecord[]): boolean {
  return shown.some((other) => other.kind === 'immutable' && other.author === author);
}

function namesOf(records: readonly RingRecord[]): string {
  return records.map(({ kind, name, seq, place }) => `${kind} ${name} seq ${seq} at ${place}`).join(', ');
}
