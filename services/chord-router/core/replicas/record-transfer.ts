/** Moves whole records between this phone and a partner, in messages within their bounds. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Task } from '../../../shared/core/effect.ts';
import { originOfKey, type RingRecord, recordKey } from '../../../shared/core/record.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS } from '../batch.ts';
import type { RecordSummary, RecordVerdict } from '../message.ts';
import type { RecordKeeper } from '../record-keeper.ts';
import { askStore, type RecordName } from '../store-port.ts';

/** Verdicts after which the one who was sent a record has it, or a better one. */
const HELD: ReadonlySet<RecordVerdict> = new Set(['stored', 'present', 'superseded', 'tombstoned']);
/** Verdicts that trying again soon will not change; an author's quota must not hold up everybody else's records. */
const DONE_WITH: ReadonlySet<RecordVerdict> = new Set([...HELD, 'over-quota']);

export class RecordTransfer {
  /** False once something did not get across. */
  complete = true;
  pulled = 0;
  pushed = 0;
  readonly #keeper: RecordKeeper;
  readonly #partner: Contact;

  constructor(keeper: RecordKeeper, partner: Contact) {
    this.#keeper = keeper;
    this.#partner = partner;
  }

  /** Fetches the partner's records of these names and keeps those that win; sends back what won over them. */
  *pull(wanted: readonly RecordName[]): Task<void> {
    let at = 0;
    while (at < wanted.length && this.complete) {
      const names = wanted.slice(at, at + MAX_BATCH_RECORDS).map(({ place, key }) => ({ place, key }));
      const outcome = yield* this.#keeper.view.ask(this.#partner, { type: 'fetch-records', wanted: names });
      if (!outcome.ok) {
        this.complete = false;
        return;
      }
      const { records } = outcome.reply;
      const { verdicts, newer } = yield* this.#keeper.admission.admit(this.#partner, records, 'repair');
      this.pulled += verdicts.filter((verdict) => verdict === 'stored').length;
      if (!verdicts.every((verdict) => DONE_WITH.has(verdict))) this.complete = false;
      yield* this.push(newer.map(summaryOf));
      // Answers come in the order of the names and stop at the bound of a message; what is missing before is gone.
      const reached = records.length === 0 ? names.length : this.#lastAnswered(names, records) + 1;
      if (reached === 0) this.complete = false;
      at += reached;
    }
  }

  /** Index of the last name that the records answer; -1 when the partner sent what it was not asked for. */
  #lastAnswered(names: readonly RecordName[], records: readonly Uint8Array[]): number {
    const last = this.#keeper.checker.peek(records.at(-1)!);
    return last.ok ? names.findLastIndex((name) => answers(last.value, name)) : -1;
  }

  /** Sends this phone's records of these names; gives those that the partner has afterwards, or has better. */
  *push(offered: readonly RecordSummary[]): Task<readonly RecordSummary[]> {
    const held: RecordSummary[] = [];
    let at = 0;
    while (at < offered.length && this.complete) {
      const wanted = offered.slice(at, at + MAX_BATCH_RECORDS);
      const fetched = yield* askStore({ type: 'fetch', wanted, maxBytes: MAX_BATCH_BYTES });
      if (!fetched.ok) {
        this.complete = false;
        break;
      }
      const { records } = fetched.value;
      const last = records.at(-1);
      at += last === undefined ? wanted.length : wanted.findLastIndex((name) => answers(last, name)) + 1;
      if (last !== undefined) held.push(...(yield* this.#send(records)));
    }
    return held;
  }

  *#send(records: readonly RingRecord[]): Task<readonly RecordSummary[]> {
    const { view, admission } = this.#keeper;
    const encoded = records.map(({ bytes }) => bytes);
    const outcome = yield* view.ask(this.#partner, { type: 'put-records', records: encoded, purpose: 'repair' });
    if (!outcome.ok || outcome.reply.verdicts.length !== records.length) {
      this.complete = false;
      return [];
    }
    const { verdicts, newer } = outcome.reply;
    this.pushed += verdicts.filter((verdict) => verdict === 'stored').length;
    if (!verdicts.every((verdict) => DONE_WITH.has(verdict))) this.complete = false;
    if (newer.length > 0) yield* admission.admit(this.#partner, newer, 'repair');
    return records.filter((_, i) => HELD.has(verdicts[i]!)).map(summaryOf);
  }
}

/** Whether a record is what a fetch of this name gives: itself, or for a deleted immutable its tombstone. */
function answers(record: RingRecord, { place, key }: RecordName): boolean {
  if (record.place !== place) return false;
  if (recordKey(record) === key) return true;
  const { kind, author } = originOfKey(key);
  return record.final && kind === 'immutable' && author === record.author;
}

function summaryOf(record: RingRecord): RecordSummary {
  return { place: record.place, key: recordKey(record), seq: record.seq, hash: record.hash };
}
