/** A timer of a simulated phone. While the phone is frozen it does not fire; it does when the phone goes on. */
import type { Pending, Waiter } from '../../services/shared/core/scheduler.ts';
import { type Engine, SimEvent } from './engine.ts';

/** Whose timers they are. */
export interface TimerOwner {
  readonly isFrozen: boolean;
  /** Has the timer fire when the phone goes on. */
  postpone(timer: Timer): void;
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
    if (this.#owner.isFrozen) this.#owner.postpone(this);
    else this.fire();
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
