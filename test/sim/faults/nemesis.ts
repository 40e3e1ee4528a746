/** Brings the faults of a swarm over a world, each at a time its seed draws, and takes all of them back in the end. */
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import type { Machine } from '../engine/machine.ts';
import type { Population } from '../engine/population.ts';
import type { Fault, Swarm } from './swarm.ts';

const JUMP_MS = 3_600_000;
/** Addresses that a phone that starts is given. */
const ENTRIES = 3;
/** A clock that runs wrong gains or loses up to this share. */
const DRIFT = 0.1;
/** Between the clogs of one swizzle, ms at most. */
const SWIZZLE_STEP_MS = 1_000;
/** Phones a world grows by at most, as a share of what it began with. */
const GROWTH = 1;

/** A phone that faults can strike. */
export interface Victim extends Machine {
  start(seeds: readonly string[]): void;
  leave(): void;
}

/** What faults are brought over. */
export interface Besieged {
  readonly world: Population<Victim> & { addPhone(): Victim };
  /** Phones that take part, none of them frozen or leaving. */
  readonly members: readonly Victim[];
  pick(): Victim;
  /** Dead at a time at most. */
  readonly mostDead: number;
}

export class Nemesis {
  /** What was done, oldest first. */
  readonly deeds: string[] = [];
  readonly #besieged: Besieged;
  readonly #swarm: Swarm;
  readonly #random: SeededRandom;
  /** Phones when the faults began. */
  #began: number | undefined;
  #over = false;
  #isCut = false;

  constructor(besieged: Besieged, swarm: Swarm) {
    this.#besieged = besieged;
    this.#swarm = swarm;
    this.#random = besieged.world.random.fork();
  }

  start(): void {
    this.#began ??= this.#besieged.world.phones.length;
    this.#besieged.world.engine.after(this.#random.exponential(this.#swarm.faultEveryMs), () => {
      if (this.#over) return;
      this.#strike(this.#random.pick(this.#swarm.faults));
      this.start();
    });
  }

  /** No more faults, and those that stand end: what died starts again with its disk; clocks keep their errors. */
  end(): void {
    this.#over = true;
    const { world } = this.#besieged;
    world.network.heal();
    world.network.calm();
    for (const phone of world.phones) {
      phone.thaw();
      phone.setClockRate(1);
      if (phone.wasKilled) this.#restart(phone);
    }
  }

  #strike(fault: Fault): void {
    const { world } = this.#besieged;
    const phone = this.#besieged.members.length > 0 ? this.#besieged.pick() : undefined;
    if (phone === undefined) return;
    const done = this.#bring(fault, phone);
    if (done === undefined) return;
    this.deeds.push(`${(world.elapsedMs / 1000).toFixed(1)} s: ${fault} ${done}`);
  }

  /** Says to whom it was done; undefined when it would have been too much. */
  #bring(fault: Fault, phone: Victim): string | undefined {
    const { world } = this.#besieged;
    switch (fault) {
      case 'kill-process':
      case 'kill-machine':
        return this.#kill(phone, fault === 'kill-process' ? 'process' : 'machine');
      case 'freeze':
        phone.freeze();
        this.#later(() => phone.thaw());
        break;
      case 'leave':
        if (this.#besieged.members.length <= this.#began! / 2) return undefined;
        phone.leave();
        break;
      case 'join': {
        if (world.phones.length >= this.#began! * (1 + GROWTH)) return undefined;
        const joined = world.addPhone();
        joined.start(this.#entriesFor(joined));
        return String(joined.index);
      }
      case 'halves':
      case 'isolate':
        return this.#cut(fault === 'halves' ? Math.floor(world.phones.length / 2) : 1);
      case 'one-way': {
        const other = this.#besieged.pick();
        world.network.deafen(phone, other);
        this.#later(() => world.network.heal());
        return `${phone.index} > ${other.index}`;
      }
      case 'swizzle':
        return this.#swizzle();
      case 'clock-jump':
        phone.clockSkewMs += (2 * this.#random.next() - 1) * JUMP_MS;
        break;
      case 'clock-rate':
        phone.setClockRate(1 + (2 * this.#random.next() - 1) * DRIFT);
        break;
    }
    return String(phone.index);
  }

  #kill(phone: Victim, death: 'process' | 'machine'): string | undefined {
    const dead = this.#besieged.world.phones.filter(({ wasKilled }) => wasKilled).length;
    if (dead >= this.#besieged.mostDead) return undefined;
    phone.kill(death);
    this.#later(() => {
      if (phone.wasKilled) this.#restart(phone);
    });
    return String(phone.index);
  }

  #restart(phone: Victim): void {
    phone.start(this.#entriesFor(phone));
  }

  /** Several, for those that a phone is told of when it starts may leave before it has asked them. */
  #entriesFor(phone: Victim): string[] {
    const others = this.#besieged.world.phones.filter((other) => other !== phone && other.isUp);
    const seeds = this.#random.shuffle(others).slice(0, ENTRIES);
    return seeds.map(({ contact }) => contact.address);
  }

  #cut(count: number): string | undefined {
    if (this.#isCut) return undefined;
    const { world } = this.#besieged;
    const shuffled = this.#random.shuffle(world.phones);
    world.network.partition([shuffled.slice(0, count), shuffled.slice(count)]);
    this.#isCut = true;
    this.#later(() => {
      this.#isCut = false;
      world.network.heal();
    });
    return shuffled
      .slice(0, count)
      .map(({ index }) => index)
      .join(' ');
  }

  /** Clogs some phones one by one in one order, and unclogs them in another. */
  #swizzle(): string {
    const { engine, network, phones } = this.#besieged.world;
    const some = this.#random.shuffle(phones).slice(0, 1 + this.#random.below(phones.length));
    let atMs = 0;
    for (const phone of some) {
      engine.after(atMs, () => {
        if (!this.#over) network.clogging.clog(phone);
      });
      atMs += this.#random.next() * SWIZZLE_STEP_MS;
    }
    for (const phone of this.#random.shuffle(some)) {
      engine.after(atMs, () => network.clogging.unclog(phone));
      atMs += this.#random.next() * SWIZZLE_STEP_MS;
    }
    return some.map(({ index }) => index).join(' ');
  }

  #later(undo: () => void): void {
    const [shortest, longest] = this.#swarm.durationMs;
    this.#besieged.world.engine.after(shortest + this.#random.next() * (longest - shortest), undo);
  }
}
