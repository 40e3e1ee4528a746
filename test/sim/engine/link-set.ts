/**
 * The machines that one has open links with, in the order in which those were opened. Every message asks whether its
 * link is there, so that is one bit to look at.
 */
import type { Machine } from './machine.ts';

export class LinkSet {
  #bits = new Uint32Array(1);
  #opened: Machine[] = [];

  add(machine: Machine): void {
    const word = machine.index >>> 5;
    const bit = 1 << (machine.index & 31);
    if (word >= this.#bits.length) this.#grow(word);
    else if ((this.#bits[word]! & bit) !== 0) return;
    this.#bits[word]! |= bit;
    this.#opened.push(machine);
  }

  delete(machine: Machine): void {
    const word = machine.index >>> 5;
    const bit = 1 << (machine.index & 31);
    if (word >= this.#bits.length || (this.#bits[word]! & bit) === 0) return;
    this.#bits[word]! &= ~bit;
    this.#opened.splice(this.#opened.indexOf(machine), 1);
  }

  clear(): void {
    this.#bits.fill(0);
    this.#opened = [];
  }

  all(): readonly Machine[] {
    return this.#opened;
  }

  #grow(word: number): void {
    const bits = new Uint32Array(Math.max(word + 1, 2 * this.#bits.length));
    bits.set(this.#bits);
    this.#bits = bits;
  }
}
