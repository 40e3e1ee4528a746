/** Simulated phones that keep records, people who write them, and a memory of what was acknowledged. */

import type { RecordQuery } from '../../../services/chord-router/core/message.ts';
import type { Consistency, ReadOutcome } from '../../../services/chord-router/core/reading/get.ts';
import { majorityOf } from '../../../services/chord-router/core/record-keeper.ts';
import { Replication } from '../../../services/chord-router/core/replication.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Receipt } from '../../../services/chord-router/core/writing/delivery.ts';
import { distance, type Id } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../../services/shared/core/record.ts';
import { crypto } from '../../unit/shared/author.ts';
import { MemoryStore } from '../engine/memory-store.ts';
import type { NetworkOptions } from '../engine/network.ts';
import type { SimPhone } from '../ring/phone.ts';
import { World } from '../ring/world.ts';
import { RecordWatch } from '../watch/record-watch.ts';
import { RingWatch } from '../watch/ring-watch.ts';

/** How long a simulated disk takes to write, ms. */
const WRITE_MS: readonly [number, number] = [1, 5];

export type RecordPhone = SimPhone<Replication>;

export class RecordWorld {
  readonly world: World<Replication>;
  readonly settings: ChordSettings;
  readonly ringWatch: RingWatch;
  readonly disks: MemoryStore[] = [];
  readonly recordWatch = new RecordWatch(this.disks);
  /** The newest acknowledged version of each record, by place and key. */
  readonly acknowledged = new Map<string, RingRecord>();
  /** The newest of those that a majority of all replicas is sure to have: a complete read must not be older. */
  readonly #sure = new Map<string, RingRecord>();
  /** Reads that claimed to be complete and were older than an acknowledged write they followed. */
  readonly staleReads: string[] = [];
  /** Reads that were older than an acknowledged write they followed, or perhaps, and said that they may be. */
  toldReads = 0;
  /** Writes acknowledged by less than a majority of all replicas: some of those had fallen silent. */
  unsureWrites = 0;
  /** Writes that too few phones took, or none that was sure of its range. */
  unavailableWrites = 0;

  constructor(
    seed: number,
    settings: Partial<ChordSettings> = {},
    network: Partial<NetworkOptions> = {},
    traceLength = 0,
  ) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.world = new World({
      seed,
      settings,
      network,
      traceLength,
      keepRecords: (view) => new Replication(view, crypto),
      tell: (index, event) => this.ringWatch.told(index, event),
      diskFor: (engine, index) => {
        const [least, most] = WRITE_MS;
        const random = engine.random.fork();
        this.disks[index] = new MemoryStore(
          (write) => engine.after(least + random.next() * (most - least), write),
          (record) => this.recordWatch.kept(index, record),
        );
        return this.disks[index];
      },
    });
    this.ringWatch = new RingWatch(this.world, this.settings.successors);
  }

  get living(): readonly RecordPhone[] {
    return this.world.living();
  }

  get members(): readonly RecordPhone[] {
    return this.living.filter(({ node }) => node.status().state === 'member');
  }

  /** A minority of a record's replicas, so that one of those that acknowledged it lives. */
  get mostDead(): number {
    return Math.floor((this.settings.replication - 1) / 2);
  }

  pick(phones = this.members): RecordPhone {
    return this.world.random.pick(phones);
  }

  /** Phones that should hold a key, the owner first. */
  replicasOf(key: Id, among = this.living): readonly RecordPhone[] {
    return [...among]
      .sort((a, b) => (distance(key, a.contact.id) < distance(key, b.contact.id) ? -1 : 1))
      .slice(0, this.settings.replication);
  }

  /** Whether a phone has a record, or a version that won over it and was perhaps not acknowledged. */
  holds({ index }: RecordPhone, record: RingRecord): boolean {
    const found = this.disks[index]!.get({ place: record.place, key: recordKey(record) });
    return found !== undefined && !supersedes(record, found);
  }

  /** Starts a write; what it acknowledges is remembered. */
  write(phone: RecordPhone, record: RingRecord, onDone?: (receipt: Receipt) => void): void {
    phone.run(phone.node.records.put([record.bytes]), ([receipt]) => {
      if (receipt!.outcome === 'stored') {
        const isSure = receipt!.acknowledged >= majorityOf(receipt!.replicas);
        this.recordWatch.stored(record, receipt!);
        this.#acknowledge(record, isSure);
      }
      if (receipt!.outcome === 'unavailable') this.unavailableWrites += 1;
      onDone?.(receipt!);
    });
  }

  /** Writes records one after the other, each to its end; all have to be stored. */
  writeAll(records: readonly RingRecord[], among = this.members): void {
    const failed = this.tryToWrite(records, among).find((outcome) => outcome !== 'stored');
    if (failed !== undefined) throw new Error(`a write ended as ${failed}`);
  }

  /** Writes records one after the other, each to its end; gives what became of each. */
  tryToWrite(records: readonly RingRecord[], among = this.members): readonly Receipt['outcome'][] {
    return records.map((record) => {
      let outcome: Receipt['outcome'] | undefined;
      this.write(this.pick(among), record, (receipt) => {
        outcome = receipt.outcome;
      });
      this.world.runUntil(() => outcome !== undefined, 30_000, 'a write');
      return outcome!;
    });
  }

  #acknowledge(record: RingRecord, isSure: boolean): void {
    const name = record.place + recordKey(record);
    for (const records of isSure ? [this.acknowledged, this.#sure] : [this.acknowledged]) {
      const known = records.get(name);
      if (known === undefined || supersedes(record, known)) records.set(name, record);
    }
    if (!isSure) this.unsureWrites += 1;
  }

  /** Reads a record by quorum and checks it against what was acknowledged before the read began. */
  check(phone: RecordPhone, name: string, onDone?: (answer: ReadOutcome) => void): void {
    const acknowledged = this.acknowledged.get(name)!;
    const sure = this.#sure.get(name);
    const query = { place: acknowledged.place, name: undefined, limit: 200, before: undefined };
    phone.run(phone.node.records.get(query, 'quorum'), (answer) => {
      if (answer.complete && sure !== undefined) this.#checkComplete(phone, name, sure, answer);
      else if (this.#isOlder(answer, acknowledged)) this.toldReads += 1;
      onDone?.(answer);
    });
  }

  #checkComplete({ index }: RecordPhone, name: string, expected: RingRecord, answer: ReadOutcome): void {
    if (this.#isOlder(answer, expected)) {
      const found = answer.records.find((record) => recordKey(record) === recordKey(expected));
      this.staleReads.push(`stale: ${name} seq ${expected.seq}, read as ${found?.seq} by phone ${index}`);
    }
    const { author, final, place } = expected;
    if (final && answer.records.some((record) => record.kind === 'immutable' && record.author === author)) {
      this.staleReads.push(`undead: phone ${index} reads the deleted post at ${place}`);
    }
  }

  /** Whether an answer shows a record not at all, or in an older version. */
  #isOlder(answer: ReadOutcome, expected: RingRecord): boolean {
    const found = answer.records.find((record) => recordKey(record) === recordKey(expected));
    return (found === undefined || supersedes(expected, found)) && !this.#isDeleted(expected, answer);
  }

  /** The record is to be deleted: from now on it may be there or not. */
  forget(record: RingRecord): void {
    const name = record.place + recordKey(record);
    this.acknowledged.delete(name);
    this.#sure.delete(name);
  }

  /** Whether this very record is on the phone's disk. */
  keeps({ index }: RecordPhone, record: RingRecord): boolean {
    return this.disks[index]!.get({ place: record.place, key: recordKey(record) })?.hash === record.hash;
  }

  #isDeleted(expected: RingRecord, { records }: ReadOutcome): boolean {
    return expected.kind === 'immutable' && records.some(({ final, author }) => final && author === expected.author);
  }

  read(phone: RecordPhone, place: Id, consistency: Consistency, name?: string): ReadOutcome {
    const query: RecordQuery = { place, name, limit: 200, before: undefined };
    return this.world.complete(phone, phone.node.records.get(query, consistency));
  }

  /** Acknowledged records that are not on exactly the phones that should hold them, as sentences. */
  misplaced(): readonly string[] {
    const faults: string[] = [];
    for (const [name, record] of this.acknowledged) {
      const should = this.replicasOf(record.place);
      const lacking = should.filter((phone) => !this.holds(phone, record));
      const extra = this.living.filter((phone) => !should.includes(phone) && this.holds(phone, record));
      const indices = (phones: readonly RecordPhone[]): string => phones.map(({ index }) => index).join(', ');
      if (lacking.length + extra.length > 0) {
        faults.push(`${name}: lacking on ${indices(lacking)}; extra on ${indices(extra)}`);
      }
    }
    return faults;
  }

  get isSettled(): boolean {
    return this.living.every(({ node }) => node.records.settled);
  }

  /** Starts phones and waits until all of them are members that hold what they should. */
  grow(count: number, gapMs = 200): void {
    this.world.startPhones(count, gapMs);
    this.settle();
  }

  settle(withinMs = 120_000): void {
    this.world.runUntil(() => this.members.length === this.living.length && this.isSettled, withinMs, 'all settle');
  }

  /** Waits until every acknowledged record is exactly where it should be. */
  heal(withinMs = 300_000): void {
    this.world.runUntil(() => this.misplaced().length === 0, withinMs, 'records are in place');
  }
}
