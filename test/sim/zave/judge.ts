/** Holds a network to everything that must be true of its states and of the steps between them. */
import {
  Analysis,
  firstSuccessorChangedRightly,
  predecessorChangedRightly,
  predecessorNeverNil,
  principalsFellRightly,
  violatedIn,
} from './invariants.ts';
import type { Protocol } from './model.ts';
import { type Network, NONE } from './network.ts';
import { effectiveMembers, idealIsQuiet, isIdle, progressIsPossible, stabiliseAll } from './progress.ts';

const NO_FAULTS: readonly string[] = [];

export interface JudgeOptions {
  /** Whether N is asked as well: only where every step to the state was seen, for it is no part of the states. */
  readonly naming: boolean;
}

export class Judge {
  readonly #network: Network;
  readonly #naming: boolean;
  readonly #analysis: Analysis;
  /** Version of the network that the analysis is of. */
  #analysed = NONE;
  readonly #principalBefore: Uint8Array;
  readonly #predecessorsBefore: Int16Array;
  readonly #listsBefore: Int16Array;
  #principalCountBefore = 0;
  #memberCountBefore = 0;
  #versionBefore = NONE;
  readonly #exempt: ReadonlySet<string>;

  constructor(network: Network, { exempt }: Protocol, { naming }: JudgeOptions = { naming: false }) {
    this.#network = network;
    this.#naming = naming;
    this.#exempt = new Set(exempt);
    this.#analysis = new Analysis(network.size);
    this.#principalBefore = new Uint8Array(network.size);
    this.#predecessorsBefore = new Int16Array(network.size);
    this.#listsBefore = new Int16Array(network.lists.length);
  }

  /** Of the present state. */
  get analysis(): Analysis {
    if (this.#analysed !== this.#network.version) {
      this.#analysis.of(this.#network);
      this.#analysed = this.#network.version;
    }
    return this.#analysis;
  }

  /** Takes the present state as the one that the next step starts from. */
  begin(): void {
    const { principal, principalCount } = this.analysis;
    if (this.#versionBefore !== this.#network.version) {
      this.#principalBefore.set(principal);
      this.#listsBefore.set(this.#network.lists);
    }
    this.#principalCountBefore = principalCount;
    this.#predecessorsBefore.set(this.#network.predecessors);
    this.#memberCountBefore = this.#network.memberCount;
    this.#versionBefore = this.#network.version;
  }

  /** What the present state violates, by name, and what the step to it since `begin` does; P1 to P3 left out. */
  faultsOfStep(): readonly string[] {
    const faults: string[] = [];
    if (!predecessorNeverNil(this.#network)) faults.push('L2');
    if (!this.#predecessorsChangedRightly()) faults.push('T2');
    if (this.#naming && !this.#network.naming.isRight) faults.push('N');
    if (this.#network.version !== this.#versionBefore) this.#addFaultsOfLists(faults);
    return this.#exempt.size === 0 ? faults : faults.filter((fault) => !this.#exempt.has(fault));
  }

  #addFaultsOfLists(faults: string[]): void {
    const network = this.#network;
    faults.push(...violatedIn(network, this.analysis));
    const failedPrincipal = network.memberCount < this.#memberCountBefore && this.#isPrincipalGone();
    if (!principalsFellRightly(this.#principalCountBefore, this.analysis.principalCount, failedPrincipal)) {
      faults.push('T1');
    }
    if (!this.#firstSuccessorsChangedRightly()) faults.push('T3');
  }

  #predecessorsChangedRightly(): boolean {
    const { predecessors, size } = this.#network;
    for (let member = 0; member < size; member++) {
      const before = this.#predecessorsBefore[member]!;
      const after = predecessors[member]!;
      if (before === after || before === NONE || after === NONE) continue;
      if (!predecessorChangedRightly(member, before, this.#network.isMember(before), after)) return false;
    }
    return true;
  }

  #firstSuccessorsChangedRightly(): boolean {
    const before = this.#listsBefore;
    const { lists, size, stride } = this.#network;
    for (let member = 0; member < size; member++) {
      const first = member * stride;
      if (before[first] === lists[first] || before[first] === NONE || lists[first] === NONE) continue;
      if (!firstSuccessorChangedRightly(this.#network, member, before)) return false;
    }
    return true;
  }

  #isPrincipalGone(): boolean {
    const { size, states } = this.#network;
    for (let position = 0; position < size; position++) {
      if (this.#principalBefore[position] === 1 && states[position] === undefined) return true;
    }
    return false;
  }
}

/**
 * P1, P2 and P3 in a state in which nothing is begun: names of those violated; nothing to say of other states.
 * `restore` sets the network back to that state, for P3 has members stabilise.
 */
export function faultsOfProgress(protocol: Protocol, network: Network, restore: () => void): readonly string[] {
  if (!isIdle(network)) return NO_FAULTS;
  const faults: string[] = [];
  if (!progressIsPossible(network)) faults.push('P1');
  if (!idealIsQuiet(network)) faults.push('P2');
  const lists = network.lists.slice();
  const predecessors = network.predecessors.slice();
  for (const member of effectiveMembers(network)) {
    stabiliseAll(protocol, network, [member]);
    const changed =
      network.lists.some((entry, i) => entry !== lists[i]) ||
      network.predecessors.some((predecessor, i) => predecessor !== predecessors[i]);
    restore();
    if (!changed && !faults.includes('P3')) faults.push('P3');
  }
  return faults;
}
