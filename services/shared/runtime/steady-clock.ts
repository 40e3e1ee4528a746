/**
 * Wall-clock time that never jumps: it runs with the monotonic clock and drifts towards the system's clock by at
 * most a tenth of the time that passes. So a clock that is set, forwards or backwards, shortens or stretches a
 * pause by a tenth and never ends or freezes one.
 */
export class SteadyClock {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #offset: number;
  #last: number;

  /** Both clocks in milliseconds; the first since the Unix epoch, the second never going back. */
  constructor(wall: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#last = monotonic();
    this.#offset = wall() - this.#last;
  }

  /** Milliseconds since the Unix epoch. */
  now(): number {
    const monotonic = this.#monotonic();
    const mostDrift = (monotonic - this.#last) * MOST_DRIFT;
    const error = this.#wall() - (monotonic + this.#offset);
    this.#offset += Math.max(-mostDrift, Math.min(mostDrift, error));
    this.#last = monotonic;
    return monotonic + this.#offset;
  }
}

const MOST_DRIFT = 0.1;
