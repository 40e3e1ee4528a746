/** First in, first out, of numbers in two words. Memory is let go of as it is read: eight bytes a number waiting. */
const CHUNK = 1 << 20;

export class PackedQueue {
  readonly #chunks: Uint32Array[] = [];
  #read = 0;
  #written = CHUNK;
  /** The words of the number that was taken last. */
  high = 0;
  low = 0;

  get length(): number {
    return (this.#chunks.length - 1) * CHUNK + this.#written - this.#read;
  }

  push(high: number, low: number): void {
    if (this.#written === CHUNK) {
      this.#chunks.push(new Uint32Array(2 * CHUNK));
      this.#written = 0;
    }
    const chunk = this.#chunks.at(-1)!;
    chunk[2 * this.#written] = high;
    chunk[2 * this.#written + 1] = low;
    this.#written += 1;
  }

  /** Takes the oldest number into `high` and `low`. False if there is none. */
  take(): boolean {
    if (this.length === 0) return false;
    const chunk = this.#chunks[0]!;
    this.high = chunk[2 * this.#read]!;
    this.low = chunk[2 * this.#read + 1]!;
    this.#read += 1;
    if (this.#read === CHUNK) {
      this.#chunks.shift();
      this.#read = 0;
      if (this.#chunks.length === 0) this.#written = CHUNK;
    }
    return true;
  }
}
