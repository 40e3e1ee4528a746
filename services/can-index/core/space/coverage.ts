/** Whether boxes leave a hole in a region of the space. */
import { type Box, relationOf } from './box.ts';

interface BoxCut {
  readonly axis: number;
  readonly at: number;
}

/**
 * Whether the boxes cover all of a region, parts that do not matter left out. `matters` is asked of the region and of parts
 * of it, and says no only of parts none of whose own parts matters.
 */
export function isCovered(region: Box, boxes: readonly Box[], matters: (part: Box) => boolean): boolean {
  if (!matters(region)) return true;
  const within = boxes.filter((box) => relationOf(box, region) === 'overlap');
  if (within.some((box) => encloses(box, region))) return true;
  const cut = cutBetween(region, within);
  return cut !== undefined && halvesOf(region, cut).every((half) => isCovered(half, within, matters));
}

function encloses(box: Box, { low, high }: Box): boolean {
  return low.every((from, axis) => box.low[axis]! <= from && high[axis]! <= box.high[axis]!);
}

/**
 * The side of a box inside the region that cuts through the fewest others: zones are leaves of a tree of cuts, so there is
 * nearly always one that cuts through none. Undefined: no box ends inside the region.
 */
function cutBetween({ low, high }: Box, within: readonly Box[]): BoxCut | undefined {
  let best: BoxCut | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const box of within) {
    for (const axis of low.keys()) {
      for (const at of [box.low[axis]!, box.high[axis]!]) {
        if (at <= low[axis]! || at >= high[axis]!) continue;
        const straddling = within.filter((other) => other.low[axis]! < at && at < other.high[axis]!).length;
        if (straddling === 0) return { axis, at };
        if (straddling < fewest) [best, fewest] = [{ axis, at }, straddling];
      }
    }
  }
  return best;
}

function halvesOf({ low, high }: Box, { axis, at }: BoxCut): readonly Box[] {
  return [
    { low, high: high.with(axis, at) },
    { low: low.with(axis, at), high },
  ];
}
