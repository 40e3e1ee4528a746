/** The tree that a number of claims make, and which regions of it nobody owns. */
import { type Box, meets, wholeBox } from './box.ts';
import { compareSplits } from './precedence.ts';
import { childOf, isSameCut, isWithin, type Split, type Zone } from './zone.ts';

export interface HoleSearch {
  /** Only holes that overlap one of these boxes or touch a face of it. */
  readonly around?: readonly Box[];
  /** Zones that nobody has, or that may not be had: holes are told apart along their edges. Asked for once, at a hole. */
  readonly hints?: () => readonly Zone[];
}

/**
 * The largest regions in which none of the zones lies. Where zones disagree about a split, those of the split that does
 * not stand count for nothing.
 */
export function holesBetween(zones: readonly Zone[], axes: number, { around, hints }: HoleSearch = {}): Zone[] {
  const holes: Zone[] = [];
  let hinted: readonly Zone[] | undefined;
  const isNear = ({ box }: Zone): boolean => around === undefined || around.some((other) => meets(box, other));
  /** Divides a region without any zone along the edges of the hints inside. */
  const divide = (region: Zone, inside: readonly Zone[]): void => {
    if (!isNear(region)) return;
    const split = splitOf(region, inside);
    if (split === undefined) holes.push(region);
    else for (const [half, within] of halvesOf(region, split, inside)) divide(half, within);
  };
  const descend = (region: Zone, inside: readonly Zone[]): void => {
    if (!isNear(region)) return;
    if (inside.length === 0) {
      // There are many hints and few holes: only those inside matter.
      hinted ??= hints?.() ?? [];
      const within = hinted.filter(({ path }) => isWithin(path, region.path));
      return divide(region, within);
    }
    const split = splitOf(region, inside);
    if (split !== undefined) for (const [half, within] of halvesOf(region, split, inside)) descend(half, within);
  };
  descend({ path: [], epoch: 0, box: wholeBox(axes) }, zones);
  return holes;
}

/** Where the zones in a region divide it; undefined when there are none, or one of them is all of it. */
function splitOf({ path: { length: depth } }: Zone, inside: readonly Zone[]): Split | undefined {
  const splits = inside.map(({ path }) => path[depth]).filter((split) => split !== undefined);
  return splits.length < inside.length || inside.length === 0 ? undefined : oldest(splits);
}

/** The halves of a region, the lower one first, each with those of the zones inside that lie in it. */
function halvesOf(region: Zone, split: Split, inside: readonly Zone[]): (readonly [half: Zone, within: Zone[]])[] {
  const depth = region.path.length;
  return [false, true].map((upper) => {
    const goesOn = ({ path }: Zone): boolean => {
      const step = path[depth];
      return step !== undefined && isSameCut(step, split) && step.upper === upper;
    };
    return [childOf(region, { ...split, upper }, split.epoch), inside.filter(goesOn)];
  });
}

function oldest(splits: readonly Split[]): Split {
  return splits.reduce((best, split) => (compareSplits(split, best) < 0 ? split : best));
}
