/** A world of phones that form a CAN. */
import type { CanView, EntryKeeping } from '../../../services/can-index/core/entry-keeping.ts';
import type { CanEvent } from '../../../services/can-index/core/event.ts';
import type { Found } from '../../../services/can-index/core/message.ts';
import { type CanSettings, DEFAULT_SETTINGS } from '../../../services/can-index/core/settings.ts';
import type { Point } from '../../../services/can-index/core/space/space.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Task } from '../../../services/shared/core/effect.ts';
import { SPAN } from '../../../services/shared/core/torus.ts';
import type { SimDisk } from '../engine/machine.ts';
import { Population, type PopulationOptions } from '../engine/population.ts';
import { CanPhone } from './can-phone.ts';

export interface CanWorldOptions<Entries extends EntryKeeping> extends PopulationOptions {
  readonly settings?: Partial<CanSettings>;
  readonly keepEntries: (view: CanView) => Entries;
  /** What each phone asks as its disk; none by default. */
  readonly diskFor?: () => SimDisk;
  readonly tell?: (index: number, event: CanEvent) => void;
}

/** Keeps no entries. */
export const NO_ENTRIES: EntryKeeping = {
  *run(): Task<void> {},
  *handle(): Task<undefined> {},
  load: () => 0,
  cutFor: () => undefined,
  *moveOut(): Task<void> {},
  *moveIn(): Task<void> {},
};

export class CanWorld<Entries extends EntryKeeping = EntryKeeping> extends Population<CanPhone<Entries>> {
  readonly settings: CanSettings;
  readonly #options: CanWorldOptions<Entries>;

  constructor(options: CanWorldOptions<Entries>) {
    super(options);
    this.#options = options;
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
  }

  /** A phone that is not started yet. */
  addPhone(): CanPhone<Entries> {
    const index = this.phones.length;
    const contact: Contact = { id: this.randomId(), address: this.addressOf(index) };
    const { keepEntries, diskFor, tell = () => {} } = this.#options;
    const options = { settings: this.settings, keepEntries, tell, disk: diskFor?.() };
    return this.admit(new CanPhone(contact, index, this.engine, this.network, options));
  }

  /** Starts `count` more phones, `gapMs` apart, through a random one of those that live. */
  grow(count: number, gapMs = 0): CanPhone<Entries>[] {
    const started: CanPhone<Entries>[] = [];
    for (let i = 0; i < count; i++) {
      const living = this.living();
      const phone = this.addPhone();
      phone.start(living.length === 0 ? [] : [this.random.pick(living).contact.address]);
      started.push(phone);
      if (gapMs > 0) this.runFor(gapMs);
    }
    return started;
  }

  randomPoint(): Point {
    return Array.from({ length: this.settings.axes }, () => this.random.below(SPAN));
  }

  find(phone: CanPhone<Entries>, point: Point): Found {
    return this.complete(phone, phone.node.find(point));
  }
}

export function canWorld(options: Omit<CanWorldOptions<EntryKeeping>, 'keepEntries'>): CanWorld {
  return new CanWorld({ ...options, keepEntries: () => NO_ENTRIES });
}
