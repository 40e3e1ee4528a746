/**
 * The ring operations as actions on a whole network, with atomic reads as in Zave's model: an action reads the present
 * state of at most one other member. Whatever a stabilisation leaves to be done (query a candidate, notify) is a
 * later action, so that those of different members interleave in every order. A member has begun one thing at a time,
 * as a phone has.
 *
 * The operations are parameters: `breakages.ts` swaps in wrong ones, and `published-2001.ts` is another protocol.
 */
import type { RingState } from '../../../services/chord-router/core/ring/ring.ts';
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { Analysis } from './invariants.ts';
import { IDLE, type Network, NONE, NOTIFYING, QUERYING } from './network.ts';

/** The pure functions of ring.ts that change a state. */
export type RingOperations = Pick<
  typeof ring,
  | 'join'
  | 'stabiliseFromSuccessor'
  | 'stabiliseFromDeadSuccessor'
  | 'stabiliseFromPredecessor'
  | 'rectify'
  | 'withoutSuccessor'
>;

/** Something that can happen at a position. */
export interface Action {
  readonly name: string;
  /** How it chooses: not at all, among all positions, or among the places of a list. */
  readonly chooses: 'nothing' | 'position' | 'entry';
  /** How often a random walk tries it, against the others. */
  readonly weight: number;
  /** Whether a member does it of its own accord, round after round. Such actions stand in a round's order. */
  readonly upkeep: boolean;
  /** Does it. False, with nothing changed, if it cannot happen here. */
  perform(network: Network, at: number, choice: number): boolean;
}

export interface Protocol {
  readonly name: string;
  readonly actions: readonly Action[];
  /** False if members have none: then self stands for it. */
  readonly hasPredecessors: boolean;
  /** Names of what it does not promise. */
  readonly exempt: readonly string[];
}

/** One happening: an action of a protocol by its index, where, and its choice (0 if there is none). */
export interface Happening {
  readonly action: number;
  readonly at: number;
  readonly choice: number;
}

/** Choices an action has at each position. */
export function choicesOf(action: Action, network: Network): number {
  if (action.chooses === 'nothing') return 1;
  return action.chooses === 'position' ? network.size : network.r;
}

/** Everything that could happen: each action, at each position, with each choice. */
export function* happeningsOf(protocol: Protocol, network: Network): Iterable<Happening> {
  for (const [action, definition] of protocol.actions.entries()) {
    const choices = choicesOf(definition, network);
    for (let at = 0; at < network.size; at++) {
      for (let choice = 0; choice < choices; choice++) yield { action, at, choice };
    }
  }
}

/** A sentence that says what happens, while the network is as it was before. */
export function describe(protocol: Protocol, network: Network, { action, at, choice }: Happening): string {
  const { name, chooses } = protocol.actions[action]!;
  const target = network.steps[at] === IDLE ? '' : ` ${network.targets[at]}`;
  if (chooses === 'nothing') return `${at} ${name}${name === 'query' || name === 'notify' ? target : ''}`;
  return `${at} ${name} ${chooses === 'position' ? choice : network.entry(at, choice)}`;
}

/** Zave's corrected protocol over these operations, and the early removal of dead entries that we add. */
export function correctedProtocol(operations: RingOperations = ring, name = 'corrected'): Protocol {
  return {
    name,
    hasPredecessors: true,
    exempt: [],
    actions: [
      joinThrough(operations),
      FAIL,
      stabilise(operations),
      queryCandidate(operations),
      notify(operations),
      dropDeadEntry(operations),
    ],
  };
}

/** Join: the position becomes a member through the member that precedes it by that one's own list. */
export function joinThrough(operations: RingOperations): Action {
  return {
    name: 'joins through',
    chooses: 'position',
    weight: 3,
    upkeep: false,
    perform(network, at, through) {
      const asked = network.states[through];
      if (asked === undefined || network.isMember(at)) return false;
      const state = operations.join(network.contacts[at]!, asked.self, asked, network.r);
      if (state === undefined) return false;
      network.set(at, state);
      return true;
    },
  };
}

/** Fail, where Zave's two assumptions allow it. */
export const FAIL: Action = {
  name: 'fails',
  chooses: 'nothing',
  weight: 2,
  upkeep: false,
  perform(network, at) {
    if (!mayFail(network, at)) return false;
    network.set(at, undefined);
    return true;
  },
};

/** The start of a stabilisation: StabilizeFromSuccessor, or the shift when the successor is dead. */
export function stabilise(operations: RingOperations): Action {
  return {
    name: 'stabilises',
    chooses: 'nothing',
    weight: 8,
    upkeep: true,
    perform(network, at) {
      const state = network.states[at];
      if (state === undefined || network.steps[at] !== IDLE) return false;
      const successor = state.successors[0]!;
      const answer = network.states[network.positionOf(successor)];
      if (answer === undefined) shiftPast(operations, network, at, successor);
      else takeListOf(operations, network, at, answer);
      return true;
    },
  };
}

/** StabilizeFromSuccessor of a successor that is dead: the next one is notified. */
export function shiftPast(operations: RingOperations, network: Network, at: number, dead: Contact): void {
  network.set(at, operations.stabiliseFromDeadSuccessor(network.states[at]!, dead));
  network.setStep(at, NOTIFYING, network.entry(at, 0));
}

/** The same of one that is live, as it is or was when it was asked: a candidate is queried, or the successor notified. */
export function takeListOf(operations: RingOperations, network: Network, at: number, answer: RingState): void {
  const { state, candidate } = operations.stabiliseFromSuccessor(network.states[at]!, answer.self, answer, network.r);
  network.set(at, state);
  network.naming.heardSuccessor(at, network.positionOf(answer.self), network.positionOf(answer.predecessor));
  if (candidate === undefined) network.setStep(at, NOTIFYING, network.entry(at, 0));
  else network.setStep(at, QUERYING, network.positionOf(candidate));
}

/** StabilizeFromPredecessor: the candidate is queried, and adopted if it lives. */
function queryCandidate(operations: RingOperations): Action {
  return {
    name: 'query',
    chooses: 'nothing',
    weight: 8,
    upkeep: true,
    perform(network, at) {
      if (network.steps[at] !== QUERYING) return false;
      adopt(operations, network, at, network.states[network.targets[at]!]);
      network.setStep(at, NOTIFYING, network.entry(at, 0));
      return true;
    },
  };
}

/** The answer of a candidate, if it lives: it is adopted if it lies between. */
export function adopt(operations: RingOperations, network: Network, at: number, answer: RingState | undefined): void {
  if (answer === undefined) return;
  network.set(at, operations.stabiliseFromPredecessor(network.states[at]!, answer.self, answer, network.r));
}

/** The notified phone rectifies. */
export function notify(operations: RingOperations): Action {
  return {
    name: 'notify',
    chooses: 'nothing',
    weight: 8,
    upkeep: true,
    perform(network, at) {
      if (network.steps[at] !== NOTIFYING) return false;
      const to = network.targets[at]!;
      const notified = network.states[to];
      if (notified !== undefined) beNotified(operations, network, to, at);
      network.setStep(at, IDLE, NONE);
      return true;
    },
  };
}

/** Rectify of a member. */
export function beNotified(operations: RingOperations, network: Network, at: number, notifier: number): void {
  const predecessorDead = !network.isMember(network.predecessors[at]!);
  network.set(at, operations.rectify(network.states[at]!, network.contacts[notifier]!, predecessorDead));
  const isItsFirst = network.isMember(notifier) && network.entry(notifier, 0) === at;
  if (isItsFirst) network.naming.heardPredecessor(at, notifier);
}

/** Ours: an entry that is known to be dead is taken out wherever it stands. */
export function dropDeadEntry(operations: RingOperations): Action {
  return {
    name: 'drops',
    chooses: 'entry',
    weight: 1,
    upkeep: false,
    perform(network, at, k) {
      const state = network.states[at];
      const entry = network.entry(at, k);
      if (state === undefined || entry === NONE || network.isMember(entry)) return false;
      network.set(at, operations.withoutSuccessor(state, network.contacts[entry]!.id));
      return true;
    },
  };
}

/**
 * Zave's assumptions on failures: no other member loses its last live entry (self counts, at the end of a list that
 * closes), and a failing principal leaves enough of them. Lists that answers on their way will make count as well.
 */
export function mayFail(network: Network, at: number): boolean {
  if (!network.isMember(at)) return false;
  for (let member = 0; member < network.size; member++) {
    if (member !== at && network.isMember(member) && !keepsLiveEntry(network, network.lists, member, at)) return false;
  }
  if (network.answerCount > 0) {
    for (let row = 0; row < network.answers.length; row++) {
      if (network.answers[row] === undefined || row % network.size === at) continue;
      if (!keepsLiveEntry(network, network.comingLists, row, at)) return false;
    }
  }
  const { principal, principalCount } = analysisFor(network).of(network);
  return principalCount - principal[at]! >= network.leastPrincipals;
}

function keepsLiveEntry(network: Network, lists: Int16Array, row: number, without: number): boolean {
  for (let k = 0; k < network.stride; k++) {
    const entry = lists[row * network.stride + k]!;
    if (entry === NONE) return false;
    if (entry !== without && network.isMember(entry)) return true;
  }
  return false;
}

const analyses = new Map<number, Analysis>();

/** Scratch space, one an id space. */
function analysisFor({ size }: Network): Analysis {
  const known = analyses.get(size);
  if (known !== undefined) return known;
  const made = new Analysis(size);
  analyses.set(size, made);
  return made;
}
