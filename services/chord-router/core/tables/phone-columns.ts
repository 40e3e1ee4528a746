/**
 * The entries of a table of phones, in ring order, each thing about them in a column of its own. Packed numbers take a
 * fifth of the memory that objects do, and a search reads a few of them instead of one object a step.
 *
 * An entry stays in its slot; two columns, by index, say which slots those in ring order are.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { RoundTrips } from '../../../shared/core/timeouts.ts';

const FIRST_CAPACITY = 16;
/** Entries of one cache line. */
const FIRST_STEP = 8;

export class PhoneColumns {
  readonly roundTrips = new RoundTrips(FIRST_CAPACITY);
  #contacts: (Contact | undefined)[] = [];
  #suspected = new Uint8Array(FIRST_CAPACITY);
  /** Not a number while others only told of the phone. */
  #heardAtMs = new Float64Array(FIRST_CAPACITY);
  #turns = new Uint32Array(FIRST_CAPACITY);
  readonly #freeSlots: number[] = [];
  /** By index. */
  #fractions = new Float64Array(FIRST_CAPACITY);
  #slots = new Uint32Array(FIRST_CAPACITY);
  #size = 0;
  /** What was searched for last, and what was found: most ids are searched for several times running. */
  #lastKey: Id | undefined;
  #lastCount = 0;
  readonly #expectedSize: number;

  /** `expectedSize`: how many entries there will be at most, as a rule; room for those is all that is taken. */
  constructor(expectedSize: number) {
    this.#expectedSize = expectedSize;
  }

  get size(): number {
    return this.#size;
  }

  slotAt(index: number): number {
    return this.#slots[index]!;
  }

  fractionAt(index: number): number {
    return this.#fractions[index]!;
  }

  contactAt(index: number): Contact {
    return this.#contacts[this.#slots[index]!]!;
  }

  isSuspected(slot: number): boolean {
    return this.#suspected[slot] === 1;
  }

  setSuspected(slot: number, suspected: boolean): void {
    this.#suspected[slot] = Number(suspected);
  }

  heardAtMs(slot: number): number | undefined {
    const heardAtMs = this.#heardAtMs[slot]!;
    return Number.isNaN(heardAtMs) ? undefined : heardAtMs;
  }

  setHeardAtMs(slot: number, heardAtMs: number): void {
    this.#heardAtMs[slot] = heardAtMs;
  }

  turn(slot: number): number {
    return this.#turns[slot]!;
  }

  setTurn(slot: number, turn: number): void {
    this.#turns[slot] = turn;
  }

  /** How many entries have an id below the key: the index at which one with that id stands, or would. */
  countBelow(key: Id): number {
    if (key !== this.#lastKey) {
      this.#lastCount = this.#search(key);
      this.#lastKey = key;
    }
    return this.#lastCount;
  }

  #search(key: Id): number {
    const fraction = fractionOf(key);
    let [low, high] = this.#around(fraction);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#fractions[middle]! < fraction) low = middle + 1;
      else high = middle;
    }
    // Ids whose first 52 bits are the same are told apart one by one.
    while (low < this.#size && this.#fractions[low] === fraction && this.contactAt(low).id < key) low++;
    return low;
  }

  /**
   * Where to search for a fraction. In a table of the whole ring it stands near its share of the entries, so that is
   * where to begin, with wider and wider steps: a search by halves would touch as many more places in memory.
   */
  #around(fraction: number): readonly [low: number, high: number] {
    const fractions = this.#fractions;
    const size = this.#size;
    let at = Math.floor(fraction * size);
    let step = FIRST_STEP;
    if (at < size && fractions[at]! < fraction) {
      while (at + step < size && fractions[at + step]! < fraction) {
        at += step;
        step *= 2;
      }
      return [at + 1, Math.min(at + step, size)];
    }
    while (at - step >= 0 && fractions[at - step]! >= fraction) {
      at -= step;
      step *= 2;
    }
    return [Math.max(at - step + 1, 0), at];
  }

  /** Index of the entry with this id; -1 when there is none. */
  indexOf(id: Id): number {
    const index = this.countBelow(id);
    return index < this.#size && this.contactAt(index).id === id ? index : -1;
  }

  /** Takes in a phone that has no entry yet; gives its slot. */
  insert(contact: Contact): number {
    if (this.#size === this.#fractions.length) this.#grow();
    const index = this.countBelow(contact.id);
    const slot = this.#freeSlots.pop() ?? this.#size;
    this.#fractions.copyWithin(index + 1, index, this.#size);
    this.#slots.copyWithin(index + 1, index, this.#size);
    this.#fractions[index] = fractionOf(contact.id);
    this.#slots[index] = slot;
    this.#size += 1;
    this.#lastKey = undefined;
    this.#contacts[slot] = contact;
    this.#suspected[slot] = 0;
    this.#heardAtMs[slot] = Number.NaN;
    this.#turns[slot] = 0;
    this.roundTrips.forget(slot);
    return slot;
  }

  removeAt(index: number): void {
    const slot = this.#slots[index]!;
    this.#contacts[slot] = undefined;
    this.roundTrips.forget(slot);
    this.#freeSlots.push(slot);
    this.#fractions.copyWithin(index, index + 1, this.#size);
    this.#slots.copyWithin(index, index + 1, this.#size);
    this.#size -= 1;
    this.#lastKey = undefined;
  }

  #grow(): void {
    const doubled = 2 * this.#size;
    const isLastStep = this.#size < this.#expectedSize && this.#expectedSize < doubled;
    const capacity = isLastStep ? this.#expectedSize : doubled;
    this.#suspected = grown(this.#suspected, new Uint8Array(capacity));
    this.#heardAtMs = grown(this.#heardAtMs, new Float64Array(capacity));
    this.#turns = grown(this.#turns, new Uint32Array(capacity));
    this.#fractions = grown(this.#fractions, new Float64Array(capacity));
    this.#slots = grown(this.#slots, new Uint32Array(capacity));
    this.roundTrips.grow(capacity);
  }
}

function grown<Column extends Uint8Array | Uint32Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}

const UNIT = 2 ** 52;
const LOW_DIGITS = 2 ** 28;

/** Where an id stands on the ring, 0 ≤ fraction < 1, to 52 bits: enough to compare densities. */
export function fractionOf(id: Id): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 6; i++) high = 16 * high + digitAt(id, i);
  for (let i = 6; i < 13; i++) low = 16 * low + digitAt(id, i);
  return (high * LOW_DIGITS + low) / UNIT;
}

/** The value of a lowercase hexadecimal digit. */
function digitAt(id: Id, at: number): number {
  const code = id.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}
