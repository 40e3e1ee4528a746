/**
 * Deliberate breakages of our own operations: each is ring.ts with one thing wrong, of the kind that a tired engineer
 * writes. Each must be caught, or the harness is not worth its time.
 */
import type { RingState } from '../../../services/chord-router/core/ring/ring.ts';
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { RingOperations } from './model.ts';

export interface Breakage {
  readonly name: string;
  /** Where it shows: in rings of Zave's size, or only in smaller ones. */
  readonly shows: 'everywhere' | 'in small rings';
  readonly operations: RingOperations;
}

function broken(name: string, change: Partial<RingOperations>, shows: Breakage['shows'] = 'everywhere'): Breakage {
  return { name, shows, operations: { ...ring, ...change } };
}

export const BREAKAGES: readonly Breakage[] = [
  broken('a candidate is adopted without having been queried', {
    stabiliseFromSuccessor(state, asked, answer, r) {
      const { state: next, candidate } = ring.stabiliseFromSuccessor(state, asked, answer, r);
      if (candidate === undefined) return { state: next, candidate };
      return { state: withSuccessors(next, [candidate, ...next.successors].slice(0, r)), candidate: undefined };
    },
  }),
  broken("a successor's list is taken without the successor", {
    stabiliseFromSuccessor(state, asked, answer, r) {
      const { candidate } = ring.stabiliseFromSuccessor(state, asked, answer, r);
      return { state: withSuccessors(state, ring.clockwiseList(state.self, answer.successors, r)), candidate };
    },
  }),
  broken("the successor's list is never copied", {
    stabiliseFromSuccessor(state, asked, answer, r) {
      const { candidate } = ring.stabiliseFromSuccessor(state, asked, answer, r);
      return { state, candidate };
    },
  }),
  broken('lists grow to r + 1', {
    stabiliseFromSuccessor: (state, asked, answer, r) => ring.stabiliseFromSuccessor(state, asked, answer, r + 1),
  }),
  broken('lists stop at r - 1', {
    stabiliseFromSuccessor: (state, asked, answer, r) => ring.stabiliseFromSuccessor(state, asked, answer, r - 1),
  }),
  broken('a successor that died stays', { stabiliseFromDeadSuccessor: (state) => state }),
  broken('when a successor died all but the last entry go', {
    stabiliseFromDeadSuccessor: (state) => withSuccessors(state, state.successors.slice(-1)),
  }),
  broken("a joining phone skips its predecessor's first successor", {
    join(self, m, ofM, r) {
      const joined = ring.join(self, m, ofM, r);
      const rest = joined?.successors.slice(1) ?? [];
      return joined === undefined || rest.length === 0 ? joined : withSuccessors(joined, rest);
    },
  }),
  broken('a joining phone takes any member for its predecessor', {
    join: (self, m, ofM, r) =>
      m.id === self.id ? undefined : { self, predecessor: m, successors: [m, ...ofM.successors].slice(0, r) },
  }),
  broken('a dead predecessor is not replaced', {
    rectify: (state, notifier) => ring.rectify(state, notifier, false),
  }),
  broken('a nearer predecessor is adopted only once the old one died', {
    rectify: (state, notifier, predecessorDead) => (predecessorDead ? ring.rectify(state, notifier, true) : state),
  }),
  broken('whoever notifies becomes the predecessor', {
    rectify: (state, notifier) => ({ ...state, predecessor: notifier }),
  }),
  broken('a dead predecessor is emptied', {
    rectify: (state, notifier, predecessorDead) =>
      predecessorDead ? { ...state, predecessor: state.self } : ring.rectify(state, notifier, false),
  }),
  broken('an entry that died takes all behind it with it', {
    withoutSuccessor(state, dead) {
      const at = state.successors.findIndex(({ id }) => id === dead);
      return at < 0 ? state : withSuccessors(state, at === 0 ? [state.self] : state.successors.slice(0, at));
    },
  }),
  broken('ids are compared as if the ring had an end', {
    stabiliseFromPredecessor: (state, candidate, answer, r) =>
      state.self.id < candidate.id && candidate.id < state.successors[0]!.id
        ? ring.stabiliseFromPredecessor(state, candidate, answer, r)
        : state,
  }),
  broken(
    'a list goes on behind self',
    {
      stabiliseFromSuccessor(state, asked, answer, r) {
        const { candidate } = ring.stabiliseFromSuccessor(state, asked, answer, r);
        return { state: withSuccessors(state, [asked, ...answer.successors].slice(0, r)), candidate };
      },
    },
    'in small rings',
  ),
  broken(
    'a list never closes',
    {
      stabiliseFromSuccessor(state, asked, answer, r) {
        const { state: next, candidate } = ring.stabiliseFromSuccessor(state, asked, answer, r);
        const open = next.successors.filter(({ id }) => id !== state.self.id);
        return { state: open.length === 0 ? next : withSuccessors(next, open), candidate };
      },
    },
    'in small rings',
  ),
  broken(
    'a phone alone ignores who notifies it',
    {
      rectify: (state, notifier, predecessorDead) =>
        state.predecessor.id === state.self.id ? state : ring.rectify(state, notifier, predecessorDead),
    },
    'in small rings',
  ),
];

function withSuccessors(state: RingState, successors: readonly Contact[]): RingState {
  return ring.sameContacts(successors, state.successors) ? state : { ...state, successors };
}
