/**
 * Progress: when an operation would have an effect, and the ideal ring in which none has.
 *
 * Source: Zave, arXiv 1610.01140, section on progress. `enabled…` say from the paper's definitions, and without the
 * code under test, whether an operation is effective; the code must then change the state (P3), some operation must
 * be effective while the ring is not ideal (P1), and none when it is (P2).
 */
import type { Action, Protocol } from './model.ts';
import { IDLE, isBetween, type Network, NONE } from './network.ts';

/** P1: a ring that is not ideal has a member whose stabilisation is effective, once nobody has anything begun. */
export function progressIsPossible(network: Network): boolean {
  return isIdeal(network) || someEffective(network);
}

/** P2: in the ideal ring no stabilisation is effective. */
export function idealIsQuiet(network: Network): boolean {
  return !isIdeal(network) || !someEffective(network);
}

/**
 * Ideal: every member is on the ring, a's first successor is b exactly if b's predecessor is a, and each list
 * continues with the successors of its entries: r of them, or all other members and self.
 */
export function isIdeal(network: Network): boolean {
  const { lengths, memberCount, predecessors, r, size, states } = network;
  for (let member = 0; member < size; member++) {
    if (states[member] === undefined) continue;
    let next = member;
    if (lengths[member] !== Math.min(r, memberCount)) return false;
    for (let k = 0; k < lengths[member]!; k++) {
      next = memberAfter(network, next);
      if (network.entry(member, k) !== next) return false;
    }
    if (predecessors[network.entry(member, 0)] !== member) return false;
  }
  return true;
}

function memberAfter({ size, states }: Network, position: number): number {
  let at = (position + 1) % size;
  while (states[at] === undefined) at = (at + 1) % size;
  return at;
}

export function isIdle({ size, steps }: Network): boolean {
  for (let member = 0; member < size; member++) if (steps[member] !== IDLE) return false;
  return true;
}

/** The members whose stabilisation, done without a pause, would change some state. */
export function effectiveMembers(network: Network): number[] {
  const effective: number[] = [];
  for (let member = 0; member < network.size; member++) if (isEffective(network, member)) effective.push(member);
  return effective;
}

function someEffective(network: Network): boolean {
  for (let member = 0; member < network.size; member++) if (isEffective(network, member)) return true;
  return false;
}

/** Whether the stabilisation of a member, done without a pause, would change some state. */
export function isEffective(network: Network, member: number): boolean {
  if (!network.isMember(member)) return false;
  const successor = network.entry(member, 0);
  if (!network.isMember(successor)) return true;
  return (
    listWouldChange(network, member, successor) ||
    candidateWouldBeAdopted(network, member, successor) ||
    predecessorWouldChange(network, member, successor)
  );
}

/** StabilizeFromSuccessor: the list is not the successor followed by the successor's list. */
function listWouldChange(network: Network, member: number, successor: number): boolean {
  const wanted = listBehind(network, member, successor);
  if (network.lengths[member] !== wanted.length) return true;
  return wanted.some((entry, k) => network.entry(member, k) !== entry);
}

/** The successor and its list, as far as r and one turn of the ring allow; self closes it, and is not gone past. */
function listBehind(network: Network, member: number, successor: number): number[] {
  const list = [successor];
  for (let k = 0; k < network.r && list.length < network.r && list.at(-1) !== member; k++) {
    const entry = network.entry(successor, k);
    if (entry === NONE || (entry !== member && !isBetween(list.at(-1)!, entry, member))) break;
    list.push(entry);
  }
  return list;
}

/** StabilizeFromPredecessor: the successor has a live predecessor that lies between. */
function candidateWouldBeAdopted(network: Network, member: number, successor: number): boolean {
  const candidate = network.predecessors[successor]!;
  return network.isMember(candidate) && isBetween(member, candidate, successor);
}

/** Rectify: the successor takes this member as predecessor, for it is nearer or the present one is dead. */
function predecessorWouldChange(network: Network, member: number, successor: number): boolean {
  const before = network.predecessors[successor]!;
  if (before === member) return false;
  return !network.isMember(before) || isBetween(before, member, successor);
}

/** One round: every member of `order` stabilises, and does what it has begun to the end. */
export function stabiliseAll(protocol: Protocol, network: Network, order: readonly number[]): void {
  const maintenance = protocol.actions.filter(({ upkeep }) => upkeep);
  for (const member of order) finish(maintenance, network, member);
}

/** Each upkeep action of a member once, in the order of the protocol; what it had begun comes to its end first. */
function finish(maintenance: readonly Action[], network: Network, member: number): void {
  if (network.steps[member] !== IDLE) for (const action of maintenance) action.perform(network, member, 0);
  for (const action of maintenance) action.perform(network, member, 0);
}

/** Rounds until the ring is ideal, members in ascending order; undefined if `limit` are not enough. */
export function roundsToIdeal(protocol: Protocol, network: Network, limit: number): number | undefined {
  const everybody = Array.from({ length: network.size }, (_, position) => position);
  for (let rounds = 0; rounds <= limit; rounds++) {
    if (isIdeal(network)) return rounds;
    stabiliseAll(protocol, network, everybody);
  }
  return undefined;
}
