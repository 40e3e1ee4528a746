/**
 * Real phones as a stage, in a network of their own, at the speed of the wall clock; what they run in is for those that
 * extend this to say. Operations go to the phones' routers as their own services ask them; who knows whom, what is sent and what is on whose
 * disk is what the phones themselves tell, to anybody.
 */
import { status } from '@grpc/grpc-js';
import {
  Consistency,
  HopOutcome,
  type LookupResponse,
  RingState,
  PutOutcome as WirePutOutcome,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { parseId } from '../../../services/shared/core/id.ts';
import { type RingRecord, readTrustedRecord } from '../../../services/shared/core/record.ts';
import { RpcError } from '../../../services/shared/runtime/grpc/rpc.ts';
import type { PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import { placeFault, type RingPlace } from '../../../testnet/ring-check.ts';
import { crypto } from '../../unit/shared/author.ts';
import type { LookupOutcome, PutOutcome, ReadOutcome, Stage, StageOptions, StagePhone, StageSample } from '../stage.ts';
import { type DiskListing, DiskReader } from './disk-listing.ts';
import { drawQualities, limitsOf } from './live-links.ts';
import type { LiveNet, LivePhone } from './live-net.ts';
import { type Chord, PhoneCalls } from './phone-calls.ts';
import { numberOf, PhoneDeeds } from './phone-deeds.ts';
import { copiesMissing } from './replica-count.ts';
import { TrafficCount } from './traffic-count.ts';
import { WallClock } from './wall-clock.ts';

/** What a call of an operation gets, and one about the phone itself, in ms. */
const OPERATION_TIMEOUT_MS = 30_000;
const STATUS_TIMEOUT_MS = 5_000;
/** Most records one read asks for. */
const READ_LIMIT = 200;
const QUIET_WITHIN_MS = 120_000;
const QUIET_POLL_MS = 250;
const DEADLINE_EXCEEDED: number = status.DEADLINE_EXCEEDED;

export abstract class LiveStage implements Stage {
  abstract readonly name: string;
  /** Address from which this process is seen by the phones, with any port. */
  protected abstract readonly ownAddress: string;
  readonly limits: readonly string[];
  readonly clock = new WallClock();
  readonly #options: StageOptions;
  readonly #calls = new PhoneCalls();
  readonly #traffic = new TrafficCount();
  #net: LiveNet | undefined;
  #deeds: PhoneDeeds | undefined;
  #disks: DiskReader | undefined;
  /** Changes of the network follow each other. */
  #tearing: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.limits = limitsOf(options.scenario);
  }

  /** Resolves once so many phones form an ideal ring; leaves nothing behind otherwise. */
  protected abstract open(initial: number, options: StageOptions): Promise<LiveNet>;

  async start(initial: number): Promise<void> {
    const { scenario, onMember, onDefect } = this.#options;
    const { population } = scenario;
    const net = await this.open(initial, this.#options);
    this.#net = net;
    await net.place(population.phones - initial);
    this.#disks = await this.#diskReader(net);
    this.#deeds = new PhoneDeeds(net, {
      joined: onMember,
      leaves: (phone) => this.#calls.hangUp(numberOf(phone)),
      failed: (phone, error) => onDefect(`phone ${phone}: ${error.message}`),
    });
    const qualities = drawQualities(scenario);
    if (qualities.size > 0) await net.faults.slowEach(qualities);
    await this.#becomeQuiet();
    this.clock.begin();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms, this.#options.signal);
  }

  phones(): readonly StagePhone[] {
    return this.#up().flatMap((phone) => stagePhone(phone) ?? []);
  }

  phone(phone: number): StagePhone | undefined {
    const process = this.#net?.phones[phone];
    return process?.pid === undefined ? undefined : stagePhone(process);
  }

  perform(event: PopulationEvent): void {
    this.#deeds!.perform(event);
  }

  cut(sides: readonly (readonly number[])[]): void {
    this.#tear((net) => net.faults.split(sides.map((side) => side.map(numberOf))));
  }

  heal(): void {
    this.#tear((net) => net.faults.join());
  }

  put(phone: number, record: RingRecord, done: (outcome: PutOutcome | undefined) => void): void {
    this.#ask(
      phone,
      async (chord, options) => {
        const { receipts } = await chord.put({ records: [Buffer.from(record.bytes)] }, options);
        const { acknowledged, outcome, replicas } = receipts[0]!;
        if (outcome === WirePutOutcome.STORED) return acknowledged > replicas / 2 ? 'stored' : 'unsure';
        return outcome === WirePutOutcome.UNAVAILABLE ? 'unavailable' : 'refused';
      },
      'unavailable',
      done,
    );
  }

  read(phone: number, place: Id, done: (outcome: ReadOutcome | undefined) => void): void {
    const request = { place, name: undefined, limit: READ_LIMIT, before: undefined, consistency: Consistency.QUORUM };
    this.#ask(
      phone,
      async (chord, options) => {
        const { records, complete } = await chord.get(request, options);
        return { records: records.flatMap((bytes) => readTrustedRecord(bytes, crypto) ?? []), complete };
      },
      { records: [], complete: false },
      done,
    );
  }

  lookup(phone: number, key: Id, done: (outcome: LookupOutcome | undefined) => void): void {
    this.#ask(
      phone,
      async (chord, options) => lookupOutcome(await chord.lookup({ key }, options)),
      { replicas: [], hops: 0, silent: 0 },
      done,
    );
  }

  async sample(acknowledged: readonly RingRecord[]): Promise<StageSample> {
    const up = this.#up();
    const traffic = await this.#traffic.count(up);
    const [places, listings] = await Promise.all([
      Promise.all(up.map((phone) => this.#placeOf(phone))),
      acknowledged.length === 0 ? new Map<Id, DiskListing>() : this.#listings(up),
    ]);
    const order = up.flatMap(({ id }) => (id as Id | undefined) ?? []).sort();
    const listLength = Math.max(8, this.#options.scenario.replication + 1);
    const isAstray = ({ id }: LivePhone, i: number): boolean =>
      id === undefined || placeFault(order, id as Id, places[i], listLength) !== undefined;
    return {
      astray: up.filter(isAstray).length,
      replicasMissing: listings && copiesMissing(acknowledged, listings, this.#options.scenario.replication),
      ...traffic,
    };
  }

  async kept(records: readonly RingRecord[]): Promise<readonly RingRecord[] | undefined> {
    const listings = await this.#listings(this.#up());
    return listings && records.filter((record) => [...listings.values()].some((listing) => listing.has(record)));
  }

  eventHash(): undefined {}

  async stop(): Promise<void> {
    this.#stopped ??= this.#end();
    await this.#stopped;
  }

  async #end(): Promise<void> {
    this.clock.stop();
    this.#deeds?.stop();
    this.#calls.stop();
    this.#disks?.stop();
    await this.#tearing;
    await this.#net?.[Symbol.asyncDispose]();
  }

  #up(): readonly LivePhone[] {
    return this.#net?.phones.filter(({ pid }) => pid !== undefined) ?? [];
  }

  #tear(change: (net: LiveNet) => Promise<void>): void {
    this.#tearing = this.#tearing
      .then(() => change(this.#net!))
      .catch((error: unknown) => this.#options.onDefect(`the network could not be changed: ${String(error)}`));
  }

  async #diskReader({ phones }: LiveNet): Promise<DiskReader> {
    const word = await this.#status(phones[0]!);
    if (word === undefined) throw new Error('the first phone does not say what network it is in');
    return new DiskReader(`${word.network}/r=${word.replication}`, word.parameters, this.ownAddress);
  }

  /** Each phone says that it holds what it has to. */
  async #becomeQuiet(): Promise<void> {
    const deadlineMs = performance.now() + QUIET_WITHIN_MS;
    while (!this.#options.signal?.aborted) {
      const all = await Promise.all(this.#up().map((phone) => this.#status(phone)));
      if (all.every((word) => word?.settled === true)) return;
      if (performance.now() > deadlineMs) throw new Error('the first phones do not come to rest');
      await this.clock.pass(QUIET_POLL_MS, this.#options.signal);
    }
  }

  async #status(phone: LivePhone) {
    const call = (chord: Chord) => chord.getStatus({}, { timeoutMs: STATUS_TIMEOUT_MS });
    return await this.#calls.ask(phone, call).catch(() => undefined);
  }

  /** Undefined when it does not answer, or is no member. */
  async #placeOf(phone: LivePhone): Promise<RingPlace | undefined> {
    const word = await this.#status(phone);
    if (word?.self === undefined || word.state !== RingState.MEMBER) return undefined;
    return {
      id: word.self.id as Id,
      predecessor: parseId(word.predecessor?.id ?? ''),
      successors: word.successors.map(({ id }) => id as Id),
    };
  }

  /** By id, of those that are members; undefined when one of them cannot be asked. */
  async #listings(up: readonly LivePhone[]): Promise<ReadonlyMap<Id, DiskListing> | undefined> {
    const members = up.filter(({ state, id }) => state === 'running' && id !== undefined);
    const listings = new Map<Id, DiskListing>();
    await Promise.all(
      members.map(async (phone) => {
        const { id, peer: address, pid } = phone;
        const answered = (bytes: number): void => this.#traffic.answered(pid!, bytes);
        const listing = await this.#disks!.listing({ id: id as Id, address }, answered);
        // One that ended meanwhile is no longer among those to be counted.
        if (listing !== undefined) listings.set(id as Id, listing);
      }),
    );
    const silent = members.filter(({ id, state }) => state === 'running' && !listings.has(id as Id));
    return silent.length === 0 ? listings : undefined;
  }

  #ask<Outcome>(
    phone: number,
    call: (chord: Chord, options: { timeoutMs: number }) => Promise<Outcome>,
    unanswered: Outcome,
    done: (outcome: Outcome | undefined) => void,
  ): void {
    const process = this.#net!.phones[phone]!;
    const finish = (outcome: Outcome | undefined): void => {
      if (this.#stopped === undefined) done(outcome);
    };
    this.#calls
      .ask(process, (chord) => call(chord, { timeoutMs: OPERATION_TIMEOUT_MS }))
      .then(finish, (error: unknown) => {
        const isLate = error instanceof RpcError && error.code === DEADLINE_EXCEEDED;
        if (!isLate) this.#options.onDefect(`phone ${phone} answered ${String(error)}`);
        finish(unanswered);
      });
  }
}

/** Undefined before it was up once, for nobody knows its id then. */
function stagePhone({ n, id, state }: LivePhone): StagePhone | undefined {
  return id === undefined ? undefined : { phone: n - 1, id: id as Id, isMember: state === 'running' };
}

function lookupOutcome({ replicas, hops }: LookupResponse): LookupOutcome {
  const answered = hops.filter(({ outcome }) => outcome === HopOutcome.CLOSER || outcome === HopOutcome.OWNER).length;
  return { replicas: replicas.map(({ id }) => id as Id), hops: answered, silent: hops.length - answered };
}
