/** Timers that fire when a test says so. */
import type { After } from '../../../services/wall-api/core/ring/outbox.ts';

export class ManualTimers {
  readonly #waiting = new Map<() => void, number>();

  readonly after: After = (milliseconds, run) => {
    // A fresh function, so that the same callback can wait twice.
    const entry = (): void => run();
    this.#waiting.set(entry, milliseconds);
    return () => this.#waiting.delete(entry);
  };

  /** How long each timer that waits was set to. */
  get pauses(): number[] {
    return [...this.#waiting.values()];
  }

  /** Fires all timers that wait now, and lets what they started come to rest. */
  async run(): Promise<void> {
    const due = [...this.#waiting.keys()];
    for (const entry of due) {
      this.#waiting.delete(entry);
      entry();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
