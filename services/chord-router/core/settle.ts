/** Fetching what this phone has become responsible for: after it joined, came back, or a neighbour went. */
import type { Task } from '../../shared/core/effect.ts';
import type { RecordKeeper } from './record-keeper.ts';
import { isMajorityCompared, type SharedRange, sharedRanges } from './shared-range.ts';
import { RangeSync } from './sync.ts';

/**
 * Compares what is missing with every neighbour that keeps part of it. A majority of them must have answered: every
 * acknowledged write is on a majority of the replicas, so one of those has it. All of them are asked nevertheless, for
 * after many changes at once fewer may have it. Gives the number of records that moved.
 */
export function* settle(keeper: RecordKeeper): Task<number> {
  const { view, coverage } = keeper;
  const missing = coverage.missing();
  if (missing === undefined) return 0;
  const shared = sharedRanges(view, missing);
  const compared: SharedRange[] = [];
  let moved = 0;
  for (const range of shared) {
    const sync = new RangeSync(keeper, range.partner, { direction: 'both', sparesUnsettled: false });
    const { complete, pulled, pushed } = yield* sync.run(range.from, range.to);
    moved += pulled + pushed;
    if (complete) compared.push(range);
    const left = coverage.missing();
    if (left?.from !== missing.from || left.to !== missing.to) return moved; // the ring has moved on meanwhile
  }
  // Alone, a phone shares nothing: what it has is all there is.
  if (isMajorityCompared(view, missing, shared, compared)) coverage.hold(missing.from);
  return moved;
}
