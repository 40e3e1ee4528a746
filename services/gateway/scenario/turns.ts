/** Some things at once, all others after them, in the order in which they came. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #begun = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Those that were begun or wait. */
  get underWay(): number {
    return this.#begun + this.#waiting.length;
  }

  /** Does the work when its turn comes, and gives what it gives. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#begun < this.#most) this.#begun++;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await work();
    } finally {
      // Whoever waits longest has the place of this one.
      const next = this.#waiting.shift();
      if (next === undefined) this.#begun--;
      else next();
    }
  }
}
