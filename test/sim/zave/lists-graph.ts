/**
 * What the happenings of a protocol do to the lists of a network, each worked out once. The exact states of a search
 * are many because of predecessors and of what members have begun; combinations of lists are few. Whatever happens
 * reads and writes lists, one predecessor and what one member has begun, so that its effect, and all that I, D, T1, T3
 * and L1 have to say of it, can be looked up by the lists and that predecessor. The operations and the judge that fill
 * the tables are those of the plain search (explore.ts), which a test compares with the search on top of these tables.
 *
 * Combinations of lists that differ by a rotation are one.
 */

import { predecessorChangedRightly } from './invariants.ts';
import { Judge } from './judge.ts';
import type { Action, Protocol } from './model.ts';
import { IDLE, Network, type NetworkOptions, NONE, NOTIFYING, QUERYING } from './network.ts';
import { rotateToLeast, StateCode } from './state-code.ts';

/** Of an outcome: nothing happens. */
export const IMPOSSIBLE = 1;
const UNKNOWN = 0;
const FIRST_OUTCOME = 2;

/** Something that happens to lists, as the protocol names it, where, and what it depends on besides. */
interface ListsEvent {
  readonly action: 'joins through' | 'fails' | 'stabilises' | 'query' | 'drops';
  readonly at: number;
  /** Position to join through or to query, place in the list, or the predecessor of the first successor. */
  readonly operand: number;
}

export interface Fault {
  readonly invariants: readonly string[];
  /** What happened, and the lists before it. */
  readonly text: string;
}

/**
 * Digits of a member: its predecessor is `digit + 1` positions clockwise; what it has begun is 0 for nothing, then
 * to notify 1, 2, … positions clockwise, then to query 1, 2, … positions clockwise.
 */
export class ListsGraph {
  readonly size: number;
  /** Predecessors that a member can have: all other positions, and itself where lists may close. */
  readonly predecessors: number;
  /** What a member can have begun. */
  readonly steps: number;
  /** First entry of each member's list, `size` a combination of lists; NONE where no member is. */
  first: Int8Array;
  /** The first that a member's list is the same as after, turned by so many positions; `size` if none is. */
  period: Uint8Array;
  count = 0;
  /** Set when something that happened violates an invariant. */
  fault: Fault | undefined;
  readonly #network: Network;
  readonly #scratch: Network;
  readonly #code: StateCode;
  readonly #scratchCode: StateCode;
  readonly #protocol: Protocol;
  readonly #judge: Judge;
  readonly #indexes = new Map<string, number>();
  #codes: Uint16Array;
  #outcomes: Int32Array;
  readonly #eventCount: number;
  readonly #limit: number;
  /** New predecessor, by whether the old one lives, who is notified, the old one and by whom; −1 unknown. */
  readonly #notified: Int8Array;
  readonly #buffer: Uint16Array;

  /** More combinations of lists than `limit` are refused with a RangeError. */
  constructor(options: NetworkOptions, protocol: Protocol, limit: number) {
    const network = new Network(options);
    this.#network = network;
    this.#scratch = new Network(options);
    this.size = network.size;
    this.predecessors = network.mayClose ? network.size : network.size - 1;
    this.steps = 1 + 2 * this.predecessors;
    this.#code = new StateCode(network);
    this.#scratchCode = new StateCode(this.#scratch);
    this.#protocol = protocol;
    this.#judge = new Judge(network, { ...protocol, exempt: [...protocol.exempt, 'L2', 'T2'] });
    this.#limit = limit;
    this.#eventCount = this.dropOf(network.size, 0);
    const capacity = 64;
    this.#codes = new Uint16Array(capacity * network.size);
    this.#outcomes = new Int32Array(capacity * this.#eventCount);
    this.first = new Int8Array(capacity * network.size);
    this.period = new Uint8Array(capacity);
    this.#notified = new Int8Array(2 * network.size ** 2 * this.predecessors).fill(-1);
    this.#buffer = new Uint16Array(network.size);
  }

  joinOf(at: number, through: number): number {
    return at * this.size + through;
  }

  failOf(at: number): number {
    return this.size ** 2 + at;
  }

  /** `predecessor`: the digit of the first successor's; any if that is dead. */
  stabiliseOf(at: number, predecessor: number): number {
    return this.size ** 2 + this.size + at * this.predecessors + predecessor;
  }

  queryOf(at: number, target: number): number {
    return this.size ** 2 + this.size + this.size * this.predecessors + at * this.size + target;
  }

  dropOf(at: number, k: number): number {
    return 2 * this.size ** 2 + this.size + this.size * this.predecessors + at * this.#network.r + k;
  }

  /** Index of the lists of a network, and by how many positions they are turned there against those of the index. */
  indexOf(network: Network): { readonly lists: number; readonly turn: number } {
    for (const [at, state] of network.states.entries()) {
      this.#scratch.set(at, state && { ...state, predecessor: state.self });
      this.#scratch.setStep(at, IDLE, NONE);
    }
    this.#scratchCode.encode(this.#buffer, 0);
    const turn = rotateToLeast(this.#buffer);
    const name = this.#buffer.join(' ');
    const known = this.#indexes.get(name);
    if (known !== undefined) return { lists: known, turn };
    if (this.count === this.#limit) throw new RangeError(`more than ${this.#limit} combinations of lists`);
    this.#indexes.set(name, this.count);
    this.#add();
    return { lists: this.count - 1, turn };
  }

  /** Sets the network of a code to a combination of lists. Self stands for predecessors, and nothing is begun. */
  decode(lists: number, code: StateCode): void {
    code.decode(this.#codes, lists * this.size);
  }

  /** What an event does to the lists; `listsOf`, `turnOf` and `digitOf` read it. IMPOSSIBLE if it cannot happen. */
  outcome(lists: number, event: number): number {
    const known = this.#outcomes[lists * this.#eventCount + event]!;
    if (known !== UNKNOWN) return known;
    const made = this.#outcomeOf(lists, this.#eventOf(event));
    this.#outcomes[lists * this.#eventCount + event] = made;
    return made;
  }

  /** The predecessor of a member after it was notified: a digit, as `before`. */
  notified(at: number, before: number, beforeIsLive: boolean, notifier: number): number {
    const index = (((beforeIsLive ? 1 : 0) * this.size + at) * this.predecessors + before) * this.size + notifier;
    const known = this.#notified[index]!;
    if (known >= 0) return known;
    const made = this.#notifiedOf(at, (at + before + 1) % this.size, beforeIsLive, notifier);
    this.#notified[index] = made;
    return made;
  }

  #eventOf(event: number): ListsEvent {
    const { size, predecessors } = this;
    const split = (action: ListsEvent['action'], base: number, each: number): ListsEvent => {
      return { action, at: Math.floor((event - base) / each), operand: (event - base) % each };
    };
    if (event < this.failOf(0)) return split('joins through', 0, size);
    if (event < this.stabiliseOf(0, 0)) return split('fails', this.failOf(0), 1);
    if (event < this.queryOf(0, 0)) return split('stabilises', this.stabiliseOf(0, 0), predecessors);
    if (event < this.dropOf(0, 0)) return split('query', this.queryOf(0, 0), size);
    return split('drops', this.dropOf(0, 0), this.#network.r);
  }

  #outcomeOf(lists: number, { action: name, at, operand }: ListsEvent): number {
    const network = this.#network;
    this.decode(lists, this.#code);
    if (name === 'stabilises') this.#setPredecessor(network.entry(at, 0), operand);
    if (name === 'query') network.setStep(at, QUERYING, operand);
    this.#judge.begin();
    const before = network.toText();
    if (!this.#action(name).perform(network, at, name === 'joins through' || name === 'drops' ? operand : 0))
      return IMPOSSIBLE;
    const faults = [...this.#judge.faultsOfStep()];
    const isJoin = name === 'joins through';
    if (isJoin && network.predecessors[at] === at && !network.mayClose) faults.push('L2');
    if (faults.length > 0) {
      this.fault ??= { invariants: faults, text: `${before}\n· ${at} ${name} ${operand}\n${network.toText()}` };
      return IMPOSSIBLE;
    }
    const digit = isJoin ? this.#offset(at, network.predecessors[at]!) - 1 : this.#stepDigit(at);
    const reached = this.indexOf(network);
    return ((reached.lists * this.size + reached.turn) << 4) + digit + FIRST_OUTCOME;
  }

  /** Lists, turn and digit of an outcome. The digit is the joined member's predecessor, or what a member has begun. */
  listsOf(outcome: number): number {
    return Math.floor(((outcome - FIRST_OUTCOME) >>> 4) / this.size);
  }

  turnOf(outcome: number): number {
    return ((outcome - FIRST_OUTCOME) >>> 4) % this.size;
  }

  digitOf(outcome: number): number {
    return (outcome - FIRST_OUTCOME) & 15;
  }

  #action(name: string): Action {
    return this.#protocol.actions.find((action) => action.name === name)!;
  }

  #stepDigit(at: number): number {
    const step = this.#network.steps[at]!;
    if (step === IDLE) return 0;
    const offset = this.#offset(at, this.#network.targets[at]!);
    return step === NOTIFYING ? offset : this.predecessors + offset;
  }

  #notifiedOf(at: number, before: number, beforeIsLive: boolean, notifier: number): number {
    const network = this.#scratch;
    const { contacts } = network;
    network.clear();
    const members = new Set([at, notifier, ...(beforeIsLive ? [before] : [])]);
    for (const member of members) {
      const self = contacts[member]!;
      network.set(member, { self, predecessor: contacts[before]!, successors: [contacts[at]!] });
    }
    network.setStep(notifier, NOTIFYING, at);
    this.#action('notify').perform(network, notifier, 0);
    const after = network.predecessors[at]!;
    const faults: string[] = [];
    if (!predecessorChangedRightly(at, before, beforeIsLive, after)) faults.push('T2');
    if (after === at && !network.mayClose) faults.push('L2');
    if (faults.length === 0) return this.#offset(at, after) - 1;
    const liveness = beforeIsLive ? 'live' : 'dead';
    const text = `${at} has the ${liveness} predecessor ${before}\n· ${notifier} notifies it: it has ${after}`;
    this.fault ??= { invariants: faults, text };
    return 0;
  }

  #setPredecessor(at: number, digit: number): void {
    const state = this.#network.states[at];
    if (state === undefined) return;
    this.#network.set(at, { ...state, predecessor: this.#network.contacts[(at + digit + 1) % this.size]! });
  }

  #add(): void {
    const { size } = this;
    const lists = this.count++;
    if (lists === this.period.length) this.#grow();
    this.#codes.set(this.#buffer, lists * size);
    this.period[lists] = periodOf(this.#buffer);
    for (let at = 0; at < size; at++) {
      this.#code.decodeMember(at, this.#buffer[at]!);
      this.first[lists * size + at] = this.#network.isMember(at) ? this.#network.entry(at, 0) : NONE;
    }
  }

  #grow(): void {
    const capacity = this.period.length * 2;
    const grown = <A extends Uint8Array | Uint16Array | Int8Array | Int32Array>(to: A, from: A): A => {
      to.set(from);
      return to;
    };
    this.#codes = grown(new Uint16Array(capacity * this.size), this.#codes);
    this.#outcomes = grown(new Int32Array(capacity * this.#eventCount), this.#outcomes);
    this.first = grown(new Int8Array(capacity * this.size), this.first);
    this.period = grown(new Uint8Array(capacity), this.period);
  }

  /** 1 … size: how far clockwise `to` is; self is a whole turn away. */
  #offset(from: number, to: number): number {
    return ((to - from + this.size - 1) % this.size) + 1;
  }
}

/** By how many positions codes can be turned at least and are the same. */
function periodOf(codes: Uint16Array): number {
  const { length } = codes;
  for (let period = 1; period < length; period++) {
    if (codes.every((code, at) => code === codes[(at + period) % length])) return period;
  }
  return length;
}
