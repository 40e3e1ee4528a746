/** A timer of a simulated phone, which fires when the phone gets to it: not while that is frozen. */
import type { Pending, Waiter } from '../../../services/shared/core/scheduler.ts';
import { type Engine, SimEvent } from './engine.ts';

/** Whose timers they are. */
export interface TimerOwner {
  /** Its time is over: has it fire, now or when the owner goes on. */
  due(timer: Timer): void;
}

export class Timer extends SimEvent implements Pending {
  readonly #engine: Engine;
  readonly #owner: TimerOwner;
  /** Undefined when it has fired or was cancelled. */
  #waiter: Waiter<undefined> | undefined;

  constructor(engine: Engine, owner: TimerOwner, ms: number, waiter: Waiter<undefined>) {
    super();
    this.#engine = engine;
    this.#owner = owner;
    this.#waiter = waiter;
    engine.schedule(ms, this);
  }

  happen(): void {
    this.#owner.due(this);
  }

  fire(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resume(undefined);
  }

  cancel(): void {
    this.#waiter = undefined;
    this.#engine.cancel(this);
  }
}
