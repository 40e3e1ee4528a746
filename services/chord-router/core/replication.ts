/** Record keeping of one phone: what it keeps for others, and reading and writing for its own services. */
import type { Contact } from '../../shared/core/contact.ts';
import type { Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { RecordCrypto } from '../../shared/core/record.ts';
import type { PeerReply, RecordQuery } from './message.ts';
import { type Consistency, getRecords, type ReadOutcome } from './reading/get.ts';
import { findNearest, type NearestRecord } from './reading/nearest.ts';
import { RecordChecker } from './record-checker.ts';
import type { RecordKeeper } from './record-keeper.ts';
import { Coverage } from './replicas/coverage.ts';
import { handOver } from './replicas/handover.ts';
import { Repair } from './replicas/repair.ts';
import type { RingView } from './ring-view.ts';
import { type RecordRequest, serveRecords } from './serve.ts';
import { Admission } from './writing/admission.ts';
import type { Receipt } from './writing/delivery.ts';
import { putRecords } from './writing/put.ts';

export class Replication {
  readonly #keeper: RecordKeeper;
  readonly #repair: Repair;

  constructor(view: RingView, crypto: RecordCrypto) {
    const checker = new RecordChecker(crypto);
    const admission = new Admission(view, checker);
    this.#keeper = { view, crypto, checker, admission, coverage: new Coverage(view) };
    this.#repair = new Repair(this.#keeper);
  }

  /** Whether this phone holds all it is responsible for, as far as it knows. */
  get settled(): boolean {
    return this.#keeper.coverage.settled;
  }

  /** Repairs for as long as the phone runs. Start it when the phone is a member of its ring. */
  run(): Task<void> {
    return this.#repair.run();
  }

  /**
   * Forgets that this phone holds what it should, until it has compared with its neighbours again. For events after
   * which others may have written what this phone has not heard of, such as the merging of two rings.
   */
  unsettle(): void {
    this.#keeper.coverage.loseAll();
    this.#repair.stir();
  }

  /** The reply to another phone, or to this phone asking itself; undefined refuses the request. */
  handle(from: Contact, request: RecordRequest): Task<PeerReply | undefined> {
    return serveRecords(this.#keeper, from, request);
  }

  /** Stores encoded records on their replicas; one receipt a record, in order. */
  put(records: readonly Uint8Array[]): Task<readonly Receipt[]> {
    return putRecords(this.#keeper, records);
  }

  /** Reads the records at a place. Check a query from outside with isValidQuery first. */
  get(query: RecordQuery, consistency: Consistency): Task<ReadOutcome> {
    return getRecords(this.#keeper, query, consistency);
  }

  /** The first immutable record of a name at or clockwise after a key. */
  nearest(key: Id, name: string): Task<NearestRecord> {
    return findNearest(this.#keeper, key, name);
  }

  /** Ends once all that this phone kept, wherever on the ring it was then, is on its replicas. */
  broughtOver(): Task<void> {
    return this.#repair.broughtOver();
  }

  /** Before a graceful leave: brings what this phone keeps to those who will keep it instead. Bounded in time. */
  handOver(): Task<void> {
    return handOver(this.#keeper);
  }
}
