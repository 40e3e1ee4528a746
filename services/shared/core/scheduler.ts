/**
 * Runs tasks: resumes each generator with the outcomes of the effects it yields.
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

/** Stops something that was started; has no effect once it has finished. */
export type Cancel = () => void;

/** What the world does for tasks. `resume` is called exactly once, unless cancelled first; it may be called at once. */
export interface Host {
  now(): number;
  random(): number;
  sleep(ms: number, resume: () => void): Cancel;
  call(to: Contact, request: unknown, timeoutMs: number, resume: (outcome: CallOutcome<unknown>) => void): Cancel;
  identify(address: string, timeoutMs: number, resume: (contact: Contact | undefined) => void): Cancel;
  /** Storage is never cancelled: what was asked for happens. */
  store(operation: unknown, resume: (outcome: unknown) => void): void;
  /** A task threw: a defect of this program, never of its input. Its fiber has the error, too. */
  crashed(error: unknown, label: string): void;
}

class RunningFiber implements Fiber<unknown> {
  readonly label: string;
  readonly task: Task<unknown>;
  /** Most tasks have neither: a set for each would be most of what a fiber costs. */
  children: Set<RunningFiber> | undefined;
  watchers: (() => void)[] | undefined;
  parent: RunningFiber | undefined;
  pending: Cancel | undefined;
  /** Its generator is executing right now. */
  executing = false;
  done = false;
  cancelled = false;
  result: unknown;
  error: unknown;

  constructor(task: Task<unknown>, label: string, parent: RunningFiber | undefined) {
    this.task = task;
    this.label = label;
    this.parent = parent;
  }

  watch(wake: () => void): void {
    if (this.watchers === undefined) this.watchers = [wake];
    else this.watchers.push(wake);
  }

  unwatch(wake: () => void): void {
    const index = this.watchers?.indexOf(wake) ?? -1;
    if (index >= 0) this.watchers!.splice(index, 1);
  }
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

const NOT_READY = Symbol('not ready');

export class Scheduler {
  readonly #host: Host;
  readonly #roots = new Set<RunningFiber>();
  /** Tasks whose outcome is there, in the order in which it came. */
  readonly #ready: RunningFiber[] = [];
  readonly #outcomes: unknown[] = [];
  /** How many tasks are being advanced, one inside the other: a task and the children it is just starting. */
  #depth = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Starts a task that stands on its own. `onDone` gets its fiber when it has ended in whatever way. */
  run<T>(task: Task<T>, label: string, onDone?: (fiber: Fiber<T>) => void): Fiber<T> {
    const fiber = new RunningFiber(task, label, undefined);
    this.#roots.add(fiber);
    if (onDone !== undefined) fiber.watch(() => onDone(fiber as Fiber<T>));
    this.#advance(fiber, undefined);
    this.#drain();
    return fiber as Fiber<T>;
  }

  /** Ends a fiber and its children where they wait. Their `finally` blocks run, but cannot wait for anything. */
  cancel(fiber: Fiber<unknown>): void {
    this.#cancel(fiber);
    this.#drain();
  }

  #cancel(fiber: Fiber<unknown>): void {
    const running = fiber as RunningFiber;
    if (running.done) return;
    running.cancelled = true;
    running.pending?.();
    running.pending = undefined;
    if (!running.executing) unwind(running);
    this.#finish(running);
  }

  /** Ends everything that runs. */
  stop(): void {
    for (const root of [...this.#roots]) this.#cancel(root);
    this.#drain();
  }

  /** Has a fiber go on with this outcome: now, or as soon as the task that runs now has yielded. */
  #resume(fiber: RunningFiber, outcome: unknown): void {
    if (this.#depth === 0 && this.#ready.length === 0) {
      this.#advance(fiber, outcome);
    } else {
      this.#ready.push(fiber);
      this.#outcomes.push(outcome);
    }
    this.#drain();
  }

  #drain(): void {
    if (this.#depth > 0) return;
    for (let fiber = this.#ready.shift(); fiber !== undefined; fiber = this.#ready.shift()) {
      this.#advance(fiber, this.#outcomes.shift());
    }
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
      case 'sleep':
        return this.#await(fiber, (resume) => this.#host.sleep(effect.ms, () => resume(undefined)));
      case 'wait':
        return this.#await(fiber, (resume) => this.#waitFor(effect.signal, effect.timeoutMs, resume));
      case 'call':
        return this.#await(fiber, (resume) => this.#host.call(effect.to, effect.request, effect.timeoutMs, resume));
      case 'identify':
        return this.#await(fiber, (resume) => this.#host.identify(effect.address, effect.timeoutMs, resume));
      case 'store':
        return this.#await(fiber, (resume) => {
          this.#host.store(effect.operation, resume);
          return undefined;
        });
      case 'spawn':
        return this.#spawn(fiber, effect.task, effect.label, effect.detached);
      case 'first':
        return this.#await(fiber, (resume) => this.#first(effect.fibers as readonly RunningFiber[], resume));
      case 'cancel':
        this.#cancel(effect.fiber);
        return undefined;
    }
  }

  /** Starts something that resumes the fiber later; gives the outcome itself where it is there at once. */
  #await(fiber: RunningFiber, start: (resume: (outcome: unknown) => void) => Cancel | undefined): unknown {
    let atOnce = true;
    let outcome: unknown = NOT_READY;
    let settled = false;
    const stop = start((value) => {
      if (settled || fiber.cancelled) return;
      settled = true;
      fiber.pending = undefined;
      if (atOnce) outcome = value;
      else this.#resume(fiber, value);
    });
    atOnce = false;
    if (!settled) fiber.pending = stop;
    return outcome;
  }

  #waitFor(signal: Signal, timeoutMs: number | undefined, resume: (signalled: boolean) => void): Cancel {
    let stopTimer: Cancel | undefined;
    const unsubscribe = signal.subscribe(() => {
      stopTimer?.();
      resume(true);
    });
    if (timeoutMs !== undefined) {
      stopTimer = this.#host.sleep(timeoutMs, () => {
        unsubscribe();
        resume(false);
      });
    }
    return () => {
      unsubscribe();
      stopTimer?.();
    };
  }

  #spawn(parent: RunningFiber, task: Task<unknown>, label: string, detached: boolean): RunningFiber {
    const child = new RunningFiber(task, label, detached ? undefined : parent);
    if (detached) this.#roots.add(child);
    else (parent.children ??= new Set()).add(child);
    this.#advance(child, undefined);
    return child;
  }

  #first(fibers: readonly RunningFiber[], resume: (fiber: RunningFiber) => void): Cancel {
    assert(fibers.length > 0, 'waiting for the first of no fibers');
    const ready = fibers.find((fiber) => fiber.done);
    if (ready !== undefined) {
      resume(ready);
      return () => {};
    }
    const unwatch = (): void => {
      for (const fiber of fibers) fiber.unwatch(wake);
    };
    const wake = (): void => {
      unwatch();
      resume(fibers.find((fiber) => fiber.done)!);
    };
    for (const fiber of fibers) fiber.watch(wake);
    return unwatch;
  }

  #finish(fiber: RunningFiber): void {
    fiber.done = true;
    if (fiber.children !== undefined) {
      for (const child of [...fiber.children]) this.#cancel(child);
    }
    if (fiber.parent === undefined) this.#roots.delete(fiber);
    else fiber.parent.children?.delete(fiber);
    const { watchers } = fiber;
    fiber.watchers = undefined;
    if (fiber.error !== undefined) this.#host.crashed(fiber.error, fiber.label);
    if (watchers !== undefined) for (const wake of watchers) wake();
  }
}
