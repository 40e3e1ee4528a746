/** Fetching what this phone has become responsible for: after it joined, came back, or a neighbour went. */
import type { Task } from '../../shared/core/effect.ts';
import type { RecordKeeper } from './record-keeper.ts';
import { isMajorityCompared, type SharedRange, sharedRanges } from './shared-range.ts';
import { RangeSync } from './sync.ts';

/**
 * Compares what is missing with every neighbour that keeps part of it. A majority of them is enough to hold every
 * acknowledged write, for that is on a majority of the replicas as well. Gives the number of records that moved.
 */
export function* settle(keeper: RecordKeeper): Task<number> {
  const { view, coverage } = keeper;
  const missing = coverage.missing();
  if (missing === undefined) return 0;
  const shared = sharedRanges(view, missing);
  const compared: SharedRange[] = [];
  let moved = 0;
  if (shared.length === 0) coverage.hold(missing.from); // alone: what it has is all there is
  for (const range of shared) {
    const sync = new RangeSync(keeper, range.partner, { direction: 'both', sparesUnsettled: false });
    const { complete, pulled, pushed } = yield* sync.run(range.from, range.to);
    moved += pulled + pushed;
    if (complete) compared.push(range);
    const now = coverage.missing();
    if (now !== undefined && (now.from !== missing.from || now.to !== missing.to)) return moved; // the ring moved on
    if (now !== undefined && isMajorityCompared(view, missing, shared, compared)) coverage.hold(missing.from);
  }
  return moved;
}
