/** Says how far a long operation is: on a terminal in one line that changes, elsewhere in lines, a few a second at most. */
/** Some terminals say that they have none. */
const DEFAULT_COLUMNS = 80;
const PAUSE_BETWEEN_LINES_MS = 1_000;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  #step = '';
  #lastLineAt = Number.NEGATIVE_INFINITY;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** What is under way now; replaces the step before. */
  step(text: string): void {
    if (text === this.#step) return;
    this.#step = text;
    if (this.#out.isTTY) {
      this.#out.write(`\r\u001b[2K${text.slice(0, (this.#out.columns || DEFAULT_COLUMNS) - 1)}`);
      return;
    }
    const now = performance.now();
    if (now - this.#lastLineAt < PAUSE_BETWEEN_LINES_MS) return;
    this.#lastLineAt = now;
    this.#out.write(`${text}\n`);
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
  }

  /** Takes the changing line away. */
  clear(): void {
    if (this.#out.isTTY && this.#step !== '') this.#out.write('\r\u001b[2K');
    this.#step = '';
  }
}
