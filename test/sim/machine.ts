/** A simulated machine: hosts a phone's node, performs its effects, and can be frozen, killed and started again. */
import type { Contact } from '../../services/shared/core/contact.ts';
import type { CallOutcome, Task } from '../../services/shared/core/effect.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import { type Cancel, type Host, Scheduler } from '../../services/shared/core/scheduler.ts';
import type { Engine } from './engine.ts';
import { CONNECT_REFUSED, IDENTIFY, kindOfRequest, LINK_LOST } from './message-kind.ts';
import type { Network } from './network.ts';

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

export class Machine<Node extends SimNode = SimNode> implements Host {
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
  readonly #links = new Set<Machine>();
  #scheduler: Scheduler;
  #state: 'off' | 'silent' | 'up' | 'frozen' = 'off';
  #wasKilled = false;
  #lateTimers: (() => void)[] = [];
  #backlog: (() => void)[] = [];

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
    for (const peer of this.#links) {
      peer.#links.delete(this);
      if (death === 'process')
        this.#network.send(this, peer, LINK_LOST, () => peer.run(peer.node.linkLost(this.contact)));
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
    const waiting = [...this.#lateTimers, ...this.#backlog];
    this.#lateTimers = [];
    this.#backlog = [];
    for (const run of waiting) run();
  }

  run<T>(task: Task<T>, onDone?: (result: T) => void): void {
    if (!this.isUp) return;
    this.#scheduler.run(task, 'outside', (fiber) => {
      if (!fiber.cancelled) onDone?.(fiber.result as T);
    });
  }

  deliver(arrive: () => void): void {
    if (this.#state === 'frozen') this.#backlog.push(arrive);
    else arrive();
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

  sleep(ms: number, resume: () => void): Cancel {
    let cancelled = false;
    const fire = (): void => {
      if (!cancelled) resume();
    };
    const cancel = this.#engine.after(ms, () => {
      if (this.#state === 'frozen') this.#lateTimers.push(fire);
      else fire();
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }

  call(to: Contact, request: unknown, timeoutMs: number, resume: (outcome: CallOutcome<unknown>) => void): Cancel {
    const { type } = request as SimMessage;
    this.requests.set(type, (this.requests.get(type) ?? 0) + 1);
    const startedMs = this.#engine.nowMs;
    let open = true;
    const finish = (outcome: CallOutcome<unknown>): void => {
      if (!open) return;
      open = false;
      stopTimer();
      resume(outcome);
    };
    const fail = (failure: 'timeout' | 'unreachable' | 'refused'): void =>
      finish({ ok: false, failure, elapsedMs: this.#engine.nowMs - startedMs });
    const stopTimer = this.sleep(timeoutMs, () => fail('timeout'));
    const target = this.#network.find(to.id);
    if (target !== undefined) this.#send(target, request as SimMessage, startedMs, finish, fail);
    return () => {
      open = false;
      stopTimer();
    };
  }

  identify(address: string, timeoutMs: number, resume: (contact: Contact | undefined) => void): Cancel {
    let open = true;
    const finish = (contact: Contact | undefined): void => {
      if (!open) return;
      open = false;
      stopTimer();
      resume(contact);
    };
    const stopTimer = this.sleep(timeoutMs, () => finish(undefined));
    const target = this.#network.at(address);
    if (target !== undefined) {
      this.#network.send(this, target, IDENTIFY, () => {
        this.#network.send(target, this, IDENTIFY, () => finish(target.contact));
      });
    }
    return () => {
      open = false;
      stopTimer();
    };
  }

  store(operation: unknown, resume: (outcome: unknown) => void): void {
    if (this.#options.disk === undefined) throw new Error('this simulated phone has no disk');
    this.#options.disk.perform(operation, resume);
  }

  crashed(error: unknown, label: string): void {
    throw new Error(`a task of phone ${this.index} threw: ${label}`, { cause: error });
  }

  #send(
    target: Machine,
    request: SimMessage,
    startedMs: number,
    finish: (outcome: CallOutcome<unknown>) => void,
    fail: (failure: 'timeout' | 'unreachable' | 'refused') => void,
  ): void {
    const kind = kindOfRequest(request.type);
    if (target.#state === 'off') {
      if (!this.#network.hears(this, target) || !this.#network.hears(target, this)) return;
      this.sent += 1;
      this.#engine.after(2 * this.#network.delayMs(this, target), () => {
        this.#engine.note(CONNECT_REFUSED, this.index, target.index);
        this.deliver(() => fail('unreachable'));
      });
      return;
    }
    this.#network.send(this, target, kind, () => {
      this.#links.add(target);
      target.#links.add(this);
      target.run(target.node.handle(this.contact, request), (reply) => {
        this.#network.send(target, this, kind + 1, () => {
          if (reply.type === 'refused') fail('refused');
          else finish({ ok: true, reply, rttMs: this.#engine.nowMs - startedMs });
        });
      });
    });
  }
}
