/**
 * The state of a small network in two words: the index of its lists (lists-graph.ts) and a digit a position, that is
 * the member's predecessor and what it has begun. The low word has the digits of the first four positions and low bits
 * of the index, the high word all the rest.
 */
import type { ListsGraph } from './lists-graph.ts';

const LOW_POSITIONS = 4;

export class PackedState {
  /** Index of the lists. */
  lists = 0;
  /** By position: predecessor · steps + step, as digits of `ListsGraph`; 0 where no member is. */
  readonly digits: Uint8Array;
  /** Bits that a high word can have. */
  readonly highBits: number;
  readonly #size: number;
  readonly #before: Uint8Array;
  readonly #base: number;
  readonly #highUnit: number;
  readonly #lowBits: number;

  /** Throws a RangeError if the states do not fit into two words. `listsLimit`: combinations of lists at most. */
  constructor({ predecessors, size, steps }: ListsGraph, listsLimit: number) {
    this.#size = size;
    this.#base = predecessors * steps;
    this.digits = new Uint8Array(size);
    this.#before = new Uint8Array(size);
    this.#lowBits = Math.ceil(Math.log2(this.#base ** Math.min(size, LOW_POSITIONS)));
    this.#highUnit = this.#base ** Math.max(0, size - LOW_POSITIONS);
    const highLists = Math.ceil(listsLimit / 2 ** (32 - this.#lowBits));
    this.highBits = Math.max(1, Math.ceil(Math.log2(this.#highUnit * highLists)));
    const fit = this.#lowBits <= 32 && this.highBits <= 32 && this.#base <= 256;
    if (!fit) throw new RangeError(`states of ${size} ids with ${listsLimit} combinations of lists need over 64 bits`);
  }

  copyDigits({ digits }: PackedState): void {
    for (let at = 0; at < this.#size; at++) this.digits[at] = digits[at]!;
  }

  get high(): number {
    let rest = 0;
    for (let at = this.#size - 1; at >= LOW_POSITIONS; at--) rest = rest * this.#base + this.digits[at]!;
    return (this.lists >>> (32 - this.#lowBits)) * this.#highUnit + rest;
  }

  get low(): number {
    let rest = 0;
    for (let at = Math.min(this.#size, LOW_POSITIONS) - 1; at >= 0; at--) rest = rest * this.#base + this.digits[at]!;
    return (rest | (this.lists << this.#lowBits)) >>> 0;
  }

  set(high: number, low: number): void {
    const upper = Math.floor(high / this.#highUnit);
    this.lists = (upper << (32 - this.#lowBits)) | (low >>> this.#lowBits);
    let rest = low & (2 ** this.#lowBits - 1);
    for (let at = 0; at < Math.min(this.#size, LOW_POSITIONS); at++) {
      this.digits[at] = rest % this.#base;
      rest = Math.floor(rest / this.#base);
    }
    rest = high - upper * this.#highUnit;
    for (let at = LOW_POSITIONS; at < this.#size; at++) {
      this.digits[at] = rest % this.#base;
      rest = Math.floor(rest / this.#base);
    }
  }

  /** Turns the digits by `turn` positions, and further by whole periods of the lists to what is least. */
  turn(turn: number, period: number): void {
    if (turn !== 0) this.#rotate(turn);
    if (period === this.#size) return;
    let least = 0;
    for (let start = period; start < this.#size; start += period) if (this.#isLess(start, least)) least = start;
    if (least !== 0) this.#rotate(least);
  }

  #rotate(by: number): void {
    const { digits } = this;
    const size = this.#size;
    const before = this.#before;
    for (let at = 0; at < size; at++) before[at] = digits[at]!;
    let from = by;
    for (let at = 0; at < size; at++) {
      digits[at] = before[from]!;
      from = from + 1 === size ? 0 : from + 1;
    }
  }

  #isLess(a: number, b: number): boolean {
    const { digits } = this;
    for (let k = 0; k < this.#size; k++) {
      const difference = digits[(a + k) % this.#size]! - digits[(b + k) % this.#size]!;
      if (difference !== 0) return difference < 0;
    }
    return false;
  }
}
