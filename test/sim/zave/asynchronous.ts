/**
 * The corrected operations over messages that take time, arrive late, twice or never: what a member reads of another
 * is the state at the time when it was asked, and it acts on that at any later time, whatever has happened since.
 *
 * Zave's model reads atomically. Her proof carries over if the lists that answers on their way will make count as
 * lists: they may skip a phone that joined meanwhile, so it is not yet a principal, and a failure must leave them a
 * live entry. Not promised is T3: a candidate may die while its answer travels. That a phone is dead is learned
 * and acted on at once, as she assumes.
 */
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import {
  type Action,
  adopt,
  beNotified,
  dropDeadEntry,
  FAIL,
  notify,
  type Protocol,
  type RingOperations,
  shiftPast,
  takeListOf,
} from './model.ts';
import {
  HEARS_CANDIDATE,
  HEARS_SUCCESSOR,
  HEARS_TO_JOIN,
  IDLE,
  isBetween,
  type Network,
  NONE,
  NOTIFYING,
  QUERYING,
} from './network.ts';

export function asynchronousProtocol(operations: RingOperations = ring): Protocol {
  return {
    name: 'delayed messages',
    hasPredecessors: true,
    exempt: ['T3'],
    actions: [
      ASK_TO_JOIN,
      becomeMember(operations),
      FAIL,
      askSuccessor(operations),
      hearSuccessor(operations),
      ASK_CANDIDATE,
      hearCandidate(operations),
      notify(operations),
      notifyLate(operations),
      dropDeadEntry(operations),
      LOSE,
    ],
  };
}

const ASK_TO_JOIN: Action = {
  name: 'asks to join through',
  chooses: 'position',
  weight: 3,
  upkeep: false,
  perform(network, at, through) {
    const asked = network.states[through];
    if (asked === undefined || network.isMember(at) || network.steps[at] !== IDLE) return false;
    const state = ring.join(network.contacts[at]!, asked.self, asked, network.r);
    if (state === undefined) return false;
    network.setStep(at, HEARS_TO_JOIN, through);
    network.setAnswer(at, asked, state.successors);
    return true;
  },
};

function becomeMember(operations: RingOperations): Action {
  return {
    name: 'becomes a member',
    chooses: 'nothing',
    weight: 8,
    upkeep: false,
    perform(network, at) {
      if (network.steps[at] !== HEARS_TO_JOIN) return false;
      const answer = network.answers[at]!;
      const state = operations.join(network.contacts[at]!, answer.self, answer, network.r);
      forget(network, at);
      if (state === undefined) return false;
      network.set(at, state);
      return true;
    },
  };
}

/** The successor answers, or is found dead. */
function askSuccessor(operations: RingOperations): Action {
  return {
    name: 'asks its successor',
    chooses: 'nothing',
    weight: 8,
    upkeep: true,
    perform(network, at) {
      const state = network.states[at];
      if (state === undefined || network.steps[at] !== IDLE) return false;
      const successor = state.successors[0]!;
      const position = network.positionOf(successor);
      const answer = network.states[position];
      if (answer === undefined) {
        shiftPast(operations, network, at, successor);
        return true;
      }
      network.setStep(at, HEARS_SUCCESSOR, position);
      network.setAnswer(at, answer, ring.clockwiseList(state.self, [successor, ...answer.successors], network.r));
      return true;
    },
  };
}

function hearSuccessor(operations: RingOperations): Action {
  return {
    name: 'hears its successor',
    chooses: 'nothing',
    weight: 8,
    upkeep: true,
    perform(network, at) {
      if (network.steps[at] !== HEARS_SUCCESSOR) return false;
      const answer = network.answers[at]!;
      forget(network, at);
      takeListOf(operations, network, at, answer);
      return true;
    },
  };
}

/** The candidate answers, or is found dead. */
const ASK_CANDIDATE: Action = {
  name: 'query',
  chooses: 'nothing',
  weight: 8,
  upkeep: true,
  perform(network, at) {
    if (network.steps[at] !== QUERYING) return false;
    const candidate = network.targets[at]!;
    const answer = network.states[candidate];
    const isNearer = isBetween(at, candidate, network.entry(at, 0));
    if (answer === undefined || !isNearer) {
      network.setStep(at, NOTIFYING, network.entry(at, 0));
      return true;
    }
    const list = ring.clockwiseList(network.contacts[at]!, [answer.self, ...answer.successors], network.r);
    network.setStep(at, HEARS_CANDIDATE, candidate);
    network.setAnswer(at, answer, list);
    return true;
  },
};

function hearCandidate(operations: RingOperations): Action {
  return {
    name: 'hears the candidate',
    chooses: 'nothing',
    weight: 8,
    upkeep: true,
    perform(network, at) {
      if (network.steps[at] !== HEARS_CANDIDATE) return false;
      const answer = network.answers[at]!;
      forget(network, at);
      adopt(operations, network, at, answer);
      network.setStep(at, NOTIFYING, network.entry(at, 0));
      return true;
    },
  };
}

/** A notification that had been given up arrives, or one arrives again; its sender may be dead by now. */
function notifyLate(operations: RingOperations): Action {
  return {
    name: 'is notified late by',
    chooses: 'position',
    weight: 1,
    upkeep: false,
    perform(network, at, notifier) {
      if (!network.isMember(at) || notifier === at) return false;
      beNotified(operations, network, at, notifier);
      return true;
    },
  };
}

/** A message or its answer is lost: whoever waits for it gives up. */
const LOSE: Action = {
  name: 'gives up',
  chooses: 'nothing',
  weight: 2,
  upkeep: false,
  perform(network, at) {
    if (network.steps[at] === IDLE) return false;
    forget(network, at);
    return true;
  },
};

function forget(network: Network, at: number): void {
  network.setStep(at, IDLE, NONE);
  if (network.answers[at] !== undefined) network.setAnswer(at, undefined, []);
}
