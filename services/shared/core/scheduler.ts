/**
 * Runs tasks: resumes each with the outcomes of the effects it yields.
 *
 * The scheduler itself knows no clock and no wire; a host performs the leaf effects. Both hosts, the one over
 * gRPC (shared/runtime/host.ts) and the one in virtual time (test/sim), run tasks through this one file, so the
 * two can only differ in what the world answers. Between two yields a task is alone: state it changes is
 * changed at once. That is why a wake-up (a signal that a task notifies, a child that ends) never runs another task
 * in the middle of the one that caused it: it waits in a queue until that one has yielded.
 */
import { assert } from './assert.ts';
import type { Contact } from './contact.ts';
import type { CallOutcome, Effect, Fiber, Signal, Task } from './effect.ts';
import { NOT_READY, type Pending, RunningFiber, type Waiter } from './fiber.ts';

export type { Pending, Waiter } from './fiber.ts';

/** Stops something that was started; has no effect once it has finished. */
export type Cancel = () => void;

/** What the world does for tasks. A waiter is resumed exactly once, unless cancelled first; it may be resumed at once. */
export interface Host {
  now(): number;
  random(): number;
  sleep(ms: number, waiter: Waiter<undefined>): Pending;
  call(to: Contact, request: unknown, timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending;
  identify(address: string, timeoutMs: number, waiter: Waiter<Contact | undefined>): Pending;
  resolve(address: string, waiter: Waiter<readonly string[]>): Pending;
  /** Storage is never cancelled: what was asked for happens. */
  store(operation: unknown, waiter: Waiter<unknown>): void;
  /** A task threw: a defect of this program, never of its input. Its fiber has the error, too. */
  crashed(error: unknown, label: string): void;
}

/** Runs the `finally` blocks of a cancelled task. */
function unwind(fiber: RunningFiber): void {
  try {
    const end = fiber.task.return(undefined);
    assert(end.done === true, `a finally block of ${fiber.label} yields`);
  } catch (error) {
    fiber.error = error;
  }
}

function* nothing(): Task<void> {}

type LeafEffect = Extract<Effect, { kind: 'call' | 'sleep' | 'wait' | 'identify' | 'resolve' | 'store' }>;

export class Scheduler {
  readonly #host: Host;
  /** Parent of the tasks that stand on their own; never runs itself. */
  readonly #root: RunningFiber;
  /** Tasks whose outcome is there and, behind each, its outcome, in the order in which they came. */
  readonly #ready: unknown[] = [];
  /** Where in `#ready` they begin and end. */
  #readyFrom = 0;
  #readyTo = 0;
  /** How many tasks are being advanced, one inside the other: a task and the children it is just starting. */
  #depth = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#root = new RunningFiber(nothing(), 'root', this);
  }

  /** Starts a task that stands on its own. `onDone` gets its fiber when it has ended in whatever way. */
  run<T>(task: Task<T>, label: string, onDone?: (fiber: Fiber<T>) => void): Fiber<T> {
    const fiber = new RunningFiber(task, label, this);
    fiber.onDone = onDone as RunningFiber['onDone'];
    this.#root.adopt(fiber);
    this.#advance(fiber, undefined);
    this.#drain();
    return fiber as Fiber<T>;
  }

  /** Ends a fiber and its children where they wait. Their `finally` blocks run, but cannot wait for anything. */
  cancel(fiber: Fiber<unknown>): void {
    this.#cancelAll([fiber as RunningFiber]);
  }

  /** Ends everything that runs. */
  stop(): void {
    this.#cancelAll(this.#root.children);
  }

  /** Whoever waits for their ends goes on when all have ended. */
  #cancelAll(fibers: readonly RunningFiber[]): void {
    this.#depth += 1;
    try {
      for (const fiber of fibers) this.#cancel(fiber);
    } finally {
      this.#depth -= 1;
    }
    this.#drain();
  }

  /** For fibers alone: goes on with one now, or as soon as the task that runs now has yielded. */
  goOn(fiber: RunningFiber, outcome: unknown): void {
    if (this.#depth === 0 && this.#readyFrom === this.#readyTo) {
      this.#advance(fiber, outcome);
    } else {
      this.#ready[this.#readyTo++] = fiber;
      this.#ready[this.#readyTo++] = outcome;
    }
    this.#drain();
  }

  #drain(): void {
    if (this.#depth > 0 || this.#readyTo === 0) return;
    const ready = this.#ready;
    while (this.#readyFrom < this.#readyTo) {
      const at = this.#readyFrom;
      const fiber = ready[at] as RunningFiber;
      const outcome = ready[at + 1];
      ready[at] = undefined;
      ready[at + 1] = undefined;
      this.#readyFrom = at + 2;
      this.#advance(fiber, outcome);
    }
    this.#readyFrom = 0;
    this.#readyTo = 0;
  }

  #advance(fiber: RunningFiber, input: unknown): void {
    this.#depth += 1;
    try {
      this.#step(fiber, input);
    } finally {
      this.#depth -= 1;
    }
  }

  /** Goes on with outcomes for as long as they are there at once, so that a long task needs no deep stack. */
  #step(fiber: RunningFiber, input: unknown): void {
    let outcome = input;
    while (!fiber.done) {
      let step: IteratorResult<Effect, unknown>;
      fiber.executing = true;
      try {
        step = fiber.task.next(outcome);
      } catch (error) {
        fiber.error = error;
        this.#finish(fiber);
        return;
      } finally {
        fiber.executing = false;
      }
      if (fiber.done) {
        unwind(fiber); // cancelled by what it called, as when an event stops the phone
        return;
      }
      if (step.done === true) {
        fiber.result = step.value;
        this.#finish(fiber);
        return;
      }
      outcome = this.#perform(fiber, step.value);
      if (outcome === NOT_READY) return;
    }
  }

  #perform(fiber: RunningFiber, effect: Effect): unknown {
    switch (effect.kind) {
      case 'now':
        return this.#host.now();
      case 'random':
        return this.#host.random();
      case 'spawn':
        return this.#spawn(effect.detached ? this.#root : fiber, effect.task, effect.label);
      case 'first':
        return firstOf(fiber, effect.fibers as readonly RunningFiber[]);
      case 'cancel':
        this.#cancel(effect.fiber as RunningFiber);
        return undefined;
      default:
        fiber.beginWait();
        return fiber.endOfStart(this.#start(fiber, effect));
    }
  }

  /** Has the world do something that resumes the waiter. */
  #start(waiter: Waiter<unknown>, effect: LeafEffect): Pending | undefined {
    switch (effect.kind) {
      case 'call':
        return this.#host.call(effect.to, effect.request, effect.timeoutMs, waiter);
      case 'sleep':
        return this.#host.sleep(effect.ms, waiter);
      case 'wait':
        return new SignalWait(this.#host, effect.signal, effect.timeoutMs, waiter);
      case 'identify':
        return this.#host.identify(effect.address, effect.timeoutMs, waiter);
      case 'resolve':
        return this.#host.resolve(effect.address, waiter);
      case 'store':
        this.#host.store(effect.operation, waiter);
        return undefined;
    }
  }

  #spawn(parent: RunningFiber, task: Task<unknown>, label: string): RunningFiber {
    const child = new RunningFiber(task, label, this);
    parent.adopt(child);
    this.#advance(child, undefined);
    return child;
  }

  #cancel(fiber: RunningFiber): void {
    if (fiber.done) return;
    fiber.cancelled = true;
    fiber.stopWaiting();
    if (!fiber.executing) unwind(fiber);
    this.#finish(fiber);
  }

  #finish(fiber: RunningFiber): void {
    fiber.done = true;
    for (let child = fiber.firstChild; child !== undefined; child = fiber.firstChild) this.#cancel(child);
    fiber.leaveParent();
    if (fiber.error !== undefined) this.#host.crashed(fiber.error, fiber.label);
    fiber.onDone?.(fiber);
    fiber.wakeWatchers();
  }
}

function firstOf(fiber: RunningFiber, fibers: readonly RunningFiber[]): unknown {
  assert(fibers.length > 0, 'waiting for the first of no fibers');
  const ended = fibers.find(({ done }) => done);
  if (ended !== undefined) return ended;
  fiber.watch(fibers);
  return NOT_READY;
}

/** Waits for a signal's next notify, or for so long. */
class SignalWait implements Pending, Waiter<undefined> {
  readonly #waiter: Waiter<boolean>;
  readonly #unsubscribe: () => void;
  readonly #timer: Pending | undefined;

  constructor(host: Host, signal: Signal, timeoutMs: number | undefined, waiter: Waiter<boolean>) {
    this.#waiter = waiter;
    this.#unsubscribe = signal.subscribe(() => this.#end(true));
    this.#timer = timeoutMs === undefined ? undefined : host.sleep(timeoutMs, this);
  }

  resume(): void {
    this.#end(false);
  }

  #end(signalled: boolean): void {
    this.cancel();
    this.#waiter.resume(signalled);
  }

  cancel(): void {
    this.#unsubscribe();
    this.#timer?.cancel();
  }
}
