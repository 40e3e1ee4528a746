/** The simulated network: latency of each link, what becomes of messages on the way, and who cannot hear whom. */
import type { Id } from '../../../services/shared/core/id.ts';
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import type { Access } from './access.ts';
import { Clogging } from './clogging.ts';
import { type Engine, SimEvent } from './engine.ts';
import type { CallObserver } from './exchange.ts';
import type { Machine, SimMessage } from './machine.ts';
import type { Processor } from './processor.ts';

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

/** What happens when a message is there; it may happen twice. */
export interface Arrival {
  /** What has a size; what opens and ends links has none. */
  readonly content?: SimMessage;
  arrive(): void;
}

export class Network {
  loss: number;
  duplication: number;
  reordering: number;
  readonly clogging = new Clogging();
  /** Is told of every call, for checkers. */
  observer: CallObserver | undefined;
  /** Decides over each message that is sent: how much longer it takes, ms; Infinity: it is lost. */
  director: ((from: Machine, to: Machine, kind: number) => number) | undefined;
  /** Messages that were delivered. */
  delivered = 0;
  /** Gives the bytes of a message as it would travel; undefined: messages have no size. */
  weigh: ((content: SimMessage) => number) | undefined;
  /** Bytes of the messages that were sent. */
  sentBytes = 0;
  /** What lies between phones and the core of the network; undefined: nothing. */
  access: Access | undefined;
  /** What all machines share to work on; undefined: they take no time for anything. */
  processor: Processor | undefined;
  readonly #engine: Engine;
  readonly #random: SeededRandom;
  readonly #jitterMs: number;
  readonly #holdUpMs: number;
  readonly #shortestMs: number;
  readonly #longestMs: number;
  readonly #byId = new Map<Id, Machine>();
  readonly #byAddress = new Map<string, Machine>();
  readonly #names = new Map<string, readonly string[]>();
  #groups: Map<Machine, number> | undefined;
  readonly #deaf = new Set<string>();
  #healedAtMs = Number.NEGATIVE_INFINITY;

  constructor(engine: Engine, options: NetworkOptions) {
    this.#engine = engine;
    this.#random = engine.random.fork();
    this.#jitterMs = options.jitterMs;
    this.#holdUpMs = options.holdUpMs;
    [this.#shortestMs, this.#longestMs] = options.latencyMs;
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

  /** Who has the address; of a name's addresses the first that is not the asking phone's own and has a process. */
  at(address: string, asking: string): Machine | undefined {
    const addresses = this.#names.get(address);
    if (addresses === undefined) return this.#byAddress.get(address);
    const others = addresses.filter((each) => each !== asking).map((each) => this.#byAddress.get(each));
    return others.find((machine) => machine?.isUp);
  }

  /** From now on a name stands for these addresses. */
  setName(name: string, addresses: readonly string[]): void {
    this.#names.set(name, addresses);
  }

  resolve(address: string): readonly string[] {
    return this.#names.get(address) ?? [address];
  }

  /** Phones in different groups no longer hear each other; those in none hear each other. */
  partition(groups: readonly (readonly Machine[])[]): void {
    this.#groups = new Map(groups.flatMap((group, i) => group.map((phone) => [phone, i + 1] as const)));
  }

  /** Nothing `from` sends reaches `to` any more. */
  deafen(from: Machine, to: Machine): void {
    this.#deaf.add(`${from.index}>${to.index}`);
  }

  /** How long everybody has heard everybody, ms; 0 while somebody does not. */
  get wholeForMs(): number {
    return this.#isCut ? 0 : this.#engine.nowMs - this.#healedAtMs;
  }

  get #isCut(): boolean {
    return this.#groups !== undefined || this.#deaf.size > 0;
  }

  /** Ends partitions, deafness and clogs. */
  heal(): void {
    if (this.#isCut) this.#healedAtMs = this.#engine.nowMs;
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

  /** Sends a message, which may be lost on the way, or come to an end that is dead by then. */
  send(from: Machine, to: Machine, kind: number, arrival: Arrival): void {
    from.sent += 1;
    const bytes = this.#bytesOf(arrival);
    this.sentBytes += bytes;
    if (this.loss > 0 && this.#random.next() < this.loss) return;
    if (!this.hears(from, to)) return;
    const heldUpMs = this.director?.(from, to, kind) ?? 0;
    if (heldUpMs === Number.POSITIVE_INFINITY) return;
    const message = new Message(this, from, to, kind, bytes, arrival);
    this.#sendOn(message, heldUpMs);
    if (this.duplication > 0 && this.#random.next() < this.duplication) {
      this.#transmit(message.copy(), this.#random.next() * this.#holdUpMs);
    }
  }

  #bytesOf({ content }: Arrival): number {
    return this.weigh === undefined || content === undefined ? 0 : this.weigh(content);
  }

  #sendOn(message: Message, directedMs: number): void {
    if (this.clogging.any && this.#isHeld(message, directedMs)) return;
    const isHeldUp = this.reordering > 0 && this.#random.next() < this.reordering;
    this.#transmit(message, directedMs + (isHeldUp ? this.#random.next() * this.#holdUpMs : 0));
  }

  #isHeld(message: Message, directedMs: number): boolean {
    return this.clogging.holds(message.from, message.to, () => this.#sendOn(message, directedMs));
  }

  #transmit(message: Message, heldUpMs: number): void {
    const delayMs = this.delayMs(message.from, message.to) + heldUpMs;
    if (this.access === undefined) this.#engine.schedule(delayMs, message);
    else this.access.carry(message, delayMs);
  }

  /** For messages alone: counts one that has come to the end of its way. */
  noteDelivery({ kind, from, to }: Message): void {
    this.delivered += 1;
    this.#engine.note(kind, from.index, to.index);
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
    const jitter = this.#jitterMs > 0 ? this.#random.exponential(this.#jitterMs) : 0;
    return this.#latencyMs(from, to) + jitter;
  }

  #latencyMs(from: Machine, to: Machine): number {
    const low = Math.min(from.index, to.index);
    const high = Math.max(from.index, to.index);
    let mixed = Math.imul(low + 1, 0x9e3779b1) ^ Math.imul(high + 1, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    const share = ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
    const coreMs = this.#shortestMs + share * (this.#longestMs - this.#shortestMs);
    return this.access === undefined ? coreMs : coreMs + this.access.latencyMs(from, to);
  }
}

/** A message on its way to one life of a phone. */
export class Message extends SimEvent {
  readonly from: Machine;
  readonly to: Machine;
  readonly kind: number;
  readonly bytes: number;
  readonly #network: Network;
  readonly #incarnation: number;
  readonly #arrival: Arrival;

  constructor(network: Network, from: Machine, to: Machine, kind: number, bytes: number, arrival: Arrival) {
    super();
    this.#network = network;
    this.from = from;
    this.to = to;
    this.kind = kind;
    this.bytes = bytes;
    this.#incarnation = to.incarnation;
    this.#arrival = arrival;
  }

  copy(): Message {
    return new Message(this.#network, this.from, this.to, this.kind, this.bytes, this.#arrival);
  }

  happen(): void {
    const { from, to } = this;
    if (to.incarnation !== this.#incarnation || !to.isUp || !this.#network.hears(from, to)) return;
    this.#network.noteDelivery(this);
    to.deliver(this.#arrival);
  }
}
