/** Where the copies of records are, as only one who sees all disks can tell. */
import type { Id } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../../services/shared/core/record.ts';
import type { MemoryStore } from '../../sim/engine/memory-store.ts';
import type { RecordPhone } from '../../sim/records/record-world.ts';

export class ReplicaCount {
  /** In ring order. */
  readonly #phones: readonly RecordPhone[];
  readonly #diskOf: (phone: RecordPhone) => MemoryStore;
  readonly #replication: number;

  constructor(phones: readonly RecordPhone[], diskOf: (phone: RecordPhone) => MemoryStore, replication: number) {
    this.#phones = [...phones].sort((a, b) => (a.contact.id < b.contact.id ? -1 : 1));
    this.#diskOf = diskOf;
    this.#replication = Math.min(replication, phones.length);
  }

  /** Copies that the phones of the ideal ring should have and have not. */
  missing(records: readonly RingRecord[]): number {
    return records.reduce((sum, record) => sum + this.#replication - this.copies(record), 0);
  }

  /** How many of a record's replicas have it on disk, or a version that won over it. */
  copies(record: RingRecord): number {
    const key = recordKey(record);
    const first = this.#firstAtOrAfter(record.place);
    let copies = 0;
    for (let i = 0; i < this.#replication; i++) {
      const phone = this.#phones[(first + i) % this.#phones.length]!;
      const found = this.#diskOf(phone).get({ place: record.place, key });
      if (found !== undefined && !supersedes(record, found)) copies += 1;
    }
    return copies;
  }

  #firstAtOrAfter(place: Id): number {
    let low = 0;
    let high = this.#phones.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#phones[middle]!.contact.id < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
