/**
 * The ring: Zave's corrected Chord operations as pure functions over plain immutable state.
 *
 * Source: Pamela Zave, "Reasoning about identifier spaces: how to make Chord correct", arXiv 1610.01140. The 2001
 * protocol is not correct; what the corrections are, and how they extend to rings of fewer than r + 1 members, is
 * in docs/decisions/ring-operations.md. In short: a list that reaches round the whole ring ends with self, so
 * a phone alone is its own successor and predecessor, and nothing here is a special case.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { between, type Id } from '../../../shared/core/id.ts';

export interface RingState {
  readonly self: Contact;
  /** Never absent: self while this phone is alone, and possibly dead until somebody rectifies it. */
  readonly predecessor: Contact;
  /**
   * Nearest first, strictly clockwise, at most r of them and at least one. Self stands at the end, and only there, if
   * the ring is known to have fewer than r + 1 members: the list closes. A list that is shorter and does not close
   * lacks what Zave fills with placeholders until the next stabilisation.
   */
  readonly successors: readonly Contact[];
}

/** What one read of another member's state gives. */
export interface Neighbourhood {
  readonly predecessor: Contact;
  readonly successors: readonly Contact[];
}

/** A ring of one. */
export function aloneState(self: Contact): RingState {
  return { self, predecessor: self, successors: [self] };
}

/**
 * Join: copies the whole list of the member m that precedes self, and takes m as predecessor. Undefined when
 * self is not between m and m's first successor. A list of m's that still names self is from before a restart.
 */
export function join(self: Contact, m: Contact, ofM: Neighbourhood, r: number): RingState | undefined {
  const first = ofM.successors[0];
  if (first === undefined || m.id === self.id) return undefined;
  const returning = first.id === self.id;
  if (!returning && !between(m.id, self.id, first.id)) return undefined;
  const rest = returning ? ofM.successors.slice(1) : ofM.successors;
  return { self, predecessor: m, successors: clockwiseList(self, rest.length === 0 ? [m] : rest, r) };
}

/**
 * StabilizeFromSuccessor, the first successor being live: its list, shifted by one, is the new list. `candidate`
 * is its predecessor when that lies nearer; it must be queried before it is adopted. Without one, notify.
 */
export function stabiliseFromSuccessor(
  state: RingState,
  asked: Contact,
  answer: Neighbourhood,
  r: number,
): { readonly state: RingState; readonly candidate: Contact | undefined } {
  if (state.successors[0]!.id !== asked.id) return { state, candidate: undefined };
  const nearer = between(state.self.id, answer.predecessor.id, asked.id);
  return { state: adopt(state, asked, answer, r), candidate: nearer ? answer.predecessor : undefined };
}

/** StabilizeFromSuccessor, the first successor being dead: shift. Notify the new first successor. */
export function stabiliseFromDeadSuccessor(state: RingState, dead: Contact): RingState {
  return state.successors[0]!.id === dead.id ? withoutSuccessor(state, dead.id) : state;
}

/**
 * StabilizeFromPredecessor: the candidate answered, so it becomes the first successor with its own list behind it.
 * No effect unless it still lies between self and the first successor.
 */
export function stabiliseFromPredecessor(
  state: RingState,
  candidate: Contact,
  answer: Neighbourhood,
  r: number,
): RingState {
  return between(state.self.id, candidate.id, state.successors[0]!.id) ? adopt(state, candidate, answer, r) : state;
}

/** Rectify: `notifier` believes to be the predecessor. `predecessorDead` is the outcome of having asked it. */
export function rectify(state: RingState, notifier: Contact, predecessorDead: boolean): RingState {
  const { predecessor, self } = state;
  if (predecessor.id === notifier.id) return state;
  const adopted = between(predecessor.id, notifier.id, self.id) || predecessorDead;
  return adopted ? { ...state, predecessor: notifier } : state;
}

/**
 * Takes a phone that is known to be dead out of the list, wherever it stands: the entry becomes a placeholder sooner
 * than if it waited to be first. An emptied list closes at self.
 */
export function withoutSuccessor(state: RingState, dead: Id): RingState {
  if (dead === state.self.id || !state.successors.some((s) => s.id === dead)) return state;
  const left = state.successors.filter((s) => s.id !== dead);
  return { ...state, successors: left.length === 0 ? [state.self] : left };
}

/** Whether the list reaches round the whole ring: it then holds every other member. */
export function isClosed(state: RingState): boolean {
  return state.successors.at(-1)!.id === state.self.id;
}

/** The entries in strictly clockwise order from self: cut after self, before the first that is not further, and at r. */
export function clockwiseList(self: Contact, entries: readonly Contact[], r: number): readonly Contact[] {
  return orderedList(self, entries, r, (last, next) => between(last, next, self.id));
}

/** The same, counter-clockwise: for lists of predecessors. */
export function counterclockwiseList(self: Contact, entries: readonly Contact[], r: number): readonly Contact[] {
  return orderedList(self, entries, r, (last, next) => between(self.id, next, last));
}

function orderedList(
  self: Contact,
  entries: readonly Contact[],
  r: number,
  further: (last: Id, next: Id) => boolean,
): readonly Contact[] {
  const list: Contact[] = [];
  let last = self.id;
  for (const entry of entries) {
    if (list.length === r) break;
    if (entry.id === self.id) {
      list.push(self);
      break;
    }
    if (!further(last, entry.id)) break;
    list.push(entry);
    last = entry.id;
  }
  return list;
}

function adopt(state: RingState, first: Contact, answer: Neighbourhood, r: number): RingState {
  const successors = clockwiseList(state.self, [first, ...answer.successors], r);
  return sameContacts(successors, state.successors) ? state : { ...state, successors };
}

/** Whether two lists name the same phones, at the same addresses, in the same order. */
export function sameContacts(a: readonly Contact[], b: readonly Contact[]): boolean {
  return a.length === b.length && a.every((x, i) => x.id === b[i]!.id && x.address === b[i]!.address);
}
