/**
 * The store port in memory, for the simulator: the same outcomes as adapters/store/sqlite-store.ts, with a disk that takes
 * time, can be full, and loses in a crash what it had not yet acknowledged.
 */

import type { RecordSummary } from '../../../services/chord-router/core/message.ts';
import {
  comparePositions,
  formatPosition,
  parsePosition,
  positionOf,
} from '../../../services/chord-router/core/reading/query-position.ts';
import { DigestMemo, type RangeChange } from '../../../services/chord-router/core/replicas/range-digest.ts';
import type {
  RecordName,
  StoreFault,
  StoreOperation,
  StoreOutcome,
  StoreOutcomeOf,
  StoreQuota,
  WriteEffect,
} from '../../../services/chord-router/core/store-port.ts';
import { decideWrite, meetsFork } from '../../../services/chord-router/core/writing/write-decision.ts';
import { distance, type Id, inOwnedRange } from '../../../services/shared/core/id.ts';
import { originOfKey, type RingRecord, recordKey } from '../../../services/shared/core/record.ts';

type Outcome = StoreOutcome<StoreOutcomeOf[StoreOperation['type']]>;

export class MemoryStore {
  /** Writes end with this while it is set. */
  fault: StoreFault | undefined;
  readonly #writeLater: (write: () => void) => void;
  readonly #onKept: (record: RingRecord) => void;
  readonly #places = new Map<Id, Map<string, RingRecord>>();
  readonly #authorBytes = new Map<Id, number>();
  #digests = new DigestMemo();
  #sortedPlaces: Id[] | undefined = [];
  #totalBytes = 0;
  #records = 0;
  #crashes = 0;

  /**
   * `writeLater` runs a write when the disk has got to it, say some virtual milliseconds later. `onKept` is told of each
   * record that is on disk then, for checkers.
   */
  constructor(
    writeLater: (write: () => void) => void = (write) => write(),
    onKept: (record: RingRecord) => void = () => {},
  ) {
    this.#writeLater = writeLater;
    this.#onKept = onKept;
  }

  /** Writes under way are lost and never answered; what was answered stays. */
  crash(): void {
    this.#crashes++;
    this.#digests = new DigestMemo();
  }

  get usage(): { readonly records: number; readonly bytes: number } {
    return { records: this.#records, bytes: this.#totalBytes };
  }

  /** Every record, for checkers. */
  *records(): Generator<RingRecord> {
    for (const records of this.#places.values()) yield* records.values();
  }

  get({ place, key }: RecordName): RingRecord | undefined {
    return this.#places.get(place)?.get(key);
  }

  perform(operation: StoreOperation, resume: (outcome: Outcome) => void): void {
    if (operation.type !== 'write' && operation.type !== 'remove') {
      resume({ ok: true, value: this.#read(operation) });
      return;
    }
    const life = this.#crashes;
    this.#writeLater(() => {
      if (this.#crashes !== life) return;
      if (this.fault === undefined) resume({ ok: true, value: this.#write(operation) });
      else resume({ ok: false, fault: this.fault });
    });
  }

  #write(operation: Extract<StoreOperation, { type: 'write' | 'remove' }>): StoreOutcomeOf['write' | 'remove'] {
    if (operation.type === 'write') return operation.records.map((record) => this.#keep(record, operation.quota));
    const removed = operation.records.filter((summary) => {
      const standing = this.get(summary);
      if (standing?.hash !== summary.hash) return false;
      this.#change(standing, -1);
      return true;
    });
    return { removed: removed.length };
  }

  #keep(record: RingRecord, quota: StoreQuota): WriteEffect {
    const standing = this.get({ place: record.place, key: recordKey(record) });
    const tombstone = record.kind === 'immutable' ? this.tombstone(record.place, record.author) : undefined;
    const effect = decideWrite(record, standing, tombstone !== undefined);
    const fork = meetsFork(record, standing);
    if (effect === 'present') return { effect, current: record, fork };
    if (effect !== 'stored') return { effect, current: (tombstone ?? standing)!, fork };
    const replaced = standing === undefined ? [] : [standing];
    if (record.final) {
      const here = [...(this.#places.get(record.place)?.values() ?? [])];
      replaced.push(...here.filter(({ kind, author }) => kind === 'immutable' && author === record.author));
    }
    const growth = replaced.reduce((sum, { bytes }) => sum - bytes.length, record.bytes.length);
    const authorBytes = (this.#authorBytes.get(record.author) ?? 0) + growth;
    if (growth > 0 && (this.#totalBytes + growth > quota.totalBytes || authorBytes > quota.authorBytes)) {
      return { effect: 'over-quota' };
    }
    for (const old of replaced) this.#change(old, -1);
    this.#change(record, 1);
    this.#onKept(record);
    return { effect, current: record, fork };
  }

  #change(record: RingRecord, counting: 1 | -1): void {
    const records = this.#places.get(record.place) ?? new Map<string, RingRecord>();
    if (counting === 1) records.set(recordKey(record), record);
    else records.delete(recordKey(record));
    if (records.size === 0) this.#places.delete(record.place);
    else this.#places.set(record.place, records);
    if (records.size <= 1) this.#sortedPlaces = undefined;
    const bytes = counting * record.bytes.length;
    this.#totalBytes += bytes;
    this.#records += counting;
    this.#authorBytes.set(record.author, (this.#authorBytes.get(record.author) ?? 0) + bytes);
    const change: RangeChange = { place: record.place, hash: record.hash, counting };
    this.#digests.apply([change]);
  }

  /** The author's tombstone at a place, which forbids its immutable there. */
  tombstone(place: Id, author: Id): RingRecord | undefined {
    const records = this.#places.get(place)?.values() ?? [];
    return [...records].find((record) => record.final && record.author === author);
  }

  #read(operation: Exclude<StoreOperation, { type: 'write' | 'remove' }>): Extract<Outcome, { ok: true }>['value'] {
    switch (operation.type) {
      case 'standing':
        return operation.wanted.map((name) => {
          const record = this.get(name);
          return record === undefined ? undefined : summaryOf(record);
        });
      case 'query':
        return this.#query(operation);
      case 'fetch':
        return { records: this.#fetch(operation.wanted, operation.maxBytes) };
      case 'nearest': {
        const [record] = [...this.records()]
          .filter(({ kind, name }) => kind === 'immutable' && name === operation.name)
          .filter(({ place }) => distance(operation.from, place) <= distance(operation.from, operation.to))
          .sort((a, b) => (distance(operation.from, a.place) < distance(operation.from, b.place) ? -1 : 1));
        return { record };
      }
      case 'digest': {
        const { from, to } = operation;
        const digest = this.#digests.of(from, to, (fresh) => {
          for (const { hash } of this.#inRange(from, to)) fresh.toggle(hash, 1);
        });
        return { count: digest.count, digest: digest.toString() };
      }
      case 'list':
        return this.#list(operation);
      case 'usage':
        return {
          authorBytes: this.#authorBytes.get(operation.author) ?? 0,
          totalBytes: this.#totalBytes,
          records: this.#records,
        };
    }
  }

  #query({ query, maxBytes }: Extract<StoreOperation, { type: 'query' }>): StoreOutcomeOf['query'] {
    const before = query.before === undefined ? undefined : parsePosition(query.before);
    const matching = [...(this.#places.get(query.place)?.values() ?? [])]
      .filter(({ name }) => query.name === undefined || name === query.name)
      .filter((record) => before === undefined || comparePositions(record, before) > 0)
      .sort(comparePositions);
    const records = withinBytes(matching.slice(0, query.limit), maxBytes);
    const last = records.at(-1);
    const more = records.length < matching.length && last !== undefined;
    return { records, next: more ? formatPosition(positionOf(last)) : undefined };
  }

  #fetch(wanted: readonly RecordName[], maxBytes: number): readonly RingRecord[] {
    const found = wanted.flatMap((name) => {
      const { kind, author } = originOfKey(name.key);
      const record = this.get(name) ?? (kind === 'immutable' ? this.tombstone(name.place, author) : undefined);
      return record === undefined ? [] : [record];
    });
    return withinBytes(found, maxBytes);
  }

  #list({ from, to, afterKey, limit }: Extract<StoreOperation, { type: 'list' }>): StoreOutcomeOf['list'] {
    const summaries: RecordSummary[] = [];
    if (afterKey !== undefined) {
      summaries.push(...this.#at(from).filter(({ key }) => key > afterKey));
    }
    if (afterKey === undefined || from !== to) {
      for (const record of this.#inRange(from, to)) {
        if (summaries.length > limit) break;
        summaries.push(record);
      }
    }
    return { summaries: summaries.slice(0, limit), truncated: summaries.length > limit };
  }

  /** In ring order from `from`, then by key. */
  *#inRange(from: Id, to: Id): Generator<RecordSummary> {
    this.#sortedPlaces ??= [...this.#places.keys()].sort();
    const places = this.#sortedPlaces;
    const start = firstAfter(places, from);
    for (let i = 0; i < places.length; i++) {
      const place = places[(start + i) % places.length]!;
      if (!inOwnedRange(from, place, to)) return;
      yield* this.#at(place);
    }
  }

  #at(place: Id): RecordSummary[] {
    const records = [...(this.#places.get(place)?.values() ?? [])];
    return records.map(summaryOf).sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** Index of the first place behind `from`, by binary search. */
function firstAfter(places: readonly Id[], from: Id): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

function withinBytes(records: readonly RingRecord[], maxBytes: number): readonly RingRecord[] {
  let bytes = 0;
  const fitting = records.findIndex((record, i) => {
    bytes += record.bytes.length;
    return i > 0 && bytes > maxBytes;
  });
  return fitting < 0 ? records : records.slice(0, fitting);
}

function summaryOf(record: RingRecord): RecordSummary {
  return { place: record.place, key: recordKey(record), seq: record.seq, hash: record.hash };
}
