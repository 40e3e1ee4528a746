/**
 * An over-approximation without predecessors: any member may at any moment adopt any live member between itself and
 * its successor, after one read of it. Every list that `correctedProtocol` reaches is reached here, and so are those
 * of phones that try whom they know from elsewhere (merging rings). Its states are few enough for larger id spaces.
 */
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import {
  type Action,
  adopt,
  dropDeadEntry,
  FAIL,
  joinThrough,
  type Protocol,
  type RingOperations,
  stabilise,
} from './model.ts';
import { IDLE, isBetween, type Network, NONE } from './network.ts';

export function anyCandidateProtocol(operations: RingOperations = ring): Protocol {
  return {
    name: 'any candidate',
    hasPredecessors: false,
    exempt: ['L2', 'T2'],
    actions: [
      withoutPredecessor(joinThrough(operations)),
      FAIL,
      withoutPredecessor(stabilise(operations)),
      withoutPredecessor(adoptAny(operations)),
      dropDeadEntry(operations),
    ],
  };
}

function adoptAny(operations: RingOperations): Action {
  return {
    name: 'adopts',
    chooses: 'position',
    weight: 8,
    upkeep: false,
    perform(network, at, candidate) {
      if (!network.isMember(at) || !network.isMember(candidate)) return false;
      if (!isBetween(at, candidate, network.entry(at, 0))) return false;
      adopt(operations, network, at, network.states[candidate]);
      return true;
    },
  };
}

/** The same action, after which the member has no predecessor (itself stands for it) and has begun nothing. */
function withoutPredecessor(action: Action): Action {
  return {
    ...action,
    perform(network, at, choice) {
      if (!action.perform(network, at, choice)) return false;
      forgetPredecessor(network, at);
      network.setStep(at, IDLE, NONE);
      return true;
    },
  };
}

/** Puts self in the place of the predecessor. */
export function forgetPredecessor(network: Network, at: number): void {
  const state = network.states[at];
  if (state !== undefined && state.predecessor !== state.self) network.set(at, { ...state, predecessor: state.self });
}
