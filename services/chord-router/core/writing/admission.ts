/**
 * The gate every record passes before this phone keeps it, whoever brings it: encoding, place, responsibility,
 * signature, rate and quota. Cheap checks come first; what is here already costs no signature check.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { now, type Task } from '../../../shared/core/effect.ts';
import { type Id, inOwnedRange } from '../../../shared/core/id.ts';
import { type RingRecord, recordKey } from '../../../shared/core/record.ts';
import { MAX_BATCH_BYTES } from '../batch.ts';
import type { PutRecords, RecordVerdict } from '../message.ts';
import type { RecordChecker } from '../record-checker.ts';
import type { RingView } from '../ring-view.ts';
import { askStore, type StoreQuota, type WriteEffect } from '../store-port.ts';
import { WriteRate } from './write-rate.ts';

export interface Admitted {
  /** One a record, in order. */
  readonly verdicts: readonly RecordVerdict[];
  /** What won over the records sent, within the bounds of a message. */
  readonly newer: readonly RingRecord[];
}

interface Candidate {
  readonly index: number;
  readonly record: RingRecord;
}

export class Admission {
  readonly #view: RingView;
  readonly #checker: RecordChecker;
  readonly #rate: WriteRate;
  readonly #quota: StoreQuota;

  constructor(view: RingView, checker: RecordChecker) {
    this.#view = view;
    this.#checker = checker;
    const { quotaAuthorBytes, quotaTotalBytes, quotaAuthorWritesPerMinute } = view.settings;
    this.#rate = new WriteRate(quotaAuthorWritesPerMinute);
    this.#quota = { authorBytes: quotaAuthorBytes, totalBytes: quotaTotalBytes };
  }

  /** Checks and keeps encoded records that `from` brought. */
  *admit(from: Contact, encoded: readonly Uint8Array[], purpose: PutRecords['purpose']): Task<Admitted> {
    const verdicts: RecordVerdict[] = encoded.map(() => 'invalid');
    const candidates: Candidate[] = [];
    for (const [index, bytes] of encoded.entries()) {
      const peeked = this.#checker.peek(bytes);
      if (!peeked.ok) continue;
      if (this.#takes(peeked.value.place, purpose)) candidates.push({ index, record: peeked.value });
      else verdicts[index] = 'not-responsible';
    }
    const fresh = yield* this.#withoutPresent(candidates, verdicts);
    const nowMs = yield* now();
    const admitted = fresh.filter(({ index, record }) => {
      if (!this.#checker.isSigned(record)) return false;
      if (purpose === 'repair' || this.#rate.take(record.author, nowMs)) return true;
      verdicts[index] = 'over-quota';
      return false;
    });
    const newer = yield* this.#write(admitted, verdicts);
    this.#tellOfInvalid(from, verdicts);
    return { verdicts, newer };
  }

  /**
   * Writes are taken by replicas alone, and by a phone that knows too few predecessors to say that it is none. Repair
   * may come before this phone has heard that it is becoming a replica, when a phone between it and the key leaves: so
   * it is taken for everything up to the farthest predecessor known.
   */
  #takes(place: Id, purpose: PutRecords['purpose']): boolean {
    const { settings, self } = this.#view;
    if (this.#view.isResponsible(place)) return true;
    const predecessors = this.#view.predecessors();
    const farthest = predecessors.at(-1);
    const knowsTooFew = predecessors.length < Math.min(settings.replication, this.#view.successors().length);
    if (farthest === undefined || knowsTooFew) return true;
    return purpose === 'repair' && inOwnedRange(farthest.id, place, self.id);
  }

  *#withoutPresent(candidates: readonly Candidate[], verdicts: RecordVerdict[]): Task<readonly Candidate[]> {
    if (candidates.length === 0) return candidates;
    const wanted = candidates.map(({ record }) => ({ place: record.place, key: recordKey(record) }));
    const standing = yield* askStore({ type: 'standing', wanted });
    if (!standing.ok) return candidates;
    return candidates.filter(({ index, record }, i) => {
      if (standing.value[i]?.hash !== record.hash) return true;
      verdicts[index] = 'present';
      return false;
    });
  }

  *#write(admitted: readonly Candidate[], verdicts: RecordVerdict[]): Task<readonly RingRecord[]> {
    if (admitted.length === 0) return [];
    const records = admitted.map(({ record }) => record);
    const written = yield* askStore({ type: 'write', records, quota: this.#quota });
    const newer = new Map<string, RingRecord>();
    let newerBytes = 0;
    for (const [i, { index, record }] of admitted.entries()) {
      const effect: WriteEffect | undefined = written.ok ? written.value[i] : undefined;
      verdicts[index] = effect?.effect ?? 'not-stored';
      if (effect === undefined || effect.effect === 'over-quota') continue;
      if (effect.fork) this.#view.tell({ type: 'fork-seen', place: record.place, author: record.author });
      const { current } = effect;
      if (current.hash === record.hash || newer.has(current.hash)) continue;
      if (newerBytes + current.bytes.length > MAX_BATCH_BYTES) continue;
      newerBytes += current.bytes.length;
      newer.set(current.hash, current);
    }
    return [...newer.values()];
  }

  #tellOfInvalid(from: Contact, verdicts: readonly RecordVerdict[]): void {
    const count = verdicts.filter((verdict) => verdict === 'invalid').length;
    if (count > 0) this.#view.tell({ type: 'records-rejected', from, verdict: 'invalid', count });
  }
}
