/** Things that happen later, in the order they were put in: nothing overtakes, as on a TCP connection. */

interface Entry {
  /** Not before this, nor before those in front of it. */
  readonly dueAt: number;
  readonly run: () => void;
}

export class DelayLine {
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Runs it after `delayMs`, or when what was put in before has run, whichever is later; at once if that is now. */
  push(delayMs: number, run: () => void): void {
    if (this.#entries.length === 0 && delayMs <= 0) {
      run();
      return;
    }
    this.#entries.push({ dueAt: performance.now() + delayMs, run });
    this.#timer ??= this.#wait();
  }

  /** What has not run never will. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#entries = [];
  }

  #wait(): NodeJS.Timeout {
    const ms = Math.max(0, this.#entries[0]!.dueAt - performance.now());
    // Timers are told whole milliseconds: rounded down they would fire early and have to wait once more.
    return setTimeout(() => this.#runDue(), Math.ceil(ms)).unref();
  }

  #runDue(): void {
    this.#timer = undefined;
    const now = performance.now();
    while (this.#entries.length > 0 && this.#entries[0]!.dueAt <= now) this.#entries.shift()!.run();
    if (this.#entries.length > 0) this.#timer ??= this.#wait();
  }
}
