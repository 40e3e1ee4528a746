/** The simulated network: latency of each link, what becomes of messages on the way, and who cannot hear whom. */
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { Clogging } from './clogging.ts';
import type { Engine } from './engine.ts';
import type { Machine } from './machine.ts';

export interface NetworkOptions {
  /** One-way latency of a link: drawn once from this range. */
  readonly latencyMs: readonly [number, number];
  /** Mean of the exponential addition to each message's latency. */
  readonly jitterMs: number;
  /** Probability that a message is lost. */
  readonly loss: number;
  /** Probability that a message arrives a second time. */
  readonly duplication: number;
  /** Probability that a message is held up, so that later ones overtake it. */
  readonly reordering: number;
  /** Longest hold-up of those and of second copies, ms. */
  readonly holdUpMs: number;
}

export const DEFAULT_NETWORK: NetworkOptions = {
  latencyMs: [5, 40],
  jitterMs: 2,
  loss: 0,
  duplication: 0,
  reordering: 0,
  holdUpMs: 500,
};

export class Network {
  loss: number;
  duplication: number;
  reordering: number;
  readonly clogging = new Clogging();
  /** Messages that were delivered. */
  delivered = 0;
  readonly #engine: Engine;
  readonly #random: SeededRandom;
  readonly #options: NetworkOptions;
  readonly #byId = new Map<Id, Machine>();
  readonly #byAddress = new Map<string, Machine>();
  #groups: Map<Machine, number> | undefined;
  readonly #deaf = new Set<string>();

  constructor(engine: Engine, options: NetworkOptions) {
    this.#engine = engine;
    this.#random = engine.random.fork();
    this.#options = options;
    this.loss = options.loss;
    this.duplication = options.duplication;
    this.reordering = options.reordering;
  }

  add(phone: Machine): void {
    this.#byId.set(phone.contact.id, phone);
    this.#byAddress.set(phone.contact.address, phone);
  }

  find(id: Id): Machine | undefined {
    return this.#byId.get(id);
  }

  at(address: string): Machine | undefined {
    return this.#byAddress.get(address);
  }

  /** Phones in different groups no longer hear each other; those in none hear each other. */
  partition(groups: readonly (readonly Machine[])[]): void {
    this.#groups = new Map(groups.flatMap((group, i) => group.map((phone) => [phone, i + 1] as const)));
  }

  /** Nothing `from` sends reaches `to` any more. */
  deafen(from: Machine, to: Machine): void {
    this.#deaf.add(`${from.index}>${to.index}`);
  }

  /** Ends partitions, deafness and clogs. */
  heal(): void {
    this.#groups = undefined;
    this.#deaf.clear();
    this.clogging.unclogAll();
  }

  /** From now on no message is lost, doubled or held up. */
  calm(): void {
    this.loss = 0;
    this.duplication = 0;
    this.reordering = 0;
  }

  /**
   * Sends a message; `arrive` runs at the other end, unless it is lost on the way or that end is dead by then. It may
   * run twice.
   */
  send(from: Machine, to: Machine, kind: number, arrive: () => void): void {
    from.sent += 1;
    if (this.loss > 0 && this.#random.next() < this.loss) return;
    if (!this.hears(from, to)) return;
    this.#sendOn(from, to, kind, to.incarnation, arrive);
    if (this.duplication > 0 && this.#random.next() < this.duplication) {
      this.#transmit(from, to, kind, to.incarnation, this.#random.next() * this.#options.holdUpMs, arrive);
    }
  }

  #sendOn(from: Machine, to: Machine, kind: number, incarnation: number, arrive: () => void): void {
    const { clogging } = this;
    if (clogging.any && clogging.holds(from, to, () => this.#sendOn(from, to, kind, incarnation, arrive))) return;
    const isHeldUp = this.reordering > 0 && this.#random.next() < this.reordering;
    this.#transmit(from, to, kind, incarnation, isHeldUp ? this.#random.next() * this.#options.holdUpMs : 0, arrive);
  }

  #transmit(from: Machine, to: Machine, kind: number, incarnation: number, heldUpMs: number, arrive: () => void): void {
    this.#engine.after(this.delayMs(from, to) + heldUpMs, () => {
      if (to.incarnation !== incarnation || !to.isUp || !this.hears(from, to)) return;
      this.delivered += 1;
      this.#engine.note(kind, from.index, to.index);
      to.deliver(arrive);
    });
  }

  hears(from: Machine, to: Machine): boolean {
    if (this.#groups !== undefined && (this.#groups.get(from) ?? 0) !== (this.#groups.get(to) ?? 0)) return false;
    return this.#deaf.size === 0 || !this.#deaf.has(`${from.index}>${to.index}`);
  }

  /** A round trip on a good day: without jitter and faults. */
  rttMs(a: Machine, b: Machine): number {
    return 2 * this.#latencyMs(a, b);
  }

  delayMs(from: Machine, to: Machine): number {
    const jitter = this.#options.jitterMs > 0 ? this.#random.exponential(this.#options.jitterMs) : 0;
    return this.#latencyMs(from, to) + jitter;
  }

  #latencyMs(from: Machine, to: Machine): number {
    const [shortest, longest] = this.#options.latencyMs;
    const [low, high] = from.index < to.index ? [from.index, to.index] : [to.index, from.index];
    let mixed = Math.imul(low + 1, 0x9e3779b1) ^ Math.imul(high + 1, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    const share = ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
    return shortest + share * (longest - shortest);
  }
}
