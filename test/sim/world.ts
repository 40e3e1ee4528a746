/** A population of simulated phones on one network. */
import type { ChordEvent } from '../../services/chord-router/core/event.ts';
import type { RecordKeeping } from '../../services/chord-router/core/node.ts';
import type { LookupOutcome, RingView } from '../../services/chord-router/core/ring-view.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import type { Contact } from '../../services/shared/core/contact.ts';
import type { Task } from '../../services/shared/core/effect.ts';
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { Engine, EPOCH_MS } from './engine.ts';
import { IdealRing } from './ideal.ts';
import { describeNote } from './message-kind.ts';
import { DEFAULT_NETWORK, Network, type NetworkOptions } from './network.ts';
import { type SimDisk, SimPhone } from './phone.ts';

export interface WorldOptions<Records extends RecordKeeping> {
  readonly seed: number;
  readonly settings?: Partial<ChordSettings>;
  readonly network?: Partial<NetworkOptions>;
  readonly keepRecords: (view: RingView) => Records;
  /** Each phone's disk; none by default. */
  readonly diskFor?: (engine: Engine, index: number) => SimDisk;
  /** How many of the last messages are kept for a trace; none by default. */
  readonly traceLength?: number;
  readonly tell?: (index: number, event: ChordEvent) => void;
}

/** Record keeping that keeps nothing. */
export const NO_RECORDS: RecordKeeping = {
  *run(): Task<void> {},
  *handle(): Task<undefined> {},
  *handOver(): Task<void> {},
};

export class World<Records extends RecordKeeping = RecordKeeping> {
  readonly engine: Engine;
  readonly network: Network;
  readonly phones: SimPhone<Records>[] = [];
  readonly random: SeededRandom;
  readonly #options: WorldOptions<Records>;
  readonly #settings: ChordSettings;

  constructor(options: WorldOptions<Records>) {
    this.engine = new Engine(options.seed, options.traceLength);
    this.random = this.engine.random.fork();
    this.network = new Network(this.engine, { ...DEFAULT_NETWORK, ...options.network });
    this.#options = options;
    this.#settings = { ...DEFAULT_SETTINGS, ...options.settings };
  }

  /** A phone that is not started yet, at a random position unless one is given. */
  addPhone(id: Id = this.randomId()): SimPhone<Records> {
    const index = this.phones.length;
    const contact: Contact = { id, address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:7400` };
    const phone = new SimPhone(contact, index, this.engine, this.network, {
      settings: this.#settings,
      keepRecords: this.#options.keepRecords,
      disk: this.#options.diskFor?.(this.engine, index),
      tell: this.#options.tell ?? (() => {}),
    });
    this.phones.push(phone);
    this.network.add(phone);
    return phone;
  }

  /** Starts `count` more phones, `gapMs` apart, through the first phone of this world. */
  startPhones(count: number, gapMs = 0): SimPhone<Records>[] {
    const started: SimPhone<Records>[] = [];
    for (let i = 0; i < count; i++) {
      const phone = this.addPhone();
      const first = this.phones[0]!;
      phone.start(phone === first ? [] : [first.contact.address]);
      started.push(phone);
      if (gapMs > 0) this.engine.runFor(gapMs);
    }
    return started;
  }

  /** Adds `count` phones that form the ideal ring at once, as if they had long been together (ideal.ts). */
  ideal(count: number): SimPhone<Records>[] {
    if (this.phones.some((phone) => phone.isUp)) throw new Error('an ideal ring begins in an empty world');
    const phones = Array.from({ length: count }, () => this.addPhone());
    const ring = new IdealRing(
      phones.map(({ contact }) => contact),
      this.#settings,
      this.random,
    );
    for (const phone of phones) {
      phone.resume(ring.placeOf(phone.contact, ({ id }) => this.network.rttMs(phone, this.network.find(id)!)));
    }
    return phones;
  }

  /** Phones whose process runs, frozen ones too. */
  living(): SimPhone<Records>[] {
    return this.phones.filter((phone) => phone.isUp);
  }

  /** Virtual milliseconds since the world began. */
  get elapsedMs(): number {
    return this.engine.nowMs - EPOCH_MS;
  }

  /** The last messages, oldest first, as lines. */
  trace(): string[] {
    return this.engine.trace().map(describeNote);
  }

  runFor(ms: number): void {
    this.engine.runFor(ms);
  }

  /** Runs until the condition holds; gives the virtual milliseconds it took. Throws when `withinMs` is not enough. */
  runUntil(condition: () => boolean, withinMs: number, what: string): number {
    const startedMs = this.engine.nowMs;
    while (!condition()) {
      if (this.engine.nowMs - startedMs >= withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
      this.engine.runFor(50);
    }
    return this.engine.nowMs - startedMs;
  }

  /** Runs a task on a phone to its end, in virtual time. Throws when `withinMs` is not enough. */
  complete<T>(phone: SimPhone<Records>, task: Task<T>, withinMs = 60_000): T {
    let outcome: { readonly value: T } | undefined;
    phone.run(task, (value) => {
      outcome = { value };
    });
    this.runUntil(() => outcome !== undefined, withinMs, 'a task');
    return outcome!.value;
  }

  lookup(phone: SimPhone<Records>, key: Id): LookupOutcome {
    return this.complete(phone, phone.node.lookup(key));
  }

  randomId(): Id {
    let id = '';
    while (id.length < 32)
      id += this.random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return id as Id;
  }
}

/** A world of phones that keep no records. */
export function ringWorld(options: Omit<WorldOptions<RecordKeeping>, 'keepRecords'>): World {
  return new World({ ...options, keepRecords: () => NO_RECORDS });
}
