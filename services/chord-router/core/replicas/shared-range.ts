/**
 * Which ranges a phone keeps together with which neighbours. A record is kept by its key's owner and the next r-1
 * phones, so a phone keeps (p_r, self], its successor s_j shares (p_(r-j), self] of that and its predecessor p_j
 * shares (p_r, p_j]: one unbroken range a neighbour. Pure.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { between, type Id, inOwnedRange } from '../../../shared/core/id.ts';
import { majorityOf, type RecordKeeper } from '../record-keeper.ts';
import type { RingView } from '../ring-view.ts';

export interface SharedRange {
  readonly partner: Contact;
  readonly from: Id;
  readonly to: Id;
}

export interface Range {
  readonly from: Id;
  readonly to: Id;
}

/** The parts of a range, one this phone is responsible for, that each neighbour keeps too; nearest neighbours first. */
export function sharedRanges(view: RingView, range: Range): readonly SharedRange[] {
  const successors = view.successors();
  const predecessors = view.predecessors();
  if (view.responsibleFrom() === view.self.id) {
    const all = new Map([...successors, ...predecessors].map((phone) => [phone.id, phone]));
    return [...all.values()].map((partner) => ({ partner, ...range }));
  }
  const others = view.settings.replication - 1;
  const shared: SharedRange[] = [];
  for (let i = 0; i < others; i++) {
    const successor = successors[i];
    const theirs = predecessors[others - 1 - i]?.id;
    const from = theirs === undefined ? undefined : laterStart(range, theirs, view.self.id);
    if (successor !== undefined && from !== undefined) shared.push({ partner: successor, from, to: range.to });
    const predecessor = predecessors[i];
    const to = predecessor === undefined ? undefined : earlierEnd(range, predecessor.id, view.self.id);
    if (predecessor !== undefined && to !== undefined) shared.push({ partner: predecessor, from: range.from, to });
  }
  return shared;
}

/** A range that was to be compared with a neighbour, and what came of it. */
export interface Comparison extends SharedRange {
  readonly complete: boolean;
  /**
   * The neighbour has held (heldFrom, to] before, and so has what was acknowledged there, or a majority like it has;
   * undefined: nothing that counts.
   */
  readonly heldFrom: Id | undefined;
  /** Phones that are absent as the neighbour sees it, which may have been running for longer. */
  readonly absent: number;
}

/**
 * Whether, wherever in the range, this phone and those compared with are a majority of those that kept it before. They
 * are those that answered that they did, those that did not answer, and those that are absent: they may go on elsewhere.
 */
export function isMajorityCompared(
  { view, coverage }: Pick<RecordKeeper, 'view' | 'coverage'>,
  range: Range,
  comparisons: readonly Comparison[],
): boolean {
  const inside = view.predecessors().filter(({ id }) => id !== range.to && isInside(range, id));
  // Of the phones that own parts of the range, the farthest first: the parts follow each other.
  const ends = [...inside.map(({ id }) => id).reverse(), range.to];
  return ends.every((end, i) => {
    const start = ends[i - 1] ?? range.from;
    const sharers = mostTelling(comparisons, start, end);
    const farthest = sharers.reduce((last, { partner }) => furtherFrom(end, last, partner.id), view.self.id);
    const self = Number(coverage.heldWithin(start, end) === start);
    const held = self + sharers.filter((sharer) => hasHeld(sharer, start, end)).length;
    // The last ones to keep it may lie further on, where all that lie here are back from elsewhere and count no more.
    const isAnywhere = held === 0 || sharers.length + 1 < view.settings.replication;
    const missed = isAnywhere ? coverage.absent : coverage.absentIn(start, farthest);
    const absent = Math.max(missed, ...sharers.map((sharer) => sharer.absent));
    const answered = sharers.filter(({ complete }) => complete);
    const compared = self + answered.filter((sharer) => hasHeld(sharer, start, end)).length;
    // Where nobody seems to have kept it before, the ring begins, or all of it has started anew.
    if (held + absent === 0) {
      return sharers.length === 0 ? !coverage.missesCompany : answered.length >= majorityOf(sharers.length);
    }
    const unheard = sharers.filter((sharer) => !sharer.complete && !hasHeld(sharer, start, end)).length;
    return compared >= majorityOf(Math.min(held + unheard + absent, view.settings.replication));
  });
}

/**
 * Of the comparisons of (start, end] one with each neighbour: in a small ring the same phone may follow and precede this
 * one, and is but one replica.
 */
function mostTelling(comparisons: readonly Comparison[], start: Id, end: Id): readonly Comparison[] {
  const worth = (sharer: Comparison): number => Number(sharer.complete) + Number(hasHeld(sharer, start, end));
  const best = new Map<Id, Comparison>();
  for (const sharer of comparisons) {
    if (!inOwnedRange(sharer.from, end, sharer.to)) continue;
    const known = best.get(sharer.partner.id);
    if (known === undefined || worth(sharer) > worth(known)) best.set(sharer.partner.id, sharer);
  }
  return [...best.values()];
}

/** Whether the neighbour has held all of (start, end], one of the parts of what was compared with it. */
function hasHeld({ heldFrom, to }: Comparison, start: Id, end: Id): boolean {
  if (heldFrom === undefined || !inOwnedRange(heldFrom, end, to)) return false;
  return heldFrom === start || !inOwnedRange(start, heldFrom, end);
}

/** Which of two phones lies further clockwise from a place; the one at the place itself lies nearest. */
export function furtherFrom(place: Id, a: Id, b: Id): Id {
  return b !== place && (a === place || between(place, a, b)) ? b : a;
}

function isInside({ from, to }: Range, id: Id): boolean {
  return inOwnedRange(from, id, to);
}

/** Where the part of the range behind `start` begins; undefined when there is none. All lie in (range.from, self]. */
function laterStart(range: Range, start: Id, self: Id): Id | undefined {
  if (start === range.from || !inOwnedRange(range.from, start, self)) return range.from;
  return start !== range.to && isInside(range, start) ? start : undefined;
}

/** Where the part of the range up to `end` ends; undefined when there is none. */
function earlierEnd(range: Range, end: Id, self: Id): Id | undefined {
  if (end === range.from) return undefined;
  if (isInside(range, end)) return end;
  return range.to !== self && between(range.to, end, self) ? range.to : undefined;
}
