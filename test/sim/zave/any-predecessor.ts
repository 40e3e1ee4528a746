/**
 * What the search over lists alone (any-candidate.ts) leaves open: predecessors and what members have begun. In a state
 * of lists every predecessor of every member is tried, reachable or not, and every notification.
 *
 * Together they cover more than an exact search of the same size: whatever happens under `correctedProtocol` either
 * leaves all lists as they are or does to them what `anyCandidateProtocol` can do too, so the lists of every reachable
 * state are found; and what P1 to P3, T2 and L2 say beyond lists is said of one predecessor at a time. An operation
 * of a member reads the predecessor of its first successor and no other. So the members' predecessors need not be
 * tried in every combination: if, with these lists, no stabilisation is effective, each member that is a first
 * successor has a predecessor of a certain set, whatever the others have.
 */
import type { Protocol } from './model.ts';
import { IDLE, isBetween, type Network, NONE, NOTIFYING } from './network.ts';
import { effectiveMembers, isEffective, isIdeal, stabiliseAll } from './progress.ts';

export class AnyPredecessor {
  readonly #protocol: Protocol;
  readonly #notify: Protocol['actions'][number];
  /** Sets of members, as bits, whose notifications have been tried. */
  readonly #notified = new Set<number>();
  #checked = 0;

  /** `protocol`: with predecessors, as `correctedProtocol`. */
  constructor(protocol: Protocol) {
    this.#protocol = protocol;
    this.#notify = protocol.actions.find(({ name }) => name === 'notify')!;
  }

  /** Members with a predecessor that were tried. */
  get checked(): number {
    return this.#checked;
  }

  /** Names of what some choice of predecessors violates: P1, P2, P3, T2, L2. Leaves the network as it was. */
  faultsOf(network: Network): readonly string[] {
    const states = [...network.states];
    const restore = (): void => {
      for (const [at, state] of states.entries()) {
        network.set(at, state);
        network.setStep(at, IDLE, NONE);
      }
    };
    const faults = new Set<string>();
    for (const fault of this.#faultsOfNotifying(network)) faults.add(fault);
    restore();
    for (const fault of this.#faultsOfStabilising(network, restore)) faults.add(fault);
    for (const fault of faultsOfRest(network)) faults.add(fault);
    restore();
    return [...faults];
  }

  /** T2 and L2, which depend on who is a member and not on lists: every notifier, at every predecessor. */
  *#faultsOfNotifying(network: Network): Iterable<string> {
    const members = membersOf(network);
    const mask = members.reduce((bits, at) => bits | (1 << at), 0);
    if (this.#notified.has(mask)) return;
    this.#notified.add(mask);
    for (const at of members) {
      for (const notifier of members) {
        for (const before of predecessorsOf(network, at)) {
          if (notifier === at) continue;
          setPredecessor(network, at, before);
          network.setStep(notifier, NOTIFYING, at);
          this.#notify.perform(network, notifier, 0);
          const after = network.predecessors[at]!;
          if (before !== after && network.isMember(before) && !isBetween(before, after, at)) yield 'T2';
          if (after === at) yield 'L2';
        }
      }
    }
  }

  /** P3: a stabilisation that is effective, with any predecessor of the successor, changes the state. */
  *#faultsOfStabilising(network: Network, restore: () => void): Iterable<string> {
    for (const member of membersOf(network)) {
      const successor = network.entry(member, 0);
      for (const predecessor of predecessorsOf(network, successor)) {
        this.#checked += 1;
        setPredecessor(network, successor, predecessor);
        if (!isEffective(network, member)) continue;
        const before = network.states[successor];
        const own = network.states[member];
        stabiliseAll(this.#protocol, network, [member]);
        if (network.states[successor] === before && network.states[member] === own) yield 'P3';
        restore();
      }
    }
  }
}

/** P1 and P2: predecessors with which no stabilisation is effective are those of the ideal ring, and no others. */
function* faultsOfRest(network: Network): Iterable<string> {
  const members = membersOf(network);
  const resting = new Map<number, number[]>();
  for (const member of members) {
    const successor = network.entry(member, 0);
    const candidates = resting.get(successor) ?? predecessorsOf(network, successor);
    const kept = candidates.filter((predecessor) => {
      setPredecessor(network, successor, predecessor);
      return !isEffective(network, member);
    });
    if (kept.length === 0) {
      if (setIdealPredecessors(network, members)) yield 'P2';
      return;
    }
    resting.set(successor, kept);
  }
  // Some choice of predecessors leaves nothing to be done: it must be the only one, and the ring ideal.
  for (const [successor, [predecessor]] of resting) setPredecessor(network, successor, predecessor!);
  const isOnlyOne = resting.size === members.length && [...resting.values()].every((kept) => kept.length === 1);
  if (!isOnlyOne || !isIdeal(network)) yield 'P1';
  if (isIdeal(network) && effectiveMembers(network).length > 0) yield 'P2';
}

/** Gives each first successor the predecessor of the ideal ring; whether that made the ring ideal. */
function setIdealPredecessors(network: Network, members: readonly number[]): boolean {
  for (const member of members) setPredecessor(network, network.entry(member, 0), member);
  return isIdeal(network);
}

function membersOf({ size, states }: Network): number[] {
  return Array.from({ length: size }, (_, at) => at).filter((at) => states[at] !== undefined);
}

/** Every predecessor that a member can have: any position but its own, if no list may close. */
function predecessorsOf(network: Network, at: number): number[] {
  if (!network.isMember(at)) return [NONE];
  return Array.from({ length: network.size }, (_, position) => position).filter(
    (position) => network.mayClose || position !== at,
  );
}

function setPredecessor(network: Network, at: number, predecessor: number): void {
  const state = network.states[at];
  if (state !== undefined) network.set(at, { ...state, predecessor: network.contacts[predecessor]! });
}
