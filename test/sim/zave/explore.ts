/**
 * Exhaustive search: every state that a protocol can reach from given rings, breadth first, over a small id space.
 * Each state is checked against all invariants, each transition against T1 and T2, and each state in which nothing is
 * begun against P1 to P3. States that differ by a rotation are one.
 */

import { forgetPredecessor } from './any-candidate.ts';
import { cpuSeconds } from './cpu-time.ts';
import { faultsOfProgress, Judge } from './judge.ts';
import { describe, type Happening, happeningsOf, type Protocol } from './model.ts';
import { Network, type NetworkOptions } from './network.ts';
import { isIdeal } from './progress.ts';
import { rotateToLeast, StateCode } from './state-code.ts';
import { StateSet } from './state-set.ts';

export interface Exploration extends NetworkOptions {
  readonly protocol: Protocol;
  /** Sets the network to the initial states, one after the other. */
  readonly initial: (network: Network) => Iterable<unknown>;
  /** States at most; a search that would need more ends with `complete: false`. */
  readonly limit: number;
  /** Off for protocols that have no upkeep of their own. */
  readonly checkProgress: boolean;
  /** Goes on after a violation, also from the state that violates something: to find every kind. */
  readonly collectViolations?: boolean;
  readonly onProgress?: (statesDone: number, statesFound: number) => void;
  /** Is shown the network in each state, once. */
  readonly onState?: (network: Network) => void;
}

export interface Violation {
  /** Name of what is violated: I1 … P3. */
  readonly invariant: string;
  /** What happened from an initial state on, and the state after each happening. */
  readonly trace: string;
}

export interface ExplorationReport {
  /** Up to rotation. */
  readonly states: number;
  readonly transitions: number;
  readonly idealStates: number;
  /** False if the limit was reached or a violation ended the search. */
  readonly complete: boolean;
  /** The first violation of each name. */
  readonly violations: readonly Violation[];
  /** CPU time. */
  readonly seconds: number;
}

const PROGRESS_EVERY = 1 << 17;

export function explore(exploration: Exploration): ExplorationReport {
  return new Explorer(exploration).run();
}

class Explorer {
  readonly #exploration: Exploration;
  readonly #network: Network;
  readonly #judge: Judge;
  readonly #code: StateCode;
  readonly #found: StateSet;
  readonly #violations = new Map<string, Violation>();
  /** The state that is being gone on from, and the one just reached; each as it is and in its least rotation. */
  readonly #current: Uint16Array;
  readonly #reached: Uint16Array;
  readonly #least: Uint16Array;
  #transitions = 0;
  #idealStates = 0;

  constructor(exploration: Exploration) {
    const { limit, size } = exploration;
    this.#exploration = exploration;
    this.#network = new Network(exploration);
    this.#judge = new Judge(this.#network, exploration.protocol);
    this.#code = new StateCode(this.#network);
    this.#found = new StateSet(size, limit);
    this.#current = new Uint16Array(size);
    this.#reached = new Uint16Array(size);
    this.#least = new Uint16Array(size);
  }

  run(): ExplorationReport {
    const started = cpuSeconds();
    const complete = this.#search();
    return {
      states: this.#found.count,
      transitions: this.#transitions,
      idealStates: this.#idealStates,
      complete,
      violations: [...this.#violations.values()],
      seconds: cpuSeconds() - started,
    };
  }

  #search(): boolean {
    const { collectViolations, initial, limit, onProgress, protocol } = this.#exploration;
    const found = this.#found;
    for (const _ of initial(this.#network)) {
      if (!protocol.hasPredecessors) for (let at = 0; at < found.width; at++) forgetPredecessor(this.#network, at);
      this.#judge.begin();
      const faults = this.#faults();
      if (faults.length > 0)
        throw new Error(`an initial state violates ${faults.join(', ')}:\n${this.#network.toText()}`);
      found.add(this.#least, found.count);
    }
    for (let index = 0; index < found.count; index++) {
      this.#expand(index);
      if (this.#violations.size > 0 && collectViolations !== true) return false;
      if (found.count >= limit) return false;
      if (index % PROGRESS_EVERY === 0) onProgress?.(index, found.count);
    }
    return true;
  }

  /** Does everything that can happen in a state. */
  #expand(index: number): void {
    const { width } = this.#found;
    this.#goTo(this.#found.codes.subarray(index * width, (index + 1) * width));
    if (isIdeal(this.#network)) this.#idealStates += 1;
    this.#exploration.onState?.(this.#network);
    for (const happening of happeningsOf(this.#exploration.protocol, this.#network)) {
      if (!this.#perform(happening)) continue;
      this.#transitions += 1;
      const faults = this.#faults();
      for (const fault of faults) this.#violated(fault, index);
      if (this.#found.count < this.#found.limit && this.#isFollowed(faults)) this.#found.add(this.#least, index);
      this.#code.decode(this.#current, 0);
    }
  }

  /** Lists that are too long have no code. */
  #isFollowed(faults: readonly string[]): boolean {
    return faults.length === 0 || (this.#exploration.collectViolations === true && !faults.includes('L1'));
  }

  #goTo(codes: Uint16Array): void {
    this.#current.set(codes);
    this.#code.decode(this.#current, 0);
    this.#judge.begin();
  }

  #perform({ action, at, choice }: Happening): boolean {
    return this.#exploration.protocol.actions[action]!.perform(this.#network, at, choice);
  }

  /** What the network's state, reached from `current`, violates. Leaves its least rotation in `least`. */
  #faults(): readonly string[] {
    const faults = this.#judge.faultsOfStep();
    if (faults.includes('L1')) return faults;
    this.#code.encode(this.#reached, 0);
    this.#least.set(this.#reached);
    rotateToLeast(this.#least);
    if (faults.length > 0 || !this.#exploration.checkProgress || this.#found.has(this.#least)) return faults;
    const restore = (): void => this.#code.decode(this.#reached, 0);
    return faultsOfProgress(this.#exploration.protocol, this.#network, restore);
  }

  #violated(invariant: string, index: number): void {
    if (this.#violations.has(invariant)) return;
    const current = this.#current.slice();
    const trace = this.#traceTo(index, invariant);
    this.#violations.set(invariant, { invariant, trace });
    this.#goTo(current);
  }

  /** Retraces the way to a state, and to the violation behind it, without the rotations. */
  #traceTo(index: number, invariant: string): string {
    const path = [index];
    for (let at = index; this.#found.parentOf(at) !== at; at = path[0]!) path.unshift(this.#found.parentOf(at));
    const { codes, width } = this.#found;
    this.#goTo(codes.subarray(path[0]! * width, (path[0]! + 1) * width));
    const lines = [this.#network.toText()];
    for (const next of path.slice(1)) {
      const wanted = codes.slice(next * width, (next + 1) * width);
      lines.push(this.#retrace((faults) => this.#isFollowed(faults) && this.#least.every((c, i) => c === wanted[i])));
    }
    lines.push(this.#retrace((faults) => faults.includes(invariant)));
    return lines.join('\n');
  }

  /** Does the first thing that can happen now and leads to what is wanted, and says what that was. */
  #retrace(isWanted: (faults: readonly string[]) => boolean): string {
    for (const happening of happeningsOf(this.#exploration.protocol, this.#network)) {
      const sentence = describe(this.#exploration.protocol, this.#network, happening);
      if (!this.#perform(happening)) continue;
      if (isWanted(this.#faults())) {
        this.#code.encode(this.#current, 0);
        const line = `· ${sentence}\n${this.#network.toText()}`;
        this.#judge.begin();
        return line;
      }
      this.#code.decode(this.#current, 0);
    }
    throw new Error('the way to a state cannot be found again: an action is not a function of the state');
  }
}
