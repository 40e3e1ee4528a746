/**
 * The ring maintenance that was published in 2001, as a negative control: the harness that finds nothing wrong with
 * ring.ts must find it wrong.
 *
 * Source: Stoica et al., SIGCOMM 2001, section 4.4, with the successor lists of its section 4.5 (and of PODC 2002) as
 * separate events, the way Zave reads it (arXiv 1610.01140, section III): a phone joins with its successor alone, and
 * without a predecessor; stabilize takes the successor's predecessor unasked, dead or alive; reconcile, update and
 * flush happen whenever they happen; and flush empties a dead predecessor. Nil is written as self: it lies behind
 * everybody, so notified by anyone it is replaced, and nobody takes it as a candidate.
 */
import type { Contact } from '../../../services/shared/core/contact.ts';
import { type Action, FAIL, type Protocol } from './model.ts';
import { IDLE, isBetween, type Network, NONE, NOTIFYING } from './network.ts';

const JOIN: Action = {
  name: 'joins through',
  chooses: 'position',
  weight: 3,
  upkeep: false,
  perform(network, at, through) {
    const asked = network.states[through];
    if (asked === undefined || network.isMember(at)) return false;
    if (!isBetween(through, at, network.entry(through, 0))) return false;
    const self = network.contacts[at]!;
    network.set(at, { self, predecessor: self, successors: asked.successors.slice(0, 1) });
    return true;
  },
};

/** stabilize: the successor's predecessor becomes the successor if it lies between; then notify. */
const STABILIZE: Action = {
  name: 'stabilises',
  chooses: 'nothing',
  weight: 8,
  upkeep: true,
  perform(network, at) {
    const successor = successorOf(network, at);
    if (successor === undefined || network.steps[at] !== IDLE) return false;
    const candidate = network.predecessors[successor]!;
    if (candidate !== successor && isBetween(at, candidate, successor)) {
      setSuccessors(network, at, [network.contacts[candidate]!, ...network.states[at]!.successors]);
    }
    network.setStep(at, NOTIFYING, network.entry(at, 0));
    return true;
  },
};

/** notified: the notifier becomes the predecessor if there is none or it is nearer. */
const NOTIFY: Action = {
  name: 'notify',
  chooses: 'nothing',
  weight: 8,
  upkeep: true,
  perform(network, at) {
    if (network.steps[at] !== NOTIFYING) return false;
    const to = network.targets[at]!;
    const notified = network.states[to];
    if (notified !== undefined && isBetween(network.predecessors[to]!, at, to)) {
      network.set(to, { ...notified, predecessor: network.contacts[at]! });
    }
    network.setStep(at, IDLE, NONE);
    return true;
  },
};

/** reconcile: the list becomes the successor and its list. */
const RECONCILE: Action = {
  name: 'reconciles',
  chooses: 'nothing',
  weight: 4,
  upkeep: true,
  perform(network, at) {
    const successor = successorOf(network, at);
    if (successor === undefined) return false;
    setSuccessors(network, at, [network.contacts[successor]!, ...network.states[successor]!.successors]);
    return true;
  },
};

/** update: a dead successor is dropped, so the next entry takes its place. */
const UPDATE: Action = {
  name: 'updates',
  chooses: 'nothing',
  weight: 4,
  upkeep: true,
  perform(network, at) {
    const state = network.states[at];
    if (state === undefined || network.isMember(network.entry(at, 0)) || state.successors.length === 1) return false;
    setSuccessors(network, at, state.successors.slice(1));
    return true;
  },
};

/** flush: a dead predecessor is emptied. */
const FLUSH: Action = {
  name: 'flushes',
  chooses: 'nothing',
  weight: 4,
  upkeep: true,
  perform(network, at) {
    const state = network.states[at];
    if (state === undefined || network.isMember(network.predecessors[at]!)) return false;
    network.set(at, { ...state, predecessor: state.self });
    return true;
  },
};

/** Members may fail only where Zave's assumptions allow it, as in the corrected protocol. */
export const PUBLISHED_2001: Protocol = {
  name: 'published 2001',
  hasPredecessors: true,
  exempt: [],
  actions: [JOIN, FAIL, STABILIZE, NOTIFY, RECONCILE, UPDATE, FLUSH],
};

/** The first successor of a member, if it is live. */
function successorOf(network: Network, at: number): number | undefined {
  if (!network.isMember(at)) return undefined;
  const successor = network.entry(at, 0);
  return network.isMember(successor) ? successor : undefined;
}

function setSuccessors(network: Network, at: number, successors: readonly Contact[]): void {
  network.set(at, { ...network.states[at]!, successors: successors.slice(0, network.r) });
}
