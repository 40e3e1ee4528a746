/** Tells how far a run is: one line that changes on a terminal, a line now and then elsewhere. */
const EVERY_MS = 10_000;

export class Progress {
  readonly #isTerminal = process.stderr.isTTY;
  #saidMs = Number.NEGATIVE_INFINITY;
  #length = 0;

  say(step: string): void {
    if (this.#isTerminal) {
      const line = `· ${step}`.slice(0, (process.stderr.columns ?? 80) - 1);
      process.stderr.write(`\r${line.padEnd(this.#length)}`);
      this.#length = line.length;
      return;
    }
    const nowMs = performance.now();
    if (nowMs - this.#saidMs < EVERY_MS) return;
    this.#saidMs = nowMs;
    console.error(`· ${step}`);
  }

  /** Leaves the line free for what comes. */
  end(): void {
    if (this.#isTerminal) process.stderr.write(`\r${' '.repeat(this.#length)}\r`);
  }
}
