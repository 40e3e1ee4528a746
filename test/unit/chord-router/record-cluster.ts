/**
 * Phones that keep records together, in virtual time, with a ring that needs no upkeep: each phone believes in a list
 * of members that the test sets. What is tested is record keeping; the ring's own protocol is test/sim's.
 */
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import type { PeerReply, PeerRequest, ReplyOf } from '../../../services/chord-router/core/message.ts';
import { Replication } from '../../../services/chord-router/core/replication.ts';
import type { LookupOutcome, RingView } from '../../../services/chord-router/core/ring-view.ts';
import { isRecordRequest } from '../../../services/chord-router/core/serve.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { StoreOperation } from '../../../services/chord-router/core/store-port.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { type CallOutcome, call, Signal, sleep, type Task } from '../../../services/shared/core/effect.ts';
import { distance, type Id, idFromNumber, inOwnedRange } from '../../../services/shared/core/id.ts';
import { OneOutcome } from '../../../services/shared/core/one-outcome.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { type Host, type Pending, Scheduler, type Waiter } from '../../../services/shared/core/scheduler.ts';
import { MemoryStore } from '../../sim/engine/memory-store.ts';
import { crypto } from '../shared/author.ts';
import { VirtualTime } from './virtual-time.ts';

const CALL_TIMEOUT_MS = 300;
const HEDGE_MS = 20;
const WRITE_MS = 2;

export class RecordCluster extends VirtualTime {
  readonly settings: ChordSettings;
  readonly phones: ClusterPhone[] = [];
  readonly random: SeededRandom;
  /** One way. */
  latencyMs: (from: ClusterPhone, to: ClusterPhone) => number = () => 2;
  /** Which messages get through. */
  reaches: (from: ClusterPhone, to: ClusterPhone) => boolean = () => true;
  /** Requests sent from one phone to another. */
  readonly traffic: { readonly from: ClusterPhone; readonly to: ClusterPhone; readonly request: PeerRequest }[] = [];

  constructor(phones: number, settings: Partial<ChordSettings> = {}, seed = 1) {
    super();
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.random = new SeededRandom(seed);
    for (let i = 0; i < phones; i++) this.#add();
    this.setMembers();
    for (const phone of this.phones) phone.start();
  }

  get alive(): readonly ClusterPhone[] {
    return this.phones.filter(({ alive }) => alive);
  }

  #add(): ClusterPhone {
    let id = 0n;
    for (let i = 0; i < 4; i++) id = (id << 32n) | BigInt(this.random.below(2 ** 32));
    const phone = new ClusterPhone(this, { id: idFromNumber(id), address: `10.0.0.${this.phones.length}:7400` });
    this.phones.push(phone);
    return phone;
  }

  /** A new phone that everybody knows of at once. */
  join(): ClusterPhone {
    const phone = this.#add();
    this.setMembers();
    phone.start();
    return phone;
  }

  /** Ends phones as kill -9 would; the others do not notice until setMembers. */
  kill(...phones: readonly ClusterPhone[]): void {
    for (const phone of phones) phone.kill();
  }

  /** Makes phones believe in a ring of these members: by default all that are alive, everywhere. */
  setMembers(members: readonly ClusterPhone[] = this.alive, believers: readonly ClusterPhone[] = this.alive): void {
    for (const phone of believers) phone.believe(members);
  }

  /** Phones that should hold a key, the owner first. */
  replicasOf(key: Id, among: readonly ClusterPhone[] = this.alive): readonly ClusterPhone[] {
    return [...among]
      .sort((a, b) => (distance(key, a.contact.id) < distance(key, b.contact.id) ? -1 : 1))
      .slice(0, this.settings.replication);
  }

  /** The phones that hold a record in this very version. */
  holdersOf(record: RingRecord): readonly ClusterPhone[] {
    return this.phones.filter((phone) => phone.holds(record));
  }

  /** Runs a task on a phone to its end. */
  perform<T>(phone: ClusterPhone, task: Task<T>): T {
    const fiber = phone.scheduler.run(task, 'test');
    this.until(() => fiber.done, 'the task ends');
    return fiber.result as T;
  }
}

export class ClusterPhone implements RingView, Host {
  readonly contact: Contact;
  readonly self: Contact;
  readonly cluster: RecordCluster;
  readonly disk: MemoryStore;
  readonly events: ChordEvent[] = [];
  readonly neighboursChanged = new Signal();
  readonly settings: ChordSettings;
  readonly identify = seeksNobody;
  readonly resolve = seeksNobody;
  scheduler: Scheduler;
  replication: Replication;
  alive = true;
  /** In ring order from the phone behind this one; self is last. */
  #members: readonly Contact[] = [];

  constructor(cluster: RecordCluster, contact: Contact) {
    this.cluster = cluster;
    this.contact = contact;
    this.self = contact;
    this.settings = cluster.settings;
    this.disk = new MemoryStore((write) => cluster.sleep(WRITE_MS, write));
    this.scheduler = new Scheduler(this);
    this.replication = new Replication(this, crypto);
  }

  start(): void {
    this.scheduler.run(this.replication.run(), 'repair');
  }

  kill(): void {
    this.alive = false;
    this.scheduler.stop();
    this.disk.crash();
  }

  /** Starts again with what is on its disk; the others do not notice until setMembers. */
  restart(): void {
    this.alive = true;
    this.scheduler = new Scheduler(this);
    this.replication = new Replication(this, crypto);
  }

  holds(record: RingRecord): boolean {
    for (const other of this.disk.records()) {
      if (other.hash === record.hash) return true;
    }
    return false;
  }

  believe(members: readonly ClusterPhone[]): void {
    const contacts = new Set([...members.map(({ contact }) => contact), this.contact]);
    const behind = (contact: Contact): bigint =>
      contact === this.contact ? 1n << 128n : distance(this.self.id, contact.id);
    this.#members = [...contacts].sort((a, b) => (behind(a) < behind(b) ? -1 : 1));
    this.neighboursChanged.notify();
  }

  readonly isSilent = (): boolean => true;
  readonly tell = (event: ChordEvent): void => {
    this.events.push(event);
  };

  successors(): readonly Contact[] {
    return this.#members.slice(0, -1).slice(0, this.settings.successors);
  }

  predecessors(): readonly Contact[] {
    return this.#members.slice(0, -1).reverse().slice(0, this.settings.successors);
  }

  responsibleFrom(): Id {
    if (this.#members.length <= this.settings.replication) return this.self.id;
    return this.predecessors()[this.settings.replication - 1]!.id;
  }

  isResponsible(key: Id): boolean {
    return inOwnedRange(this.responsibleFrom(), key, this.self.id);
  }

  believedReplicas(key: Id): readonly Contact[] {
    return [...this.#members]
      .sort((a, b) => (distance(key, a.id) < distance(key, b.id) ? -1 : 1))
      .slice(0, this.settings.replication);
  }

  *lookup(key: Id): Task<LookupOutcome> {
    yield* sleep(10);
    const reachable = this.cluster.alive.filter((phone) => phone === this || this.cluster.reaches(this, phone));
    const replicas = this.cluster.replicasOf(key, reachable).map(({ contact }) => contact);
    return { owner: replicas[0], replicas, late: [], hops: [], milliseconds: 10 };
  }

  *ask<Type extends PeerRequest['type']>(
    to: Contact,
    request: Extract<PeerRequest, { type: Type }>,
  ): Task<CallOutcome<ReplyOf[Type]>> {
    if (to.id !== this.self.id) return yield* call(to, request, CALL_TIMEOUT_MS);
    const reply = yield* this.serve(this.contact, request);
    if (reply === undefined) return { ok: false, failure: 'refused', elapsedMs: 0 };
    return { ok: true, reply: reply as ReplyOf[Type], rttMs: 0 };
  }

  *serve(from: Contact, request: PeerRequest): Task<PeerReply | undefined> {
    return isRecordRequest(request) ? yield* this.replication.handle(from, request) : undefined;
  }

  hedgeAfterMs(): number {
    return HEDGE_MS;
  }

  byExpectedSpeed(phones: readonly Contact[]): readonly Contact[] {
    return phones;
  }

  now(): number {
    return this.cluster.nowMs;
  }

  random(): number {
    return this.cluster.random.next();
  }

  sleep(ms: number, waiter: Waiter<undefined>): Pending {
    return { cancel: this.cluster.sleep(ms, () => waiter.resume(undefined)) };
  }

  call(to: Contact, request: unknown, timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending {
    const { cluster } = this;
    const target = cluster.phones.find(({ contact }) => contact.id === to.id)!;
    cluster.traffic.push({ from: this, to: target, request: request as PeerRequest });
    const outcome = new OneOutcome(waiter);
    const timeout = { ok: false, failure: 'timeout', elapsedMs: timeoutMs } as const;
    outcome.stopBy(cluster.sleep(timeoutMs, () => outcome.resume(timeout)));
    const back = (reply: PeerReply | undefined): void => {
      cluster.sleep(cluster.latencyMs(target, this), () => {
        if (!cluster.reaches(target, this)) return;
        if (reply === undefined) outcome.resume({ ok: false, failure: 'refused', elapsedMs: 4 });
        else outcome.resume({ ok: true, reply, rttMs: 4 });
      });
    };
    cluster.sleep(cluster.latencyMs(this, target), () => {
      if (!target.alive || !cluster.reaches(this, target)) return;
      const { scheduler } = target;
      scheduler.run(target.serve(this.contact, request as PeerRequest), 'serve', (fiber) => {
        if (!fiber.cancelled) back(fiber.result);
      });
    });
    return outcome;
  }

  store(operation: unknown, waiter: Waiter<unknown>): void {
    this.disk.perform(operation as StoreOperation, (outcome) => waiter.resume(outcome));
  }

  crashed(error: unknown): void {
    throw error;
  }
}

function seeksNobody(): never {
  throw new Error('record keeping looks for no phones');
}
