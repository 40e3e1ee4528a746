/** One record on its way to its replicas, and what it comes to. Plain state: put.ts moves it on. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../../shared/core/record.ts';
import type { RecordVerdict } from '../message.ts';
import { majorityOf } from '../record-keeper.ts';

/** What became of one record of a put. */
export interface Receipt {
  readonly outcome:
    | 'stored' // a write quorum has it on disk, and one of it holds all else that it should
    | 'superseded' // a newer version stands; it is in `newer`
    | 'tombstoned' // its author deleted it; the tombstone is in `newer`
    | 'invalid' // malformed, forged or misplaced
    | 'over-quota' // its author, or its replicas, have no room left
    | 'unavailable'; // too few replicas answered, or none that holds all it should: it may be on some, and be spread by repair
  /** Phones that should hold it, those among them that have fallen silent of late. */
  readonly replicas: number;
  /**
   * Those of them that had it on disk when the receipt was written, and hold all else that they should; more may follow.
   * Of a stored record less than a majority where many have fallen silent: then a complete read elsewhere may miss it.
   */
  readonly acknowledged: number;
  readonly newer: RingRecord | undefined;
}

/** `settling`: on disk, of a phone that does not hold yet all that it should. */
type Answer = 'acknowledged' | 'settling' | 'misplaced' | 'over-quota' | 'failed';

export class Delivery {
  readonly record: RingRecord;
  #targets: readonly Contact[] = [];
  #replicas = 1;
  #counted = 1;
  #newer: RingRecord | undefined;
  readonly #answers = new Map<Id, Answer>();
  readonly #underWay = new Set<Id>();

  constructor(record: RingRecord) {
    this.record = record;
  }

  /**
   * Who should hold the record: at least `expected` phones, more than are known when this phone knows too few; and
   * `counted` with those that are absent, unless more are known to be from an earlier round.
   */
  aimAt(targets: readonly Contact[], expected: number, counted: number): void {
    this.#targets = targets;
    this.#replicas = Math.max(targets.length, expected);
    this.#counted = Math.max(this.#counted, this.#replicas, counted);
  }

  /** More phones should have it, but are absent. */
  count(replicas: number): void {
    this.#counted = Math.max(this.#counted, replicas);
  }

  /**
   * Those of the targets that have neither taken the record nor refused it for want of room; while nobody acknowledges it,
   * those that took it as well, for they may hold by now all that they should.
   */
  missed(): readonly Contact[] {
    return this.#targets.filter(({ id }) => {
      const answer = this.#answers.get(id);
      if (this.#underWay.has(id) || answer === 'acknowledged' || answer === 'over-quota') return false;
      return answer !== 'settling' || this.#acknowledged === 0;
    });
  }

  sent(to: Contact): void {
    this.#underWay.add(to.id);
  }

  failed(to: Contact): void {
    this.#answered(to, 'failed');
  }

  /** Takes in a replica's verdict; `newer` are the records, checked, that it says won. */
  judged(by: Contact, verdict: RecordVerdict, isSettled: boolean, newer: readonly RingRecord[]): void {
    switch (verdict) {
      case 'stored':
      case 'present':
        this.#answered(by, isSettled ? 'acknowledged' : 'settling');
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

  /**
   * A majority of all replicas is sure to have it; or one of those there are, at least one of them sure, and nobody else
   * will say so.
   */
  get isDecided(): boolean {
    if (this.#newer !== undefined || this.#acknowledged >= majorityOf(this.#counted)) return true;
    return this.#open === 0 && this.#acknowledged > 0 && this.#onDisk >= majorityOf(this.#replicas);
  }

  /** Whether those still under way cannot make a quorum any more. */
  get isStuck(): boolean {
    if (this.isDecided) return false;
    return this.#open + this.#acknowledged === 0 || this.#onDisk + this.#open < majorityOf(this.#replicas);
  }

  /** Whether as many have it as there should, and none of them holds all that it should. */
  get isUnsure(): boolean {
    return !this.isDecided && this.#open + this.#acknowledged === 0 && this.#onDisk >= majorityOf(this.#replicas);
  }

  /** Whether a phone that was asked sent the record on to others. */
  get isMisplaced(): boolean {
    return this.#newer === undefined && this.#countOf('misplaced') > 0;
  }

  receipt(): Receipt {
    const counts = { replicas: this.#counted, acknowledged: this.#acknowledged, newer: this.#newer };
    if (this.#newer !== undefined) {
      const tombstoned = this.#newer.final && !this.record.final;
      return { outcome: tombstoned ? 'tombstoned' : 'superseded', ...counts };
    }
    if (this.isDecided) return { outcome: 'stored', ...counts };
    const lacking = majorityOf(this.#replicas) - this.#onDisk;
    const lacksRoom = lacking > 0 && this.#countOf('over-quota') >= lacking;
    return { outcome: lacksRoom ? 'over-quota' : 'unavailable', ...counts };
  }

  get #acknowledged(): number {
    return this.#countOf('acknowledged');
  }

  get #onDisk(): number {
    return this.#acknowledged + this.#countOf('settling');
  }

  /** Targets that have yet to answer. */
  get #open(): number {
    return this.#targets.filter(({ id }) => this.#underWay.has(id)).length;
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
