/** A simulated machine: hosts a phone's node, performs its effects, and can be frozen, killed and started again. */
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { CallOutcome, Task } from '../../../services/shared/core/effect.ts';
import { OneOutcome } from '../../../services/shared/core/one-outcome.ts';
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import { type Host, type Pending, Scheduler, type Waiter } from '../../../services/shared/core/scheduler.ts';
import type { Engine } from './engine.ts';
import { Exchange } from './exchange.ts';
import { LinkSet } from './link-set.ts';
import { CONNECT_REFUSED, IDENTIFY, LINK_LOST } from './message-kind.ts';
import type { Arrival, Network } from './network.ts';
import { Timer, type TimerOwner } from './timer.ts';

/** A phone's disk, which outlives the phone's process. */
export interface SimDisk {
  perform(operation: unknown, done: (outcome: unknown) => void): void;
  /** The process was killed: what was not yet acknowledged may be lost. */
  crash(): void;
}

/** A request or a reply as it goes over the network. */
export interface SimMessage {
  readonly type: string;
}

/** What runs on a machine: one phone's protocol core. A reply of type `refused` ends the call as refused. */
export interface SimNode {
  handle(from: Contact, request: SimMessage): Task<SimMessage>;
  linkLost(contact: Contact): Task<void>;
}

export interface MachineOptions<Node extends SimNode> {
  /** A node with an empty memory, for each start of the process. */
  readonly newNode: () => Node;
  readonly disk: SimDisk | undefined;
}

/** `process`: its machine refuses connections and open links break. `machine`: silence. */
export type Death = 'process' | 'machine';

export class Machine<Node extends SimNode = SimNode> implements Host, TimerOwner {
  readonly contact: Contact;
  readonly index: number;
  /** Messages sent, requests and replies. */
  sent = 0;
  /** Requests sent, by type. */
  readonly requests = new Map<string, number>();
  incarnation = 0;
  /** How far its clock is wrong, ms; may be set. */
  clockSkewMs = 0;
  #clockRate = 1;
  #rateSinceMs = 0;
  node: Node;
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #random: SeededRandom;
  readonly #options: MachineOptions<Node>;
  readonly #links = new LinkSet();
  #scheduler: Scheduler;
  #state: 'off' | 'silent' | 'up' | 'frozen' = 'off';
  #wasKilled = false;
  #lateTimers: Timer[] = [];
  #backlog: Arrival[] = [];

  constructor(contact: Contact, index: number, engine: Engine, network: Network, options: MachineOptions<Node>) {
    this.contact = contact;
    this.index = index;
    this.#engine = engine;
    this.#network = network;
    this.#random = engine.random.fork();
    this.#options = options;
    this.#scheduler = new Scheduler(this);
    this.node = options.newNode();
  }

  /** The process runs or is frozen. */
  get isUp(): boolean {
    return this.#state === 'up' || this.#state === 'frozen';
  }

  /** It was killed and not started again; false of one that left. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen';
  }

  /** Starts the process anew: its memory is empty, its id and its disk are what they were. */
  protected boot(firstTask: (node: Node) => Task<unknown>): void {
    this.incarnation += 1;
    this.#state = 'up';
    this.#wasKilled = false;
    this.#scheduler = new Scheduler(this);
    this.node = this.#options.newNode();
    this.#scheduler.run(firstTask(this.node), 'node');
  }

  kill(death: Death = 'process'): void {
    this.end(death);
    this.#wasKilled = true;
  }

  /** The process is over, however it came to that. */
  protected end(death: Death): void {
    this.#state = death === 'process' ? 'off' : 'silent';
    this.incarnation += 1;
    this.#scheduler.stop();
    this.#options.disk?.crash();
    this.#lateTimers = [];
    this.#backlog = [];
    for (const peer of this.#links.all()) {
      peer.#links.delete(this);
      if (death === 'process')
        this.#network.send(this, peer, LINK_LOST, { arrive: () => peer.run(peer.node.linkLost(this.contact)) });
    }
    this.#links.clear();
  }

  freeze(): void {
    if (this.#state === 'up') this.#state = 'frozen';
  }

  /** Goes on; as in a real process, timers that are due fire before what has arrived is read. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'up';
    const timers = this.#lateTimers;
    const arrivals = this.#backlog;
    this.#lateTimers = [];
    this.#backlog = [];
    for (const timer of timers) timer.fire();
    for (const arrival of arrivals) arrival.arrive();
  }

  run<T>(task: Task<T>, onDone?: (result: T) => void): void {
    if (!this.isUp) return;
    this.#scheduler.run(task, 'outside', (fiber) => {
      if (!fiber.cancelled) onDone?.(fiber.result as T);
    });
  }

  deliver(arrival: Arrival): void {
    const { processor } = this.#network;
    if (processor === undefined) this.#take(arrival);
    else processor.message(this.#whileThisLife(() => this.#take(arrival)));
  }

  due(timer: Timer): void {
    const { processor } = this.#network;
    if (processor === undefined) this.#fire(timer);
    else processor.timer(this.#whileThisLife(() => this.#fire(timer)));
  }

  #take(arrival: Arrival): void {
    if (this.#state === 'frozen') this.#backlog.push(arrival);
    else arrival.arrive();
  }

  #fire(timer: Timer): void {
    if (this.#state === 'frozen') this.#lateTimers.push(timer);
    else timer.fire();
  }

  /** What waits for the processor when the process ends is never done. */
  #whileThisLife(work: () => void): () => void {
    const { incarnation } = this;
    return () => {
      if (this.incarnation === incarnation) work();
    };
  }

  /** Answers a request that has come over a link, which is open from now on. */
  serve(from: Machine, request: SimMessage, reply: (reply: SimMessage) => void): void {
    from.#links.add(this);
    this.#links.add(from);
    this.run(this.node.handle(from.contact, request), reply);
  }

  now(): number {
    const { nowMs } = this.#engine;
    return nowMs + this.clockSkewMs + (this.#clockRate - 1) * (nowMs - this.#rateSinceMs);
  }

  /** From now on its clock shows this many milliseconds a millisecond; what it has gained or lost stays. */
  setClockRate(rate: number): void {
    const { nowMs } = this.#engine;
    this.clockSkewMs = this.now() - nowMs;
    this.#clockRate = rate;
    this.#rateSinceMs = nowMs;
  }

  random(): number {
    return this.#random.next();
  }

  sleep(ms: number, waiter: Waiter<undefined>): Pending {
    return new Timer(this.#engine, this, ms, waiter);
  }

  call(to: Contact, request: unknown, timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending {
    const { type } = request as SimMessage;
    this.requests.set(type, (this.requests.get(type) ?? 0) + 1);
    const target = this.#network.find(to.id);
    if (target === undefined) {
      const outcome = { ok: false, failure: 'timeout', elapsedMs: timeoutMs } as const;
      return this.sleep(timeoutMs, { resume: () => waiter.resume(outcome) });
    }
    const ends = [this, target] as const;
    const exchange = new Exchange(this.#engine, this.#network, ends, request as SimMessage, timeoutMs, waiter);
    if (target.#state === 'off') this.#beRefused(target, exchange);
    else exchange.send();
    return exchange;
  }

  identify(address: string, timeoutMs: number, waiter: Waiter<Contact | undefined>): Pending {
    const outcome = new OneOutcome(waiter);
    const timer = this.sleep(timeoutMs, outcome);
    const target = this.#network.at(address, this.contact.address);
    if (target !== undefined) {
      this.#network.send(this, target, IDENTIFY, {
        arrive: () => this.#network.send(target, this, IDENTIFY, { arrive: () => outcome.resume(target.contact) }),
      });
    }
    return outcome.stopBy(() => timer.cancel());
  }

  resolve(address: string, waiter: Waiter<readonly string[]>): Pending {
    const timer = this.sleep(0, { resume: () => waiter.resume(this.#network.resolve(address)) });
    return { cancel: () => timer.cancel() };
  }

  store(operation: unknown, waiter: Waiter<unknown>): void {
    if (this.#options.disk === undefined) throw new Error('this simulated phone has no disk');
    this.#options.disk.perform(operation, (outcome) => waiter.resume(outcome));
  }

  crashed(error: unknown, label: string): void {
    throw new Error(`a task of phone ${this.index} threw: ${label}`, { cause: error });
  }

  /** Its machine is there, but no process listens. */
  #beRefused(target: Machine, exchange: Exchange): void {
    if (!this.#network.hears(this, target) || !this.#network.hears(target, this)) return;
    this.sent += 1;
    this.#engine.after(2 * this.#network.delayMs(this, target), () => {
      this.#engine.note(CONNECT_REFUSED, this.index, target.index);
      this.deliver({ arrive: () => exchange.fail('unreachable') });
    });
  }
}
