/** The host that performs effects for real: the wall clock, timers, the links to other phones and the disk. */
import { randomInt } from 'node:crypto';
import type { Contact } from '../core/contact.ts';
import type { CallOutcome } from '../core/effect.ts';
import { OneOutcome } from '../core/one-outcome.ts';
import { SeededRandom } from '../core/random.ts';
import type { Cancel, Host, Pending, Waiter } from '../core/scheduler.ts';
import { resolveAddress } from './network/resolve-address.ts';
import { SteadyClock } from './steady-clock.ts';

/** How calls reach other phones. `done` is called exactly once unless cancelled first; it may be called at once. */
export interface PeerPort {
  call(to: Contact, request: unknown, timeoutMs: number, done: (outcome: CallOutcome<unknown>) => void): Cancel;
  identify(address: string, timeoutMs: number, done: (contact: Contact | undefined) => void): Cancel;
}

/** Performs a storage operation; `done` is called exactly once, it may be called at once. */
export type StorePort = (operation: unknown, done: (outcome: unknown) => void) => void;

export interface NodeHostOptions {
  readonly peers: PeerPort;
  readonly store: StorePort;
  /** A task threw: a defect. */
  readonly crashed: (error: unknown, label: string) => void;
  readonly clock?: SteadyClock;
}

/** Longest delay of one Node timer, in ms; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

export class NodeHost implements Host {
  readonly #peers: PeerPort;
  readonly #store: StorePort;
  readonly #clock: SteadyClock;
  /** Chance for jitter and choice, not for secrets: seeded once from the system's entropy. */
  readonly #random = new SeededRandom(randomInt(2 ** 32));
  readonly crashed: (error: unknown, label: string) => void;

  constructor(options: NodeHostOptions) {
    this.#peers = options.peers;
    this.#store = options.store;
    this.#clock = options.clock ?? new SteadyClock();
    this.crashed = options.crashed;
  }

  now(): number {
    return this.#clock.now();
  }

  random(): number {
    return this.#random.next();
  }

  sleep(ms: number, waiter: Waiter<undefined>): Pending {
    return new Timer(ms, waiter);
  }

  call(to: Contact, request: unknown, timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending {
    const outcome = new OneOutcome(waiter);
    return outcome.stopBy(this.#peers.call(to, request, timeoutMs, (brought) => outcome.resume(brought)));
  }

  identify(address: string, timeoutMs: number, waiter: Waiter<Contact | undefined>): Pending {
    const outcome = new OneOutcome(waiter);
    return outcome.stopBy(this.#peers.identify(address, timeoutMs, (contact) => outcome.resume(contact)));
  }

  resolve(address: string, waiter: Waiter<readonly string[]>): Pending {
    const outcome = new OneOutcome(waiter);
    resolveAddress(address, (addresses) => outcome.resume(addresses));
    return outcome;
  }

  store(operation: unknown, waiter: Waiter<unknown>): void {
    this.#store(operation, (outcome) => waiter.resume(outcome));
  }
}

class Timer implements Pending {
  readonly #timeout: NodeJS.Timeout;

  constructor(ms: number, waiter: Waiter<undefined>) {
    this.#timeout = setTimeout(resume, Math.min(ms, LONGEST_TIMER_MS), waiter);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}

function resume(waiter: Waiter<undefined>): void {
  waiter.resume(undefined);
}
