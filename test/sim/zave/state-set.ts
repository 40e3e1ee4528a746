/**
 * The states seen by a search, in the order they were found: also the queue of a breadth-first search. Open addressing
 * over flat arrays: about 30 bytes a state of seven positions, and no objects.
 */
export class StateSet {
  count = 0;
  readonly width: number;
  readonly limit: number;
  #codes: Uint16Array;
  /** Index of the state from which each was first reached; its own for an initial one. */
  #parents: Uint32Array;
  /** Index + 1 of a state, by hash; 0 is free. */
  #slots: Uint32Array;

  /** `width`: numbers in a state. More than `limit` states are refused with a RangeError. */
  constructor(width: number, limit: number) {
    this.width = width;
    this.limit = limit;
    const capacity = 1024;
    this.#codes = new Uint16Array(capacity * width);
    this.#parents = new Uint32Array(capacity);
    this.#slots = new Uint32Array(capacity * 2);
  }

  /** All states, `width` numbers each. Valid until the next `add`. */
  get codes(): Uint16Array {
    return this.#codes;
  }

  parentOf(index: number): number {
    return this.#parents[index]!;
  }

  has(state: Uint16Array): boolean {
    return this.#slots[this.#slotOf(state)] !== 0;
  }

  /** Adds a state that was reached from the one with index `parent`, unless it is there already. */
  add(state: Uint16Array, parent: number): void {
    if (this.has(state)) return;
    if (this.count === this.limit) throw new RangeError(`more than ${this.limit} states`);
    if (this.count === this.#parents.length) this.#grow();
    const index = this.count++;
    this.#codes.set(state, index * this.width);
    this.#parents[index] = parent;
    this.#slots[this.#slotOf(state)] = index + 1;
  }

  /** Where the state is, or the free slot where it would be. */
  #slotOf(state: Uint16Array): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(state) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#isAt(found - 1, state)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(index: number, state: Uint16Array): boolean {
    const start = index * this.width;
    for (let i = 0; i < this.width; i++) if (this.#codes[start + i] !== state[i]) return false;
    return true;
  }

  #grow(): void {
    const capacity = this.#parents.length * 2;
    this.#codes = copyInto(new Uint16Array(capacity * this.width), this.#codes);
    this.#parents = copyInto(new Uint32Array(capacity), this.#parents);
    this.#slots = new Uint32Array(capacity * 2);
    for (let index = 0; index < this.count; index++) {
      const state = this.#codes.subarray(index * this.width, (index + 1) * this.width);
      this.#slots[this.#slotOf(state)] = index + 1;
    }
  }
}

function copyInto<A extends Uint8Array | Uint16Array | Uint32Array>(to: A, from: A): A {
  to.set(from);
  return to;
}

/** FNV-1a over 16-bit units, with a final mix so that low bits depend on all of them. */
function hashOf(state: Uint16Array): number {
  let hash = 0x811c9dc5;
  for (const code of state) hash = Math.imul(hash ^ code, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
