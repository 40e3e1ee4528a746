/** Fetching what this phone has become responsible for: after it joined, came back, or a neighbour went. */
import type { Task } from '../../shared/core/effect.ts';
import type { Coverage } from './coverage.ts';
import type { RecordKeeper } from './record-keeper.ts';
import { isMajorityCompared, type Range, type SharedRange, sharedRanges } from './shared-range.ts';
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
    if (!isStillMissing(coverage, missing)) return moved;
  }
  // Alone, a phone shares nothing: what it has is all there is.
  if (isMajorityCompared(view, missing, shared, compared)) coverage.hold(missing.from);
  return moved;
}

/** False when the ring has moved on meanwhile. */
function isStillMissing(coverage: Coverage, range: Range): boolean {
  const left = coverage.missing();
  return left?.from === range.from && left.to === range.to;
}
