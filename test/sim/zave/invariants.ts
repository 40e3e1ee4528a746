/**
 * What must hold in every state of a ring, as named pure predicates.
 *
 * Source: Pamela Zave, "Reasoning about identifier spaces: how to make Chord correct", arXiv 1610.01140. I1 and I2 are
 * her inductive invariant; D1 to D7 follow from them. She assumes r + 1 principals for ever. For smaller rings
 * (`Network.mayClose`) the same predicates are read so:
 *
 * - Self, at the end of a list that closes, is a live entry: a phone alone is its own best successor, and a ring.
 * - The extended list of a phone alone is [self, self], which skips everybody else: nobody else is a principal then.
 * - I2 asks for at least one principal instead of r + 1.
 * - D6 allows self as the last entry.
 *
 * Where messages are delayed, the lists that answers on their way will make count like lists when it comes to who is a
 * principal.
 *
 * Nothing else is weakened. L1 is no invariant of hers but the bound on a list, and her lists are exactly r long:
 * where she pads with placeholders, ours are shorter.
 */
import { isBetween, type Network, NONE } from './network.ts';

/** What the predicates need of a state, worked out once. One object serves many states, one after the other. */
export class Analysis {
  /** 1 where a principal is: a member that no member's extended successor list skips. */
  readonly principal: Uint8Array;
  principalCount = 0;
  /** The first live entry of each member's list (bestSucc); NONE if there is none. */
  readonly best: Int16Array;
  /** 1 where a ring member is: a member that reaches itself by best successors. */
  readonly onRing: Uint8Array;
  ringMemberCount = 0;
  /** Cycles of best successors. */
  ringCount = 0;
  /** Members from which best successors end nowhere. */
  strandedCount = 0;
  readonly #covers: Int16Array;
  readonly #visit: Int32Array;
  #visits = 0;

  constructor(size: number) {
    this.principal = new Uint8Array(size);
    this.best = new Int16Array(size);
    this.onRing = new Uint8Array(size);
    this.#covers = new Int16Array(size + 1);
    this.#visit = new Int32Array(size);
  }

  of(network: Network): this {
    this.#findPrincipals(network);
    this.#findBestSuccessors(network);
    this.#findRings(network);
    return this;
  }

  /** Counts for each position the adjacent pairs of extended lists that skip it, as differences of running sums. */
  #findPrincipals(network: Network): void {
    const { size } = network;
    const covers = this.#covers.fill(0);
    this.#addSkips(network, network.lists);
    if (network.answerCount > 0) this.#addSkips(network, network.comingLists);
    this.principalCount = 0;
    let skips = 0;
    for (let position = 0; position < size; position++) {
      skips += covers[position]!;
      const isPrincipal = skips === 0 && network.states[position] !== undefined;
      this.principal[position] = isPrincipal ? 1 : 0;
      if (isPrincipal) this.principalCount += 1;
    }
  }

  #addSkips({ size, stride }: Network, lists: Int16Array): void {
    const covers = this.#covers;
    for (let start = 0; start < lists.length; start += stride) {
      const owner = (start / stride) % size;
      let last = owner;
      for (let k = start; k < start + stride; k++) {
        const entry = lists[k]!;
        if (entry === NONE) break;
        covers[last + 1]! += 1;
        covers[entry]! -= 1;
        if (entry <= last) covers[0]! += 1;
        last = entry;
      }
    }
  }

  #findBestSuccessors({ size, stride, lists, states }: Network): void {
    for (let member = 0; member < size; member++) {
      this.best[member] = NONE;
      if (states[member] === undefined) continue;
      for (let k = 0; k < stride; k++) {
        const entry = lists[member * stride + k]!;
        if (entry === NONE) break;
        if (states[entry] === undefined) continue;
        this.best[member] = entry;
        break;
      }
    }
  }

  #findRings({ size, states }: Network): void {
    const { best, onRing } = this;
    const visit = this.#visit;
    onRing.fill(0);
    this.ringCount = 0;
    this.ringMemberCount = 0;
    this.strandedCount = 0;
    if (this.#visits > 1_000_000_000) {
      visit.fill(0);
      this.#visits = 0;
    }
    const visitsBefore = this.#visits;
    for (let member = 0; member < size; member++) {
      if (states[member] === undefined || visit[member]! > visitsBefore) continue;
      this.#visits += 1;
      const walk = this.#visits;
      let at = member;
      while (at !== NONE && visit[at]! <= visitsBefore) {
        visit[at] = walk;
        at = best[at]!;
      }
      if (at === NONE) this.strandedCount += 1;
      else if (visit[at] === walk) this.#markRing(at);
    }
  }

  #markRing(start: number): void {
    this.ringCount += 1;
    let at = start;
    do {
      this.onRing[at] = 1;
      this.ringMemberCount += 1;
      at = this.best[at]!;
    } while (at !== start);
  }
}

export type Predicate = (network: Network, analysis: Analysis) => boolean;

/** I1 (OneLiveSuccessor): every member has a live entry in its list. */
export const everyMemberHasLiveEntry: Predicate = (network, { best }) => {
  for (let member = 0; member < network.size; member++) {
    if (network.states[member] !== undefined && best[member] === NONE) return false;
  }
  return true;
};

/** I2 (SufficientPrincipals): there are at least r + 1 principals; at least one where rings may be smaller. */
export const enoughPrincipals: Predicate = (network, { principalCount }) => principalCount >= network.leastPrincipals;

/** D1 (AtLeastOneRing): some member reaches itself by best successors. */
export const atLeastOneRing: Predicate = (_, { ringCount }) => ringCount >= 1;

/** D2 (AtMostOneRing): from each ring member every other can be reached by best successors. */
export const atMostOneRing: Predicate = (_, { ringCount }) => ringCount <= 1;

/** D3 (OrderedRing): no ring member lies between a ring member and its best successor. */
export const orderedRing: Predicate = (network, { best, onRing }) => {
  for (let member = 0; member < network.size; member++) {
    if (onRing[member] === 0) continue;
    const next = best[member]!;
    for (let at = (member + 1) % network.size; at !== next; at = (at + 1) % network.size) {
      if (onRing[at] === 1) return false;
    }
  }
  return true;
};

/** D4 (ConnectedAppendages): from every member a ring member can be reached by best successors. */
export const connectedAppendages: Predicate = (_, { strandedCount }) => strandedCount === 0;

/** D5 (OrderedSuccessorLists): lists go clockwise, each entry as seen from self and from any entry before it. */
export const orderedLists: Predicate = (network) => {
  const { lengths, lists, size, stride } = network;
  for (let member = 0; member < size; member++) {
    if (goesOnceRound(network, member)) continue;
    const start = member * stride;
    const length = Math.min(lengths[member]!, stride);
    for (let j = 1; j < length; j++) {
      for (let i = 0; i < j; i++) {
        if (!isBetween(member, lists[start + i]!, lists[start + j]!)) return false;
        for (let h = 0; h < i; h++) {
          if (!isBetween(lists[start + h]!, lists[start + i]!, lists[start + j]!)) return false;
        }
      }
    }
  }
  return true;
};

/** Whether each entry is further clockwise from the member than the one before: enough for D5, quick to see. */
function goesOnceRound({ lists, size, stride }: Network, member: number): boolean {
  let furthest = 0;
  for (let at = member * stride; at < (member + 1) * stride && lists[at] !== NONE; at++) {
    const offset = lists[at]! > member ? lists[at]! - member : lists[at]! - member + size;
    if (offset <= furthest) return false;
    furthest = offset;
  }
  return true;
}

/** D6 (NoDuplicates): no list names a phone twice, or self; self may stand last where lists may close. */
export const noDuplicates: Predicate = (network) => {
  const { lengths, lists, size, stride } = network;
  for (let member = 0; member < size; member++) {
    const start = member * stride;
    const length = Math.min(lengths[member]!, stride);
    if (goesOnceRound(network, member) && lists[start + length - 1] !== member) continue;
    for (let j = 0; j < length; j++) {
      const closes = network.mayClose && j === length - 1;
      if (lists[start + j] === member && !closes) return false;
      for (let i = 0; i < j; i++) if (lists[start + i] === lists[start + j]) return false;
    }
  }
  return true;
};

/** D7 (PrincipalsInRing): every principal is a ring member. */
export const principalsOnRing: Predicate = (network, { onRing, principal }) => {
  for (let member = 0; member < network.size; member++) if (principal[member]! > onRing[member]!) return false;
  return true;
};

/** L1: a list has at least one entry and at most r. */
export const boundedLists: Predicate = (network) => {
  for (let member = 0; member < network.size; member++) {
    if (network.states[member] === undefined) continue;
    if (network.lengths[member]! < 1 || network.lengths[member]! > network.r) return false;
  }
  return true;
};

/**
 * L2: the predecessor is never nil, which self stands for, except while the phone is alone or its list closes. The
 * corrected operations replace a predecessor and never empty it.
 */
export function predecessorNeverNil(network: Network): boolean {
  if (network.mayClose) return true;
  for (let member = 0; member < network.size; member++) if (network.predecessors[member] === member) return false;
  return true;
}

/** The predicates on lists by name: I1 and I2 first, what follows from them after. L2 is on predecessors. */
export const INVARIANTS: ReadonlyMap<string, Predicate> = new Map([
  ['I1', everyMemberHasLiveEntry],
  ['I2', enoughPrincipals],
  ['D1', atLeastOneRing],
  ['D2', atMostOneRing],
  ['D3', orderedRing],
  ['D4', connectedAppendages],
  ['D5', orderedLists],
  ['D6', noDuplicates],
  ['D7', principalsOnRing],
  ['L1', boundedLists],
]);

/** Whether I holds: I1 and I2 together, Zave's inductive invariant. */
export function inductiveInvariantHolds(network: Network, analysis: Analysis): boolean {
  return everyMemberHasLiveEntry(network, analysis) && enoughPrincipals(network, analysis);
}

/** Names of the predicates that a state violates. */
export function violatedIn(network: Network, analysis: Analysis): string[] {
  const violated: string[] = [];
  for (const [name, holds] of INVARIANTS) if (!holds(network, analysis)) violated.push(name);
  return violated;
}

/**
 * T1: the number of principals falls only when a principal fails, and then by one at most (it may even rise: what only
 * the failed phone's list skipped is skipped no more).
 */
export function principalsFellRightly(before: number, after: number, failedPrincipal: boolean): boolean {
  return after >= before - (failedPrincipal ? 1 : 0);
}

/** T2: a live predecessor is only ever replaced by a nearer one (Rectify, and the reason it converges). */
export function predecessorChangedRightly(
  member: number,
  before: number,
  beforeIsLive: boolean,
  after: number,
): boolean {
  return before === after || !beforeIsLive || isBetween(before, after, member);
}

/**
 * T3: a phone that becomes a member's first successor is live, or was on its list before (it moved up). The 2001
 * protocol takes its successor's predecessor unqueried. Not asked of a join, which copies a list as it is.
 */
export function firstSuccessorChangedRightly(network: Network, member: number, listsBefore: Int16Array): boolean {
  const first = network.entry(member, 0);
  if (network.isMember(first)) return true;
  const start = member * network.stride;
  return listsBefore.subarray(start, start + network.stride).includes(first);
}
