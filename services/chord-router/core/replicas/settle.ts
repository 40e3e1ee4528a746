/**
 * Fetching what this phone has become responsible for: after it joined, came back, or a neighbour went. And going on
 * without those that fell silent, once most of the replicas there were have been compared with.
 */
import type { Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { RecordKeeper } from '../record-keeper.ts';
import { type Comparison, isMajorityCompared, type Range, sharedRanges } from './shared-range.ts';
import { RangeSync } from './sync.ts';

/**
 * Compares what is missing with every neighbour that keeps part of it. A majority of those that had it before must have
 * answered: every acknowledged write is on a majority of them, so one of those has it. All of them are asked
 * nevertheless, for after many changes at once fewer may have it. Gives the number of records that moved.
 */
export function* settle(keeper: RecordKeeper): Task<number> {
  const { coverage } = keeper;
  const missing = coverage.missing();
  if (missing === undefined) return 0;
  const isStillMissing = (): boolean => isSame(coverage.missing(), missing);
  const { comparisons, moved } = yield* compare(keeper, missing, isStillMissing);
  if (!isStillMissing() || !isMajorityCompared(keeper, missing, comparisons)) return moved;
  coverage.hold(missing.from);
  if (missing.to === keeper.view.self.id) coverage.admit(equalOf(comparisons));
  return moved;
}

/**
 * Compares all that this phone keeps, when it holds it and some of its neighbours are absent, or back after it had gone on
 * without them. If everywhere most of the replicas that are counted answer, the absent ones among those, these make no
 * majority by themselves: they are forgotten.
 */
export function* goOnWithoutAbsent(keeper: RecordKeeper): Task<number> {
  const { view, coverage } = keeper;
  const absentees = coverage.absentees();
  if (!coverage.settled || (absentees.length === 0 && !coverage.hasOutsiders)) return 0;
  const all = { from: view.responsibleFrom(), to: view.self.id };
  const isStillAll = (): boolean => coverage.settled && view.responsibleFrom() === all.from;
  const { comparisons, moved } = yield* compare(keeper, all, isStillAll);
  if (!isStillAll() || !isMajorityCompared(keeper, all, comparisons)) return moved;
  coverage.forget(absentees);
  coverage.admit(equalOf(comparisons));
  return moved;
}

interface Compared {
  readonly comparisons: readonly Comparison[];
  readonly moved: number;
}

/** Makes this phone and each neighbour equal in what both keep of a range, as long as that is wanted. */
function* compare(keeper: RecordKeeper, wanted: Range, isWanted: () => boolean): Task<Compared> {
  const { coverage, view } = keeper;
  const comparisons: Comparison[] = [];
  let moved = 0;
  for (const range of sharedRanges(view, wanted)) {
    const { partner } = range;
    const sync = new RangeSync(keeper, partner, { direction: 'both', sparesUnsettled: false });
    const { complete, heldFrom, outsiderSinceMs, absent, pulled, pushed } = yield* sync.run(range.from, range.to);
    moved += pulled + pushed;
    if (outsiderSinceMs !== undefined) coverage.renounce(partner.id, outsiderSinceMs);
    if (heldFrom !== undefined) coverage.noteHolder();
    const counts = coverage.outsiderSinceMs(partner.id) === undefined;
    comparisons.push({ ...range, complete, absent, heldFrom: counts ? heldFrom : undefined });
    if (!isWanted()) return { comparisons, moved };
  }
  return { comparisons, moved };
}

/** The neighbours that have everything now that both keep. */
function equalOf(comparisons: readonly Comparison[]): readonly Id[] {
  return comparisons.filter(({ complete }) => complete).map(({ partner }) => partner.id);
}

function isSame(a: Range | undefined, b: Range): boolean {
  return a?.from === b.from && a.to === b.to;
}
