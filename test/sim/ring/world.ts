/** A world of phones that form a ring. */
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import type { RecordKeeping } from '../../../services/chord-router/core/node.ts';
import type { LookupOutcome, RingView } from '../../../services/chord-router/core/ring-view.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Task } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import type { Engine } from '../engine/engine.ts';
import type { SimDisk } from '../engine/machine.ts';
import { Population, type PopulationOptions } from '../engine/population.ts';
import { IdealRing } from './ideal.ts';
import { SimPhone } from './phone.ts';

export interface WorldOptions<Records extends RecordKeeping> extends PopulationOptions {
  readonly settings?: Partial<ChordSettings>;
  readonly keepRecords: (view: RingView) => Records;
  /** Each phone's disk; none by default. */
  readonly diskFor?: (engine: Engine, index: number) => SimDisk;
  readonly tell?: (index: number, event: ChordEvent) => void;
}

/** Record keeping that keeps nothing. */
const NO_RECORDS: RecordKeeping = {
  *run(): Task<void> {},
  *handle(): Task<undefined> {},
  *broughtOver(): Task<void> {},
  *handOver(): Task<void> {},
};

export class World<Records extends RecordKeeping = RecordKeeping> extends Population<SimPhone<Records>> {
  readonly #options: WorldOptions<Records>;
  readonly #settings: ChordSettings;

  constructor(options: WorldOptions<Records>) {
    super(options);
    this.#options = options;
    this.#settings = { ...DEFAULT_SETTINGS, ...options.settings };
  }

  /** A phone that is not started yet, at a random position unless one is given. */
  addPhone(id: Id = this.randomId()): SimPhone<Records> {
    const index = this.phones.length;
    const contact: Contact = { id, address: this.addressOf(index) };
    const phone = new SimPhone(contact, index, this.engine, this.network, {
      settings: this.#settings,
      keepRecords: this.#options.keepRecords,
      disk: this.#options.diskFor?.(this.engine, index),
      tell: this.#options.tell ?? (() => {}),
    });
    return this.admit(phone);
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

  /**
   * Adds `count` phones that form the ideal ring at once, as if they had long been together (ideal.ts). `connect` gives
   * each its way into the network, for they know each other's round trips.
   */
  ideal(count: number, connect: (phone: SimPhone<Records>, index: number) => void = () => {}): SimPhone<Records>[] {
    if (this.phones.some((phone) => phone.isUp)) throw new Error('an ideal ring begins in an empty world');
    const phones = Array.from({ length: count }, () => this.addPhone());
    for (const [index, phone] of phones.entries()) connect(phone, index);
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

  lookup(phone: SimPhone<Records>, key: Id): LookupOutcome {
    return this.complete(phone, phone.node.lookup(key));
  }
}

/** A world of phones that keep no records. */
export function ringWorld(options: Omit<WorldOptions<RecordKeeping>, 'keepRecords'>): World {
  return new World({ ...options, keepRecords: () => NO_RECORDS });
}
