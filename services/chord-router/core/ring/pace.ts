/**
 * How often a phone stabilises: quickly after a change, then at pauses that double while nothing changes, so that an
 * idle phone sends next to nothing; longer ones while the phone does not keep up with its work. Pauses are jittered, or
 * phones that changed together would stay in step.
 */
import { now, random, Signal, type Task, waitFor } from '../../../shared/core/effect.ts';
import type { LocalHealth } from '../../../shared/core/local-health.ts';

export interface PaceBounds {
  readonly stabiliseMinMs: number;
  readonly stabiliseMaxMs: number;
}

/** After being woken it waits this share of the shortest pause, for changes seldom come alone. */
const GATHERING_SHARE = 0.2;

export class Pace {
  readonly #bounds: PaceBounds;
  readonly #health: LocalHealth;
  readonly #wake = new Signal();
  #pauseMs: number;
  #isWanted = false;

  /** `health` takes note of pauses that last too long. */
  constructor(bounds: PaceBounds, health: LocalHealth) {
    this.#bounds = bounds;
    this.#health = health;
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
    this.#isWanted = true;
    this.#wake.notify();
  }

  /** Waits until the next round is due. */
  *rest(): Task<void> {
    const { stabiliseMinMs, stabiliseMaxMs } = this.#bounds;
    if (!this.#isWanted) {
      const woken = yield* this.#pause(this.#pauseMs);
      if (!woken) {
        this.#pauseMs = Math.min(this.#pauseMs * 2, stabiliseMaxMs);
        return;
      }
    }
    this.#isWanted = false;
    yield* this.#pause(stabiliseMinMs * GATHERING_SHARE);
  }

  *#pause(ms: number): Task<boolean> {
    const pauseMs = this.#health.slowness * ms * (0.75 + 0.5 * (yield* random()));
    const beforeMs = yield* now();
    const woken = yield* waitFor(this.#wake, pauseMs);
    if (!woken) this.#health.woke((yield* now()) - beforeMs - pauseMs);
    return woken;
  }
}
