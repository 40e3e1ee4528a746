/**
 * How often a phone stabilises: quickly after a change, then at pauses that double while nothing changes, so that an
 * idle phone sends next to nothing. Pauses are jittered, or phones that changed together would stay in step.
 */
import { random, Signal, type Task, waitFor } from '../../shared/core/effect.ts';

export interface PaceBounds {
  readonly stabiliseMinMs: number;
  readonly stabiliseMaxMs: number;
}

/** After being woken it waits this share of the shortest pause, for changes seldom come alone. */
const GATHERING_SHARE = 0.2;
/** With news to pass on, a pause is at most this many of the shortest ones. */
const NUDGED_PAUSES = 4;

export class Pace {
  readonly #bounds: PaceBounds;
  readonly #wake = new Signal();
  #pauseMs: number;
  #wanted: 'in time' | 'before long' | 'now' = 'in time';

  constructor(bounds: PaceBounds) {
    this.#bounds = bounds;
    this.#pauseMs = bounds.stabiliseMinMs;
  }

  /** The pause before the next round but for jitter, in ms. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Something changed: a round at once, or the shortest pause after the present one, and quick ones for a while. */
  hurry(): void {
    this.#pauseMs = this.#bounds.stabiliseMinMs;
    this.#wake.notify();
  }

  /** Nothing has changed for long: the longest pauses from now on, until something does. */
  slow(): void {
    this.#pauseMs = this.#bounds.stabiliseMaxMs;
  }

  /** There is something to see: a round at once, after which the pace stays what it was. */
  now(): void {
    this.#wanted = 'now';
    this.#wake.notify();
  }

  /** There is something to say: a round before long, after which the pace stays what it was. */
  nudge(): void {
    if (this.#wanted !== 'in time' || this.#pauseMs <= NUDGED_PAUSES * this.#bounds.stabiliseMinMs) return;
    this.#wanted = 'before long';
    this.#wake.notify();
  }

  /** Waits until the next round is due. */
  *rest(): Task<void> {
    const { stabiliseMinMs, stabiliseMaxMs } = this.#bounds;
    if (this.#wanted === 'in time') {
      const woken = yield* this.#pause(this.#pauseMs);
      if (!woken) {
        this.#pauseMs = Math.min(this.#pauseMs * 2, stabiliseMaxMs);
        return;
      }
    }
    const patient = this.#wanted === 'before long';
    this.#wanted = 'in time';
    yield* this.#pause(stabiliseMinMs * (patient ? NUDGED_PAUSES : GATHERING_SHARE));
  }

  *#pause(ms: number): Task<boolean> {
    return yield* waitFor(this.#wake, ms * (0.75 + 0.5 * (yield* random())));
  }
}
