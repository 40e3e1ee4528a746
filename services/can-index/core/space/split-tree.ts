/** The tree that a number of claims make, and which regions of it nobody owns. */
import { type Box, meets, wholeBox } from './box.ts';
import { compareSplits } from './precedence.ts';
import { childOf, isSameCut, type Split, type Zone } from './zone.ts';

export interface HoleSearch {
  /** Only holes that overlap this box or touch a face of it. */
  readonly around?: Box;
  /** Zones that nobody has, or that may not be had: holes are told apart along their edges. */
  readonly hints?: readonly Zone[];
}

/**
 * The largest regions in which none of the zones lies. Where zones disagree about a split, those of the split that does
 * not stand count for nothing.
 */
export function holesBetween(zones: readonly Zone[], axes: number, { around, hints = [] }: HoleSearch = {}): Zone[] {
  const holes: Zone[] = [];
  const descend = (region: Zone, inside: readonly Zone[], hinted: readonly Zone[]): void => {
    if (around !== undefined && !meets(region.box, around)) return;
    const depth = region.path.length;
    const guides = inside.length > 0 ? inside : hinted;
    const splits = guides.map(({ path }) => path[depth]).filter((split) => split !== undefined);
    if (splits.length < guides.length || guides.length === 0) {
      // Somebody has it whole; or nobody has any of it.
      if (inside.length === 0) holes.push(region);
      return;
    }
    const split = oldest(splits);
    for (const upper of [false, true]) {
      const goesOn = ({ path }: Zone): boolean => {
        const step = path[depth];
        return step !== undefined && isSameCut(step, split) && step.upper === upper;
      };
      const half = childOf(region, { ...split, upper }, split.epoch);
      descend(half, inside.filter(goesOn), hinted.filter(goesOn));
    }
  };
  descend({ path: [], epoch: 0, box: wholeBox(axes) }, zones, hints);
  return holes;
}

function oldest(splits: readonly Split[]): Split {
  return splits.reduce((best, split) => (compareSplits(split, best) < 0 ? split : best));
}
