/** A scenario's clock on real time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../stage.ts';

/** Longest delay of one Node timer, in ms: more than any scenario lasts that anybody waits for. */
const LONGEST_TIMER_MS = 2_147_483_647;

export class WallClock implements Clock {
  #beganMs = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stopped = new AbortController();

  get nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** The clock shows 0 now. */
  begin(): void {
    this.#beganMs = performance.now();
  }

  after(delayMs: number, run: () => void): void {
    if (this.#stopped.signal.aborted) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        run();
      },
      Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS),
    );
    this.#timers.add(timer);
  }

  /** Waits so long; less when the signal is aborted or the clock is stopped. */
  async pass(ms: number, signal?: AbortSignal): Promise<void> {
    const until = AbortSignal.any([this.#stopped.signal, ...(signal === undefined ? [] : [signal])]);
    await pause(Math.max(0, ms), undefined, { signal: until }).catch(() => undefined);
  }

  /** Nothing that was put on it runs any more. */
  stop(): void {
    this.#stopped.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
