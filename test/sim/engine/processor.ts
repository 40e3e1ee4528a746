/**
 * One processor for all machines of a network, as when a fleet of containers shares a computer: what arrives and what
 * falls due is worked off in its order, each for so long, and waits while there is more than the processor can do.
 */
import type { Engine } from './engine.ts';

export class Processor {
  readonly #engine: Engine;
  readonly #messageMs: number;
  readonly #timerMs: number;
  #freeAtMs = 0;
  /** The longest that anything had to wait so far, ms. */
  longestWaitMs = 0;

  /** How long a message and a timer take, ms. */
  constructor(engine: Engine, { messageMs, timerMs }: { readonly messageMs: number; readonly timerMs: number }) {
    this.#engine = engine;
    this.#messageMs = messageMs;
    this.#timerMs = timerMs;
  }

  message(work: () => void): void {
    this.#queue(this.#messageMs, work);
  }

  timer(work: () => void): void {
    this.#queue(this.#timerMs, work);
  }

  #queue(takesMs: number, work: () => void): void {
    const { nowMs } = this.#engine;
    const waitMs = Math.max(0, this.#freeAtMs - nowMs);
    this.longestWaitMs = Math.max(this.longestWaitMs, waitMs);
    this.#freeAtMs = nowMs + waitMs + takesMs;
    this.#engine.after(waitMs + takesMs, work);
  }
}
