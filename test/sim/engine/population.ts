/** A population of simulated machines on one network, whatever nodes they host. */
import type { Task } from '../../../services/shared/core/effect.ts';
import { ID_BYTES, type Id } from '../../../services/shared/core/id.ts';
import type { SeededRandom } from '../../../services/shared/core/random.ts';
import { Engine, EPOCH_MS } from './engine.ts';
import type { Machine } from './machine.ts';
import { describeNote } from './message-kind.ts';
import { DEFAULT_NETWORK, Network, type NetworkOptions } from './network.ts';

export interface PopulationOptions {
  readonly seed: number;
  readonly network?: Partial<NetworkOptions>;
  /** How many of the last messages are kept for a trace; none by default. */
  readonly traceLength?: number;
}

export class Population<Phone extends Machine> {
  readonly engine: Engine;
  readonly network: Network;
  readonly phones: Phone[] = [];
  readonly random: SeededRandom;
  readonly #idBytes = Buffer.alloc(ID_BYTES);

  constructor(options: PopulationOptions) {
    this.engine = new Engine(options.seed, options.traceLength);
    this.random = this.engine.random.fork();
    this.network = new Network(this.engine, { ...DEFAULT_NETWORK, ...options.network });
  }

  /** Takes a machine in; it is not started yet. */
  protected admit(phone: Phone): Phone {
    this.phones.push(phone);
    this.network.add(phone);
    return phone;
  }

  /** The address of the machine with this index. */
  protected addressOf(index: number): string {
    return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:7400`;
  }

  /** Phones whose process runs, frozen ones too. */
  living(): Phone[] {
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
  complete<T>(phone: Phone, task: Task<T>, withinMs = 60_000): T {
    let outcome: { readonly value: T } | undefined;
    phone.run(task, (value) => {
      outcome = { value };
    });
    this.runUntil(() => outcome !== undefined, withinMs, 'a task');
    return outcome!.value;
  }

  randomId(): Id {
    for (let at = 0; at < ID_BYTES; at += 4) this.#idBytes.writeUInt32BE(this.random.below(2 ** 32), at);
    return this.#idBytes.toString('hex') as Id;
  }
}
