/** Time that passes from timer to timer. */
interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualTime {
  nowMs = 1_000_000;
  #timers: Timer[] = [];
  #order = 0;

  /** Gives what takes the timer back. */
  sleep(ms: number, run: () => void): () => void {
    const timer = { at: this.nowMs + Math.max(0, ms), order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs until the condition holds; throws when it does not within `withinMs` of virtual time. */
  until(condition: () => boolean, what: string, withinMs = 600_000): void {
    const deadline = this.nowMs + withinMs;
    while (!condition()) {
      if (!this.#step(deadline)) throw new Error(`not within ${withinMs} ms: ${what}`);
    }
  }

  run(ms: number): void {
    const deadline = this.nowMs + ms;
    let running = true;
    while (running) running = this.#step(deadline);
    this.nowMs = deadline;
  }

  #step(deadline: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (next === undefined || next.at > deadline) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.nowMs = Math.max(this.nowMs, next.at);
    next.run();
    return true;
  }
}
