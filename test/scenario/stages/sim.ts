/**
 * The simulator as a stage: the phones' own protocol core in virtual time. The same scenario gives the same run to the
 * last message.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Task } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { isUpAfter, type PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import { EPOCH_MS } from '../../sim/engine/engine.ts';
import type { RecordPhone } from '../../sim/records/record-world.ts';
import { strayPhones } from '../../sim/ring/checkers.ts';
import type {
  Clock,
  LookupOutcome,
  PutOutcome,
  ReadOutcome,
  Stage,
  StageOptions,
  StagePhone,
  StageSample,
} from '../stage.ts';
import { SimPhones } from './sim-phones.ts';
import { ReplicaCount } from './sim-replicas.ts';

/** Phones of an ideal ring compare their replicas once, and are quiet then. */
const QUIET_WITHIN_MS = 120_000;
/** Most records one read asks for. */
const READ_LIMIT = 200;

export class SimStage implements Stage {
  readonly name = 'sim';
  readonly limits: readonly string[] = [];
  readonly clock: Clock;
  readonly #phones: SimPhones;
  /** What each phone still has to do once it has left. */
  readonly #leaving = new Map<number, PopulationEvent[]>();
  /** Operations that wait for an answer of a phone: what to do when it goes away. */
  readonly #waiting = new Map<number, Set<() => void>>();
  #beganMs = EPOCH_MS;
  #hasStopped = false;

  constructor({ scenario, onMember }: StageOptions) {
    this.#phones = new SimPhones(scenario, (phone) => {
      if (!this.#hasStopped) onMember(phone);
    });
    const { engine } = this.#phones.world;
    const beganMs = (): number => this.#beganMs;
    this.clock = {
      get nowMs() {
        return engine.nowMs - beganMs();
      },
      after: (delayMs, run) => void engine.after(delayMs, run),
    };
  }

  async start(initial: number): Promise<void> {
    const { world } = this.#phones;
    this.#phones.found(initial);
    const isQuiet = (): boolean => world.living().every(({ node }) => node.records.settled);
    world.runUntil(isQuiet, QUIET_WITHIN_MS, 'the first phones are settled');
    this.#beganMs = world.engine.nowMs;
  }

  async pass(ms: number): Promise<void> {
    this.#phones.world.runFor(ms);
    // Signals and progress want their turn, too.
    await nextTurn();
  }

  phones(): readonly StagePhone[] {
    return this.#phones.up().map(([phone, machine]) => this.#stagePhone(phone, machine));
  }

  phone(phone: number): StagePhone | undefined {
    const machine = this.#phones.at(phone);
    return machine?.isUp === true ? this.#stagePhone(phone, machine) : undefined;
  }

  perform(event: PopulationEvent): void {
    const { phone, deed } = event;
    const later = this.#leaving.get(phone);
    if (later !== undefined) {
      later.push(event);
      return;
    }
    if (isUpAfter(deed)) {
      if (deed === 'reappear') this.#phones.startElsewhere(phone);
      else this.#phones.start(phone);
    } else if (deed === 'stop') this.#leave(phone);
    else this.#end(phone);
  }

  cut(sides: readonly (readonly number[])[]): void {
    this.#phones.cut(sides);
  }

  heal(): void {
    this.#phones.heal();
  }

  put(phone: number, record: RingRecord, done: (outcome: PutOutcome | undefined) => void): void {
    this.#ask(
      phone,
      ({ node }) => node.records.put([record.bytes]),
      ([receipt]) => {
        const { acknowledged, outcome, replicas } = receipt!;
        if (outcome === 'stored') return acknowledged > replicas / 2 ? 'stored' : 'unsure';
        return outcome === 'unavailable' ? outcome : 'refused';
      },
      done,
    );
  }

  read(phone: number, place: Id, done: (outcome: ReadOutcome | undefined) => void): void {
    const query = { place, name: undefined, limit: READ_LIMIT, before: undefined };
    this.#ask(
      phone,
      ({ node }) => node.records.get(query, 'quorum'),
      ({ records, complete }) => ({ records, complete }),
      done,
    );
  }

  lookup(phone: number, key: Id, done: (outcome: LookupOutcome | undefined) => void): void {
    this.#ask(
      phone,
      ({ node }) => node.lookup(key),
      ({ replicas, hops }) => {
        const answered = hops.filter(({ outcome }) => outcome === 'closer' || outcome === 'owner').length;
        return { replicas: replicas.map(({ id }) => id), hops: answered, silent: hops.length - answered };
      },
      done,
    );
  }

  async sample(acknowledged: readonly RingRecord[]): Promise<StageSample> {
    const { world, settings } = this.#phones;
    const up = this.#phones.up().map(([, machine]) => machine);
    const stray = new Set<unknown>(strayPhones(up, settings.successors!));
    const count = new ReplicaCount(up, (machine) => this.#phones.diskOf(machine), settings.replication!);
    return {
      astray: up.filter((machine) => !this.#phones.isMember(machine) || stray.has(machine)).length,
      replicasMissing: count.missing(acknowledged),
      messages: world.phones.reduce((sum, { sent }) => sum + sent, 0),
      bytes: world.network.sentBytes,
    };
  }

  async kept(records: readonly RingRecord[]): Promise<readonly RingRecord[]> {
    const up = this.#phones.up().map(([, machine]) => machine);
    const count = new ReplicaCount(up, (machine) => this.#phones.diskOf(machine), up.length);
    return records.filter((record) => count.copies(record) > 0);
  }

  eventHash(): string {
    return this.#phones.world.engine.logHash.toString(16).padStart(8, '0');
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#waiting.clear();
  }

  /** A goodbye takes a while; what comes next for this phone waits for its end. */
  #leave(phone: number): void {
    const machine = this.#phones.at(phone)!;
    if (!this.#phones.isMember(machine)) {
      this.#end(phone);
      return;
    }
    const later: PopulationEvent[] = [];
    this.#leaving.set(phone, later);
    machine.leave(() => {
      this.#leaving.delete(phone);
      this.#cutShort(phone);
      for (const event of later) this.perform(event);
    });
  }

  #end(phone: number): void {
    this.#phones.silence(phone);
    this.#cutShort(phone);
  }

  #cutShort(phone: number): void {
    const waiting = this.#waiting.get(phone);
    this.#waiting.delete(phone);
    for (const giveUp of waiting ?? []) giveUp();
  }

  #ask<Answer, Outcome>(
    phone: number,
    taskOf: (machine: RecordPhone) => Task<Answer>,
    outcomeOf: (answer: Answer) => Outcome,
    done: (outcome: Outcome | undefined) => void,
  ): void {
    const machine = this.#phones.at(phone);
    if (machine?.isUp !== true) {
      done(undefined);
      return;
    }
    const giveUp = (): void => done(undefined);
    const waiting = this.#waiting.get(phone) ?? new Set();
    this.#waiting.set(phone, waiting.add(giveUp));
    machine.run(taskOf(machine), (answer) => {
      if (waiting.delete(giveUp) && !this.#hasStopped) done(outcomeOf(answer));
    });
  }

  #stagePhone(phone: number, machine: RecordPhone): StagePhone {
    return { phone, id: machine.contact.id, isMember: this.#phones.isMember(machine) };
  }
}
