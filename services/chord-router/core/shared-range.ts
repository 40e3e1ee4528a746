/**
 * Which ranges a phone keeps together with which neighbours. A record is kept by its key's owner and the next r-1
 * phones, so a phone keeps (p_r, self], its successor s_j shares (p_(r-j), self] of that and its predecessor p_j
 * shares (p_r, p_j]: one unbroken range a neighbour. Pure.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { between, type Id, inOwnedRange } from '../../shared/core/id.ts';
import { majorityOf } from './record-keeper.ts';
import type { RingView } from './ring-view.ts';

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

/** Whether, wherever in the range, a majority of the neighbours that keep it are among those compared with. */
export function isMajorityCompared(
  view: RingView,
  range: Range,
  shared: readonly SharedRange[],
  compared: readonly SharedRange[],
): boolean {
  const inside = view.predecessors().filter(({ id }) => id !== range.to && isInside(range, id));
  return [range.to, ...inside.map(({ id }) => id)].every((end) => {
    const keepers = shared.filter(({ from, to }) => inOwnedRange(from, end, to)).length;
    const heard = compared.filter(({ from, to }) => inOwnedRange(from, end, to)).length;
    return keepers === 0 || heard >= majorityOf(keepers);
  });
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
