/** Lets few of something costly run at once; the rest wait in line, up to a bound. */
export class Turns {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #refuse: () => Error;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `refuse` makes the error for whoever finds the line full. */
  constructor(atOnce: number, mostWaiting: number, refuse: () => Error) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
    this.#refuse = refuse;
  }

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) {
      this.#running++;
    } else {
      if (this.#waiting.length >= this.#mostWaiting) throw this.#refuse();
      await new Promise<void>((go) => this.#waiting.push(go));
    }
    try {
      return await run();
    } finally {
      // The turn is handed on, so that nobody who comes later overtakes the line.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
