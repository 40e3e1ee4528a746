/** Simulated phones that keep records, people who write them, and a memory of what was acknowledged. */
import type { Receipt } from '../../services/chord-router/core/delivery.ts';
import type { Consistency, ReadOutcome } from '../../services/chord-router/core/get.ts';
import type { RecordQuery } from '../../services/chord-router/core/message.ts';
import { Replication } from '../../services/chord-router/core/replication.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { distance, type Id } from '../../services/shared/core/id.ts';
import { type RingRecord, recordKey, supersedes } from '../../services/shared/core/record.ts';
import { crypto } from '../unit/shared/author.ts';
import { MemoryStore } from './memory-store.ts';
import type { NetworkOptions } from './network.ts';
import type { SimPhone } from './phone.ts';
import { RecordWatch } from './watch/record-watch.ts';
import { RingWatch } from './watch/ring-watch.ts';
import { World } from './world.ts';

/** How long a simulated disk takes to write, ms. */
const WRITE_MS: readonly [number, number] = [1, 5];

/** Rings that were apart become one in so long after a cut, ms; a read that takes as long as reads may is in it. */
const MEET_MS = 60_000;

export type RecordPhone = SimPhone<Replication>;

export class RecordWorld {
  readonly world: World<Replication>;
  readonly settings: ChordSettings;
  readonly ringWatch: RingWatch;
  readonly disks: MemoryStore[] = [];
  readonly recordWatch = new RecordWatch(this.disks);
  /** The newest acknowledged version of each record, by place and key. */
  readonly acknowledged = new Map<string, RingRecord>();
  /** Who wrote those, and whether it then agreed with the replicas on who they are. */
  readonly #origins = new Map<string, { readonly writer: RecordPhone; readonly agreed: boolean }>();
  /** Reads that claimed to be complete and were older than an acknowledged write they followed. */
  readonly staleReads: string[] = [];
  /** The same where a cut excuses it, counted. See `checkAgreed`. */
  splitReads = 0;

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

  /** Whether a reader and the replicas of a key know the whole ring around them, and so who the replicas are. */
  agreeOnReplicas(reader: RecordPhone, key: Id): boolean {
    const replicas = this.replicasOf(key);
    const neighbours = Math.min(this.settings.successors, this.living.length - 1);
    const believed = reader.node.view.believedReplicas(key).map(({ id }) => id);
    return replicas.every(({ contact, node: { view } }, i) => {
      const knows = view.successors().length === neighbours && view.predecessors().length === neighbours;
      return knows && believed[i] === contact.id && view.isResponsible(key);
    });
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
        this.recordWatch.acknowledged(record, receipt!);
        this.#acknowledge(record, phone);
      }
      onDone?.(receipt!);
    });
  }

  /** Writes records one after the other, each to its end. */
  writeAll(records: readonly RingRecord[], among = this.members): void {
    for (const record of records) {
      let outcome: string | undefined;
      this.write(this.pick(among), record, (receipt) => {
        outcome = receipt.outcome;
      });
      this.world.runUntil(() => outcome !== undefined, 30_000, 'a write');
      if (outcome !== 'stored') throw new Error(`a write ended as ${outcome}`);
    }
  }

  #acknowledge(record: RingRecord, writer: RecordPhone): void {
    const name = record.place + recordKey(record);
    const known = this.acknowledged.get(name);
    if (known !== undefined && !supersedes(record, known)) return;
    this.acknowledged.set(name, record);
    this.#origins.set(name, { writer, agreed: this.agreeOnReplicas(writer, record.place) });
  }

  /** Reads a record by quorum and checks it against what was acknowledged before the read began. */
  check(phone: RecordPhone, name: string, onDone?: (answer: ReadOutcome) => void): void {
    this.#check(phone, name, (fault) => this.staleReads.push(fault), onDone);
  }

  /**
   * The same where phones may be cut off. Two sides of a cut cannot know of each other's writes, and need some time to
   * meet. So while there is a cut, and for MEET_MS more, a stale read only counts if reader and replicas agree on who
   * the replicas are, before and after, and so did the writer, then or now.
   */
  checkAgreed(phone: RecordPhone, name: string, onDone?: (answer: ReadOutcome) => void): void {
    const { place } = this.acknowledged.get(name)!;
    const origin = this.#origins.get(name)!;
    const known = origin.agreed || (origin.writer.isUp && this.agreeOnReplicas(origin.writer, place));
    const agreed = known && this.agreeOnReplicas(phone, place);
    const onStale = (fault: string): void => {
      const haveMet = this.world.network.wholeForMs > MEET_MS;
      if (haveMet || (agreed && this.agreeOnReplicas(phone, place))) this.staleReads.push(fault);
      else this.splitReads += 1;
    };
    this.#check(phone, name, onStale, onDone);
  }

  #check(
    phone: RecordPhone,
    name: string,
    onStale: (fault: string) => void,
    onDone?: (answer: ReadOutcome) => void,
  ): void {
    const expected = this.acknowledged.get(name)!;
    const query = { place: expected.place, name: undefined, limit: 200, before: undefined };
    phone.run(phone.node.records.get(query, 'quorum'), (answer) => {
      const found = answer.records.find((record) => recordKey(record) === recordKey(expected));
      const isOld = found === undefined || supersedes(expected, found);
      if (answer.complete && isOld && !this.#isDeleted(expected, answer)) {
        onStale(`stale: ${name} seq ${expected.seq}, read as ${found?.seq} by phone ${phone.index}`);
      }
      const { author } = expected;
      if (
        answer.complete &&
        expected.final &&
        answer.records.some((r) => r.kind === 'immutable' && r.author === author)
      ) {
        onStale(`undead: phone ${phone.index} reads the deleted post at ${expected.place}`);
      }
      onDone?.(answer);
    });
  }

  /** The record is to be deleted: from now on it may be there or not. */
  forget(record: RingRecord): void {
    this.acknowledged.delete(record.place + recordKey(record));
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
