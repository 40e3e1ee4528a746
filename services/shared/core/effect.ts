/**
 * Effects: everything the protocol asks of the world, as plain data.
 *
 * An operation of several steps is a generator that yields effects and is resumed with their outcomes, so it
 * reads top to bottom like async code while nothing asynchronous, no clock, no dice, no wire and no disk can
 * leak in. The same operation runs over gRPC and the wall clock (shared/runtime) and in virtual time (test/sim).
 * Why: docs/decisions/effects-as-data.md.
 *
 *     function* greet(phone: Contact): Task<number> {
 *       const outcome = yield* call<Ping, Pong>(phone, { type: 'ping' }, 500);
 *       return outcome.ok ? outcome.rttMs : Infinity;
 *     }
 */
import type { Contact } from './contact.ts';

/** An operation that yields effects and ends with a T: a generator, or what does one effect. */
export interface Task<T> {
  next(outcome?: unknown): IteratorResult<Effect, T>;
  return(value: T): IteratorResult<Effect, T>;
  throw(error: unknown): IteratorResult<Effect, T>;
  [Symbol.iterator](): Task<T>;
}

export type Effect =
  | { readonly kind: 'now' }
  | { readonly kind: 'random' }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'wait'; readonly signal: Signal; readonly timeoutMs: number | undefined }
  | { readonly kind: 'call'; readonly to: Contact; readonly request: unknown; readonly timeoutMs: number }
  | { readonly kind: 'identify'; readonly address: string; readonly timeoutMs: number }
  | { readonly kind: 'resolve'; readonly address: string }
  | { readonly kind: 'store'; readonly operation: unknown }
  | { readonly kind: 'spawn'; readonly task: Task<unknown>; readonly label: string; readonly detached: boolean }
  | { readonly kind: 'first'; readonly fibers: readonly Fiber<unknown>[] }
  | { readonly kind: 'cancel'; readonly fiber: Fiber<unknown> };

/** Why a call brought no reply. `refused`: the other end answered that it will not serve this caller or request. */
export type CallFailure = 'timeout' | 'unreachable' | 'refused';

export type CallOutcome<Reply> =
  | { readonly ok: true; readonly reply: Reply; readonly rttMs: number }
  | { readonly ok: false; readonly failure: CallFailure; readonly elapsedMs: number };

/** A running task. Its result is there once `done` is true. */
export interface Fiber<T> {
  readonly label: string;
  readonly done: boolean;
  readonly cancelled: boolean;
  /** The task's result; undefined while it runs and when it was cancelled or failed. */
  readonly result: T | undefined;
  /** What the task threw, if it did. */
  readonly error: unknown;
}

/** Wakes the tasks that wait on it: at most one wake-up a wait, none remembered. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** For the scheduler: calls `wake` at the next notify; returns how to give up waiting. */
  subscribe(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }
}

/**
 * The task of one effect, which ends with its outcome. Most tasks are made of these, and a generator would take twice
 * the time and memory.
 */
class Single<T> implements Task<T> {
  #effect: Effect | undefined;

  constructor(effect: Effect) {
    this.#effect = effect;
  }

  next(outcome?: unknown): IteratorResult<Effect, T> {
    const effect = this.#effect;
    if (effect === undefined) return { done: true, value: outcome as T };
    this.#effect = undefined;
    return { done: false, value: effect };
  }

  return(value: T): IteratorResult<Effect, T> {
    this.#effect = undefined;
    return { done: true, value };
  }

  throw(error: unknown): never {
    throw error;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** The task that has ended with this before it began. */
class Ended<T> implements Task<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  next(): IteratorResult<Effect, T> {
    return { done: true, value: this.#value };
  }

  return(value: T): IteratorResult<Effect, T> {
    return { done: true, value };
  }

  throw(error: unknown): never {
    throw error;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** For operations that sometimes need no effect at all. */
export function ended<T>(value: T): Task<T> {
  return new Ended(value);
}

const NOW: Effect = { kind: 'now' };
const RANDOM: Effect = { kind: 'random' };

/** Milliseconds since the Unix epoch, by this phone's clock; it may jump. */
export function now(): Task<number> {
  return new Single(NOW);
}

/** A number in [0, 1). */
export function random(): Task<number> {
  return new Single(RANDOM);
}

export function sleep(ms: number): Task<void> {
  return new Single({ kind: 'sleep', ms });
}

/** Waits for the signal's next notify. True when it came, false when `timeoutMs` ran out first. */
export function waitFor(signal: Signal, timeoutMs?: number): Task<boolean> {
  return new Single({ kind: 'wait', signal, timeoutMs });
}

/** Asks another phone. Never throws for the other end's sake: a failure is an outcome. */
export function call<Request, Reply>(to: Contact, request: Request, timeoutMs: number): Task<CallOutcome<Reply>> {
  return new Single({ kind: 'call', to, request, timeoutMs });
}

/** Finds out which phone listens at an address, by opening a link to it; undefined when none answers. */
export function identify(address: string, timeoutMs: number): Task<Contact | undefined> {
  return new Single({ kind: 'identify', address, timeoutMs });
}

/**
 * The addresses that a `host:port` stands for, as canonical `ip:port` in the order of their text: several where the host
 * is a name with several, none where nobody knows the name.
 */
export function resolve(address: string): Task<readonly string[]> {
  return new Single({ kind: 'resolve', address });
}

/** Asks the disk. The outcome's type belongs to the operation (see the store port of the service). */
export function store<Operation, Outcome>(operation: Operation): Task<Outcome> {
  return new Single({ kind: 'store', operation });
}

/** Starts a child; it is cancelled when the task that started it ends. */
export function spawn<T>(task: Task<T>, label: string): Task<Fiber<T>> {
  return new Single({ kind: 'spawn', task, label, detached: false });
}

/** Starts a task that outlives the one that started it. */
export function detach<T>(task: Task<T>, label: string): Task<Fiber<T>> {
  return new Single({ kind: 'spawn', task, label, detached: true });
}

/** Waits until one of the fibers is done; of several, the earliest in the list. The list must not be empty. */
export function first<T>(fibers: readonly Fiber<T>[]): Task<Fiber<T>> {
  return new Single({ kind: 'first', fibers });
}

/** Waits for all of the fibers. */
export function* all<T>(fibers: readonly Fiber<T>[]): Task<void> {
  for (const fiber of fibers) {
    if (!fiber.done) yield { kind: 'first', fibers: [fiber] };
  }
}

/** Ends a fiber where it waits; its `finally` blocks run. No effect on one that is done. */
export function cancel(fiber: Fiber<unknown>): Task<void> {
  return new Single({ kind: 'cancel', fiber });
}
