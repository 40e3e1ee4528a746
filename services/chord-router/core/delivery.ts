/** One record on its way to its replicas, and what it comes to. Plain state: put.ts moves it on. */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../shared/core/record.ts';
import type { RecordVerdict } from './message.ts';
import { majorityOf } from './record-keeper.ts';

/** What became of one record of a put. */
export interface Receipt {
  readonly outcome:
    | 'stored' // a write quorum has it on disk
    | 'superseded' // a newer version stands; it is in `newer`
    | 'tombstoned' // its author deleted it; the tombstone is in `newer`
    | 'invalid' // malformed, forged or misplaced
    | 'over-quota' // its author, or its replicas, have no room left
    | 'unavailable'; // too few replicas answered: it may be on some, and repair will spread or drop it
  /** Phones that should hold it. */
  readonly replicas: number;
  /** Phones that had it on disk when the receipt was written; more may follow. */
  readonly acknowledged: number;
  readonly newer: RingRecord | undefined;
}

type Answer = 'acknowledged' | 'misplaced' | 'over-quota' | 'failed';

export class Delivery {
  readonly record: RingRecord;
  #targets: readonly Contact[] = [];
  #replicas = 1;
  #newer: RingRecord | undefined;
  readonly #answers = new Map<Id, Answer>();
  readonly #underWay = new Set<Id>();

  constructor(record: RingRecord) {
    this.record = record;
  }

  /** Who should hold the record: at least `expected` phones, more than are known when this phone knows too few. */
  aimAt(targets: readonly Contact[], expected: number): void {
    this.#targets = targets;
    this.#replicas = Math.max(targets.length, expected);
  }

  /** Those of the targets that have neither taken the record nor refused it for want of room. */
  missed(): readonly Contact[] {
    return this.#targets.filter(({ id }) => {
      const answer = this.#answers.get(id);
      return !this.#underWay.has(id) && answer !== 'acknowledged' && answer !== 'over-quota';
    });
  }

  sent(to: Contact): void {
    this.#underWay.add(to.id);
  }

  failed(to: Contact): void {
    this.#answered(to, 'failed');
  }

  /** Takes in a replica's verdict; `newer` are the records, checked, that it says won. */
  judged(by: Contact, verdict: RecordVerdict, newer: readonly RingRecord[]): void {
    switch (verdict) {
      case 'stored':
      case 'present':
        this.#answered(by, 'acknowledged');
        return;
      case 'superseded':
      case 'tombstoned':
        this.#newer ??= newer.find((other) => winsOver(other, this.record));
        this.#answered(by, 'failed'); // for want of proof, when there is none
        return;
      case 'not-responsible':
        this.#answered(by, 'misplaced');
        return;
      case 'over-quota':
        this.#answered(by, 'over-quota');
        return;
      case 'invalid':
      case 'not-stored':
        this.#answered(by, 'failed');
    }
  }

  #answered(by: Contact, answer: Answer): void {
    this.#underWay.delete(by.id);
    this.#answers.set(by.id, answer);
  }

  get isDecided(): boolean {
    return this.#newer !== undefined || this.#acknowledged >= majorityOf(this.#replicas);
  }

  /** Whether those still under way cannot make a quorum any more. */
  get isStuck(): boolean {
    const open = this.#targets.filter(({ id }) => this.#underWay.has(id)).length;
    return !this.isDecided && this.#acknowledged + open < majorityOf(this.#replicas);
  }

  /** Whether a phone that was asked sent the record on to others. */
  get isMisplaced(): boolean {
    return this.#newer === undefined && this.#countOf('misplaced') > 0;
  }

  receipt(): Receipt {
    const counts = { replicas: this.#replicas, acknowledged: this.#acknowledged, newer: this.#newer };
    if (this.#newer !== undefined) {
      const tombstoned = this.#newer.final && !this.record.final;
      return { outcome: tombstoned ? 'tombstoned' : 'superseded', ...counts };
    }
    if (this.isDecided) return { outcome: 'stored', ...counts };
    const wouldDo = this.#acknowledged + this.#countOf('over-quota') >= majorityOf(this.#replicas);
    return { outcome: wouldDo ? 'over-quota' : 'unavailable', ...counts };
  }

  get #acknowledged(): number {
    return this.#countOf('acknowledged');
  }

  #countOf(answer: Answer): number {
    return this.#targets.filter(({ id }) => this.#answers.get(id) === answer).length;
  }
}

/** Whether `other` proves that `record` must not stand: a newer version of it, or its author's tombstone. */
function winsOver(other: RingRecord, record: RingRecord): boolean {
  if (other.place !== record.place || other.author !== record.author) return false;
  if (record.kind === 'immutable' && other.final) return true;
  return recordKey(other) === recordKey(record) && supersedes(other, record);
}
