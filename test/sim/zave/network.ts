/**
 * The state of a whole network of phones over a small id space: who is a member, the ring state of each, and what each
 * has begun and not finished. Positions 0 … size − 1 stand for ids spread evenly over the ring; only the order of
 * ids matters to the operations.
 *
 * The ring states are those that the operations under test made. Beside them the same is kept as whole numbers in
 * flat arrays, which is what the invariants read: they are checked a hundred million times.
 */
import type { RingState } from '../../../services/chord-router/core/ring/ring.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { FULL_RULE, Naming, type NamingRule } from './naming.ts';
import { NONE } from './positions.ts';

export { isBetween, NONE } from './positions.ts';

/** What a member has begun: nothing, or the second or third part of a stabilisation. */
export const IDLE = 0;
/** It has read that there is a candidate between itself and its successor, and is to query it. */
export const QUERYING = 1;
/** It is to notify a phone, which then rectifies. */
export const NOTIFYING = 2;
/** An answer is on its way to it, read when the other was asked: of its successor, of a candidate, or of the member
 * through which it joins. Only in the protocol with delayed messages. */
export const HEARS_SUCCESSOR = 3;
export const HEARS_CANDIDATE = 4;
export const HEARS_TO_JOIN = 5;
export type Step =
  | typeof IDLE
  | typeof QUERYING
  | typeof NOTIFYING
  | typeof HEARS_SUCCESSOR
  | typeof HEARS_CANDIDATE
  | typeof HEARS_TO_JOIN;

const STEP_NAMES = ['', ' to query', ' to notify', ' to hear', ' to hear', ' to join through'];

export interface NetworkOptions {
  /** Positions in the id space, at most 2¹⁵. */
  readonly size: number;
  /** Length of the successor list. */
  readonly r: number;
  /**
   * Principals that a failing one must leave: r + 1 is Zave's assumption; 1 lets rings be of any size, which is the
   * extension of docs/decisions/ring-operations.md. Below r + 1 lists may close with self.
   */
  readonly leastPrincipals: number;
  /** Answers that may be on their way to a position at once; 1 by default. */
  readonly answersEach?: number;
  /** By what rule members name their successors; the product's if not given. */
  readonly namingRule?: NamingRule;
}

export class Network implements NetworkOptions {
  readonly size: number;
  readonly r: number;
  readonly leastPrincipals: number;
  readonly contacts: readonly Contact[];
  readonly states: (RingState | undefined)[];
  /** Entries kept of a list: one more than r, so that a list that is too long shows. */
  readonly stride: number;
  /** The entries of position p are at p · stride …; NONE behind the end. */
  readonly lists: Int16Array;
  /** Full lengths of the lists; 0 at positions without a member. */
  readonly lengths: Uint8Array;
  readonly predecessors: Int16Array;
  readonly steps: Uint8Array;
  readonly targets: Int16Array;
  /** Answers on their way: the k-th to a position is at k · size + position. */
  readonly answers: (RingState | undefined)[];
  /** The lists that those answers will make, laid out like `lists`. */
  readonly comingLists: Int16Array;
  readonly naming: Naming;
  answerCount = 0;
  memberCount = 0;
  /** Grows whenever a list or the membership changes. */
  version = 0;
  readonly #positions = new Map<Id, number>();

  constructor({ size, r, leastPrincipals, answersEach = 1, namingRule = FULL_RULE }: NetworkOptions) {
    this.size = size;
    this.r = r;
    this.leastPrincipals = leastPrincipals;
    this.contacts = Array.from({ length: size }, (_, position) => contactAt(position, size));
    for (const [position, { id }] of this.contacts.entries()) this.#positions.set(id, position);
    this.states = Array.from({ length: size }, () => undefined);
    this.stride = r + 1;
    this.lists = new Int16Array(size * this.stride).fill(NONE);
    this.lengths = new Uint8Array(size);
    this.predecessors = new Int16Array(size).fill(NONE);
    this.steps = new Uint8Array(size);
    this.targets = new Int16Array(size).fill(NONE);
    this.answers = Array.from({ length: size * answersEach }, () => undefined);
    this.comingLists = new Int16Array(size * answersEach * this.stride).fill(NONE);
    this.naming = new Naming(this, namingRule);
  }

  isMember(position: number): boolean {
    return this.states[position] !== undefined;
  }

  /** Whether lists may close with self: the extension to rings of any size. */
  get mayClose(): boolean {
    return this.leastPrincipals <= this.r;
  }

  /** The k-th entry (from 0) of a member's list; NONE behind its end. */
  entry(position: number, k: number): number {
    return this.lists[position * this.stride + k]!;
  }

  positionOf(contact: Contact): number {
    const position = this.#positions.get(contact.id);
    if (position === undefined) throw new RangeError(`no position has the id ${contact.id}`);
    return position;
  }

  /** Sets the ring state of a position, or ends its membership and whatever it had begun. */
  set(position: number, state: RingState | undefined): void {
    const before = this.states[position];
    if (state === before) return;
    this.states[position] = state;
    this.#noteForNaming(position, before, state);
    if (state === undefined) {
      this.memberCount -= 1;
      this.setStep(position, IDLE, NONE);
      this.#clearAnswers(position);
      this.predecessors[position] = NONE;
    } else {
      if (before === undefined) this.memberCount += 1;
      this.predecessors[position] = this.positionOf(state.predecessor);
    }
    if (state === undefined || before === undefined || state.successors !== before.successors) {
      this.lengths[position] = state?.successors.length ?? 0;
      this.#fillList(this.lists, position, state?.successors ?? []);
      this.version += 1;
    }
  }

  /** An answer starts on its way to a position, where it will make this list; or it has arrived or is lost. */
  setAnswer(position: number, answer: RingState | undefined, comingList: readonly Contact[], k = 0): void {
    const row = k * this.size + position;
    this.answerCount += (answer === undefined ? 0 : 1) - (this.answers[row] === undefined ? 0 : 1);
    this.answers[row] = answer;
    this.#fillList(this.comingLists, row, comingList);
    this.version += 1;
  }

  #clearAnswers(position: number): void {
    if (this.answerCount === 0) return;
    for (let k = 0; k * this.size < this.answers.length; k++) {
      if (this.answers[k * this.size + position] !== undefined) this.setAnswer(position, undefined, [], k);
    }
  }

  setStep(position: number, step: Step, target: number): void {
    this.steps[position] = step;
    this.targets[position] = target;
  }

  clear(): void {
    for (let position = 0; position < this.size; position++) {
      this.set(position, undefined);
      this.setStep(position, IDLE, NONE);
      this.#clearAnswers(position);
    }
  }

  /** One line a member: predecessor, list, and what it has begun. Dead phones stand in parentheses. */
  toText(): string {
    const name = (position: number): string => (this.isMember(position) ? `${position}` : `(${position})`);
    const lines: string[] = [];
    for (let position = 0; position < this.size; position++) {
      const state = this.states[position];
      if (state === undefined) continue;
      const list = state.successors.map((entry) => name(this.positionOf(entry))).join(' ');
      const step = this.steps[position]!;
      const begun = step === IDLE ? '' : `${STEP_NAMES[step]} ${this.targets[position]}`;
      lines.push(`${position}: predecessor ${name(this.predecessors[position]!)}, successors [${list}]${begun}`);
    }
    return lines.join('\n');
  }

  #noteForNaming(position: number, before: RingState | undefined, after: RingState | undefined): void {
    if (before === undefined || after === undefined) {
      this.naming.membershipChanged(position);
      return;
    }
    if (before.successors[0]?.id !== after.successors[0]?.id) this.naming.firstSuccessorChanged(position);
  }

  #fillList(lists: Int16Array, row: number, entries: readonly Contact[]): void {
    const start = row * this.stride;
    for (let k = 0; k < this.stride; k++) {
      const entry = entries[k];
      lists[start + k] = entry === undefined ? NONE : this.positionOf(entry);
    }
  }
}

/** The phone at a position of an id space of `size` positions. */
function contactAt(position: number, size: number): Contact {
  const id = idFromNumber((BigInt(position) << 128n) / BigInt(size));
  return { id, address: `10.0.${position >> 8}.${position & 255}:7400` };
}

/** The ideal ring of these positions (ascending, at least one). `NetworkOptions.r` entries a list, or closed. */
export function fillIdeal(network: Network, members: readonly number[]): void {
  network.clear();
  const count = members.length;
  const contacts = members.map((position) => network.contacts[position]!);
  for (const [i, position] of members.entries()) {
    network.set(position, {
      self: contacts[i]!,
      predecessor: contacts[(i + count - 1) % count]!,
      successors: Array.from({ length: Math.min(network.r, count) }, (_, k) => contacts[(i + k + 1) % count]!),
    });
  }
  network.naming.settle();
}
