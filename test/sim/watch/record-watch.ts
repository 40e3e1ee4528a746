/**
 * What must hold of records at any time:
 *
 * - quorum: a stored write was acknowledged by one at least that holds all it should; and when it was by a majority of its
 *   replicas, as many disks have held it. One may have dropped it since, as a stray that all it took for replicas had.
 * - undead: a disk that has a tombstone does not take the post again.
 */
import type { Receipt } from '../../../services/chord-router/core/writing/delivery.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import type { MemoryStore } from '../engine/memory-store.ts';

export class RecordWatch {
  readonly faults: string[] = [];
  readonly #disks: readonly MemoryStore[];
  /** Disks that have held a record, by the record's hash. */
  readonly #held = new Map<string, Set<number>>();

  /** `disks`: of all phones, by index; more may come. */
  constructor(disks: readonly MemoryStore[]) {
    this.#disks = disks;
  }

  /** A write was stored just now. */
  stored(record: RingRecord, { acknowledged, replicas }: Receipt): void {
    if (acknowledged === 0) this.faults.push(`quorum: stored, but acknowledged by none: the record at ${record.place}`);
    const held = this.#held.get(record.hash)?.size ?? 0;
    if (acknowledged <= replicas / 2 || held > replicas / 2) return;
    this.faults.push(`quorum: ${held} of ${replicas} replicas have held the acknowledged record at ${record.place}`);
  }

  /** A phone's disk has taken a record. */
  kept(index: number, record: RingRecord): void {
    const held = this.#held.get(record.hash);
    if (held === undefined) this.#held.set(record.hash, new Set([index]));
    else held.add(index);
    if (record.kind !== 'immutable') return;
    if (this.#disks[index]!.tombstone(record.place, record.author) === undefined) return;
    this.faults.push(`undead: phone ${index} keeps the deleted post at ${record.place} again`);
  }
}
