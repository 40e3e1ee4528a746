/** Hands one outcome on and no other, nor any once it was cancelled: for what may bring more, or bring them late. */
import type { Pending, Waiter } from './fiber.ts';

export class OneOutcome<Outcome> implements Waiter<Outcome>, Pending {
  #waiter: Waiter<Outcome> | undefined;
  #stop: (() => void) | undefined;

  constructor(waiter: Waiter<Outcome>) {
    this.#waiter = waiter;
  }

  /** What stops that which is to bring the outcome: called when it is there, or not wanted any more. */
  stopBy(stop: () => void): this {
    if (this.#waiter === undefined) stop();
    else this.#stop = stop;
    return this;
  }

  resume(outcome: Outcome): void {
    const waiter = this.#waiter;
    this.cancel();
    waiter?.resume(outcome);
  }

  cancel(): void {
    if (this.#waiter === undefined) return;
    this.#waiter = undefined;
    this.#stop?.();
  }
}
