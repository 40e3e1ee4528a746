/**
 * A compact code of the states of a small network: one 16-bit number a position, relative to the position itself. So
 * to rotate the ring is to rotate the numbers, and of all rotations of a state only one is explored: the operations
 * know positions only by their order round the ring.
 */
import type { RingState } from '../../../services/chord-router/core/ring/ring.ts';
import { IDLE, type Network, NONE, QUERYING, type Step } from './network.ts';

interface MemberState {
  readonly state: RingState;
  readonly step: Step;
  readonly target: number;
}

export class StateCode {
  readonly #network: Network;
  /** Digits of an entry: none, or 1 … size clockwise (size: self). */
  readonly #base: number;
  /** Decoded members by position and code. Bounded by the number of codes. */
  readonly #decoded: Map<number, MemberState>[];

  /** Throws a RangeError if the codes of this network's members do not fit into 16 bits. */
  constructor(network: Network) {
    this.#network = network;
    this.#base = network.size + 1;
    this.#decoded = Array.from({ length: network.size }, () => new Map());
    const codes = network.size * this.#base ** network.r * (2 * network.size + 1);
    if (codes >= 65536) throw new RangeError(`${network.size} ids with lists of ${network.r} need ${codes} codes`);
  }

  /** Writes the network's state into `codes` from `start`: 0 where no member is. */
  encode(codes: Uint16Array, start: number): void {
    for (let position = 0; position < this.#network.size; position++) {
      codes[start + position] = this.encodeMember(position);
    }
  }

  encodeMember(position: number): number {
    const network = this.#network;
    if (!network.isMember(position)) return 0;
    const { size } = network;
    const step = network.steps[position]!;
    let code = step === IDLE ? 0 : (step - 1) * size + this.#offset(position, network.targets[position]!);
    for (let k = network.r - 1; k >= 0; k--) {
      const entry = network.entry(position, k);
      code = code * this.#base + (entry === NONE ? 0 : this.#offset(position, entry));
    }
    return code * size + this.#offset(position, network.predecessors[position]!);
  }

  /** Sets the network to the state that stands in `codes` from `start`. */
  decode(codes: Uint16Array, start: number): void {
    for (let position = 0; position < this.#network.size; position++) {
      this.decodeMember(position, codes[start + position]!);
    }
  }

  decodeMember(position: number, code: number): void {
    const network = this.#network;
    if (code === 0) {
      network.set(position, undefined);
      return;
    }
    const { state, step, target } = this.#member(position, code);
    network.set(position, state);
    network.setStep(position, step, target);
  }

  #member(position: number, code: number): MemberState {
    const known = this.#decoded[position]!.get(code);
    if (known !== undefined) return known;
    const { contacts, r, size } = this.#network;
    let rest = code - 1;
    const at = (offset: number): number => (position + offset) % size;
    const predecessor = contacts[at((rest % size) + 1)]!;
    rest = Math.floor(rest / size);
    const successors = [];
    for (let k = 0; k < r; k++) {
      const offset = rest % this.#base;
      if (offset > 0) successors.push(contacts[at(offset)]!);
      rest = Math.floor(rest / this.#base);
    }
    const step = (rest === 0 ? IDLE : Math.floor((rest - 1) / size) + QUERYING) as Step;
    const target = rest === 0 ? NONE : at(((rest - 1) % size) + 1);
    const member = { state: { self: contacts[position]!, predecessor, successors }, step, target };
    this.#decoded[position]!.set(code, member);
    return member;
  }

  /** 1 … size: how far clockwise `to` is; self is a whole turn away. */
  #offset(from: number, to: number): number {
    const { size } = this.#network;
    return ((to - from + size - 1) % size) + 1;
  }
}

/**
 * Rotates `codes` in place so that no other rotation comes before it in lexicographic order. Returns by how many places:
 * where its first was before.
 */
export function rotateToLeast(codes: Uint16Array): number {
  const { length } = codes;
  let least = 0;
  for (let start = 1; start < length; start++) if (rotationIsLess(codes, start, least)) least = start;
  if (least === 0) return 0;
  const rotated = codes.slice(least);
  codes.copyWithin(length - least, 0, least);
  codes.set(rotated);
  return least;
}

function rotationIsLess(codes: Uint16Array, a: number, b: number): boolean {
  const { length } = codes;
  for (let k = 0; k < length; k++) {
    const difference = codes[(a + k) % length]! - codes[(b + k) % length]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}
