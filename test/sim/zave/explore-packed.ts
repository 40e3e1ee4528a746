/**
 * The exhaustive search of explore.ts, for many more states: what happens is looked up in the tables of a ListsGraph,
 * a state is two words, of those seen only enough is kept to know them again, and only those that wait to be gone on
 * from are kept whole. Breadth first, so that what is violated is violated as soon as can be. It has no parents to
 * retrace a violation by: the plain search tells the whole way to it.
 */

import { cpuSeconds } from './cpu-time.ts';
import type { Violation } from './explore.ts';
import { faultsOfProgress } from './judge.ts';
import { IMPOSSIBLE, ListsGraph } from './lists-graph.ts';
import type { Protocol } from './model.ts';
import { Network, type NetworkOptions, NONE, NOTIFYING, QUERYING } from './network.ts';
import { PackedQueue } from './packed-queue.ts';
import { PackedSet } from './packed-set.ts';
import { PackedState } from './packed-state.ts';
import { StateCode } from './state-code.ts';

export interface PackedExploration extends NetworkOptions {
  /** `correctedProtocol`, over any operations. */
  readonly protocol: Protocol;
  /** Sets the network to the initial states, one after the other. */
  readonly initial: (network: Network) => Iterable<unknown>;
  /** States at most; a search that would need more ends with `complete: false`. */
  readonly limit: number;
  readonly onProgress?: (statesDone: number, statesFound: number, depth: number) => void;
}

export interface PackedReport {
  /** Up to rotation. */
  readonly states: number;
  readonly transitions: number;
  /** Combinations of lists, up to rotation. */
  readonly lists: number;
  /** Happenings from an initial state to the furthest one. */
  readonly depth: number;
  /** Most states that waited at once. */
  readonly widest: number;
  /** False if the limit was reached or a violation ended the search. */
  readonly complete: boolean;
  /** An upper bound of the probability that a state was taken for another and so not gone on from. */
  readonly omissionProbability: number;
  readonly violations: readonly Violation[];
  /** CPU time. */
  readonly seconds: number;
}

const PROGRESS_EVERY = 1 << 20;
/** Combinations of lists at most; more are refused with a RangeError. */
const LISTS_LIMIT = 1 << 19;

export function explorePacked(exploration: PackedExploration): PackedReport {
  return new PackedExplorer(exploration).run();
}

class PackedExplorer {
  readonly #exploration: PackedExploration;
  readonly #graph: ListsGraph;
  readonly #current: PackedState;
  readonly #reached: PackedState;
  readonly #seen: PackedSet;
  readonly #queue = new PackedQueue();
  readonly #network: Network;
  readonly #code: StateCode;
  #violation: Violation | undefined;
  #transitions = 0;
  #widest = 0;
  #depth = 0;

  constructor(exploration: PackedExploration) {
    const { limit, protocol } = exploration;
    this.#exploration = exploration;
    this.#graph = new ListsGraph(exploration, protocol, LISTS_LIMIT);
    this.#current = new PackedState(this.#graph, LISTS_LIMIT);
    this.#reached = new PackedState(this.#graph, LISTS_LIMIT);
    this.#seen = new PackedSet(this.#current.highBits, limit, (high, low) => this.#queue.push(high, low));
    this.#network = new Network(exploration);
    this.#code = new StateCode(this.#network);
  }

  run(): PackedReport {
    const started = cpuSeconds();
    for (const _ of this.#exploration.initial(this.#network)) this.#begin();
    const complete = this.#search();
    return {
      states: this.#seen.count,
      transitions: this.#transitions,
      lists: this.#graph.count,
      depth: this.#depth - (complete ? 1 : 0),
      widest: this.#widest,
      complete,
      omissionProbability: this.#seen.omissionProbability,
      violations: this.#violation === undefined ? [] : [this.#violation],
      seconds: cpuSeconds() - started,
    };
  }

  /** Takes the network's state as an initial one: an ideal ring, in which nothing is begun. */
  #begin(): void {
    const { lists, turn } = this.#graph.indexOf(this.#network);
    const reached = this.#reached;
    reached.lists = lists;
    for (let at = 0; at < this.#graph.size; at++) {
      const offset = (this.#network.predecessors[at]! - at - 1 + 2 * this.#graph.size) % this.#graph.size;
      reached.digits[at] = this.#network.isMember(at) ? offset * this.#graph.steps : 0;
    }
    this.#add(turn);
  }

  #search(): boolean {
    const { limit, onProgress } = this.#exploration;
    this.#seen.flush();
    for (let done = 0, level = this.#queue.length; level > 0; level = this.#queue.length, this.#depth++) {
      for (let i = 0; i < level; i++) {
        this.#queue.take();
        this.#current.set(this.#queue.high, this.#queue.low);
        this.#expand();
        if (this.#violation !== undefined || this.#seen.count >= limit) return false;
        if (++done % PROGRESS_EVERY === 0) onProgress?.(done, this.#seen.count, this.#depth);
      }
      this.#seen.flush();
      this.#widest = Math.max(this.#widest, this.#queue.length);
    }
    return true;
  }

  /** Does everything that can happen in the current state. */
  #expand(): void {
    const graph = this.#graph;
    const { size, steps } = graph;
    const { digits, lists } = this.#current;
    if (this.#isIdle()) this.#checkProgress();
    for (let at = 0; at < size; at++) {
      const first = graph.first[lists * size + at]!;
      if (first === NONE) {
        for (let through = 0; through < size; through++) this.#join(at, through);
        continue;
      }
      this.#changeLists(graph.outcome(lists, graph.failOf(at)), at, 'clear');
      for (let k = 0; k < this.#exploration.r; k++)
        this.#changeLists(graph.outcome(lists, graph.dropOf(at, k)), at, 'keep');
      const step = digits[at]! % steps;
      if (step === 0) {
        const predecessor = Math.floor(digits[first]! / steps);
        this.#changeLists(graph.outcome(lists, graph.stabiliseOf(at, predecessor)), at, 'step');
      } else if (step <= graph.predecessors) {
        this.#notify(at, (at + step) % size);
      } else {
        const target = (at + step - graph.predecessors) % size;
        this.#changeLists(graph.outcome(lists, graph.queryOf(at, target)), at, 'step');
      }
      if (this.#violation !== undefined) return;
    }
    if (graph.fault !== undefined) this.#violated(graph.fault.invariants, graph.fault.text);
  }

  #join(at: number, through: number): void {
    const graph = this.#graph;
    if (graph.first[this.#current.lists * graph.size + through] === NONE) return;
    this.#changeLists(graph.outcome(this.#current.lists, graph.joinOf(at, through)), at, 'predecessor');
  }

  /** Goes on to the lists of an outcome. `sets`: what becomes of the digit of the member that it happened to. */
  #changeLists(outcome: number, at: number, sets: 'keep' | 'clear' | 'step' | 'predecessor'): void {
    if (outcome === IMPOSSIBLE) return;
    const graph = this.#graph;
    const reached = this.#reached;
    reached.copyDigits(this.#current);
    reached.lists = graph.listsOf(outcome);
    const digit = reached.digits[at]!;
    if (sets === 'step') reached.digits[at] = digit - (digit % graph.steps) + graph.digitOf(outcome);
    else if (sets === 'predecessor') reached.digits[at] = graph.digitOf(outcome) * graph.steps;
    else if (sets === 'clear') reached.digits[at] = 0;
    this.#transitions += 1;
    this.#add(graph.turnOf(outcome));
  }

  /** The member at a position notifies another, which may have failed since. */
  #notify(at: number, to: number): void {
    const graph = this.#graph;
    const { size, steps } = graph;
    const { digits, lists } = this.#current;
    const reached = this.#reached;
    reached.copyDigits(this.#current);
    reached.lists = lists;
    reached.digits[at] = digits[at]! - (digits[at]! % steps);
    if (graph.first[lists * size + to] !== NONE) {
      const before = Math.floor(digits[to]! / steps);
      const beforeIsLive = graph.first[lists * size + ((to + before + 1) % size)] !== NONE;
      const after = graph.notified(to, before, beforeIsLive, at);
      reached.digits[to] = after * steps + (reached.digits[to]! % steps);
    }
    this.#transitions += 1;
    this.#add(0);
  }

  /** Adds the state reached, whose digits are turned as they were before. */
  #add(turn: number): void {
    const reached = this.#reached;
    reached.turn(turn, this.#graph.period[reached.lists]!);
    this.#seen.add(reached.high, reached.low);
  }

  #isIdle(): boolean {
    const { digits } = this.#current;
    for (let at = 0; at < digits.length; at++) if (digits[at]! % this.#graph.steps !== 0) return false;
    return true;
  }

  #checkProgress(): void {
    this.#decode(this.#current);
    const faults = faultsOfProgress(this.#exploration.protocol, this.#network, () => this.#decode(this.#current));
    if (faults.length > 0) this.#violated(faults, this.#network.toText());
  }

  #violated(invariants: readonly string[], text: string): void {
    this.#violation ??= { invariant: invariants.join(', '), trace: `within ${this.#depth + 1} happenings:\n${text}` };
  }

  #decode({ digits, lists }: PackedState): void {
    const { predecessors, size, steps } = this.#graph;
    const network = this.#network;
    this.#graph.decode(lists, this.#code);
    for (const [at, digit] of digits.entries()) {
      const state = network.states[at];
      if (state === undefined) continue;
      const predecessor = network.contacts[(at + Math.floor(digit / steps) + 1) % size]!;
      network.set(at, { ...state, predecessor });
      const step = digit % steps;
      if (step > predecessors) network.setStep(at, QUERYING, (at + step - predecessors) % size);
      else if (step > 0) network.setStep(at, NOTIFYING, (at + step) % size);
    }
  }
}
