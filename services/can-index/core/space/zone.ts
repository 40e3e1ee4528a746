/**
 * Zones: leaves of one binary tree of splits. A zone is its path from the whole space, and its box follows from the
 * path, so zones with one tree tile the space exactly and two siblings make their parent again.
 *
 * Epochs count how often a region changed hands. Split regions pass theirs on to both halves; whoever is given a region,
 * takes one over, or puts two siblings together, has it with a higher one.
 */
import { failure, type Result, success } from '../../../shared/core/result.ts';
import { type Box, wholeBox } from './box.ts';
import { MAX_AXES } from './space.ts';

/** Where a region is cut: [low, cut) and [cut, high) along an axis. */
export interface Cut {
  readonly axis: number;
  readonly cut: number;
}

/** One step down the tree. */
export interface Split extends Cut {
  /** The half that goes on: [cut, high). */
  readonly upper: boolean;
  /** The epoch of the region when it was split. */
  readonly epoch: number;
}

export interface Zone {
  readonly path: readonly Split[];
  readonly epoch: number;
  readonly box: Box;
}

export type ZoneFault = 'bad-axes' | 'too-deep' | 'bad-split' | 'bad-epoch';

/** Splits of a path at most: far more than halvings that any zone of a real network needs. */
export const MAX_DEPTH = 160;

export function wholeSpace(axes: number): Zone {
  return { path: [], epoch: 0, box: wholeBox(axes) };
}

/** The zone at the end of a path that came from elsewhere. */
export function zoneAt(path: readonly Split[], epoch: number, axes: number): Result<Zone, ZoneFault> {
  if (!Number.isInteger(axes) || axes < 1 || axes > MAX_AXES) return failure('bad-axes');
  if (path.length > MAX_DEPTH) return failure('too-deep');
  if (!isEpoch(epoch)) return failure('bad-epoch');
  let box = wholeBox(axes);
  for (const split of path) {
    if (!isEpoch(split.epoch)) return failure('bad-epoch');
    if (!canCut(box, split)) return failure('bad-split');
    box = halfOf(box, split);
  }
  return success({ path, epoch, box });
}

function canCut({ low, high }: Box, { axis, cut }: Cut): boolean {
  return Number.isInteger(axis) && Number.isInteger(cut) && axis in low && cut > low[axis]! && cut < high[axis]!;
}

/** The lower and the upper half of a zone. Throws a RangeError when the cut does not go through it. */
export function splitZone(zone: Zone, { axis, cut }: Cut): readonly [lower: Zone, upper: Zone] {
  if (!canCut(zone.box, { axis, cut })) throw new RangeError(`no cut of the zone: ${cut} on axis ${axis}`);
  const half = (upper: boolean): Zone => childOf(zone, { axis, cut, upper, epoch: zone.epoch }, zone.epoch);
  return [half(false), half(true)];
}

/** A zone one step further down a tree. */
export function childOf(parent: Zone, split: Split, epoch: number): Zone {
  return { path: [...parent.path, split], epoch, box: halfOf(parent.box, split) };
}

/** Whether two zones are the halves of one region. */
export function areSiblings(a: Zone, b: Zone): boolean {
  const last = a.path.length - 1;
  if (last < 0 || b.path.length !== a.path.length) return false;
  if (sharedDepth(a.path, b.path) !== last) return false;
  return isSameCut(a.path[last]!, b.path[last]!) && a.path[last]!.upper !== b.path[last]!.upper;
}

/** The region that two siblings are the halves of, as one zone again. Throws a RangeError when they are none. */
export function mergeZones(a: Zone, b: Zone): Zone {
  if (!areSiblings(a, b)) throw new RangeError('only siblings can be merged');
  const { axis } = a.path.at(-1)!;
  const [lower, upper] = a.path.at(-1)!.upper ? [b, a] : [a, b];
  const high = lower.box.high.with(axis, upper.box.high[axis]!);
  const epoch = Math.max(a.epoch, b.epoch, a.path.at(-1)!.epoch) + 1;
  return { path: a.path.slice(0, -1), epoch, box: { low: lower.box.low, high } };
}

/** The same zone in the hands of somebody who got it from its owner or took it over. */
export function inNewHands(zone: Zone): Zone {
  return { ...zone, epoch: zone.epoch + 1 };
}

/** How many steps two paths have in common. Only where cuts are tells splits apart, not when they were made. */
export function sharedDepth(a: readonly Split[], b: readonly Split[]): number {
  const most = Math.min(a.length, b.length);
  let depth = 0;
  while (depth < most && isSameCut(a[depth]!, b[depth]!) && a[depth]!.upper === b[depth]!.upper) depth += 1;
  return depth;
}

export function isSameCut(a: Cut, b: Cut): boolean {
  return a.axis === b.axis && a.cut === b.cut;
}

/** Whether a path is that of the region or goes on from it. */
export function isWithin(path: readonly Split[], region: readonly Split[]): boolean {
  return sharedDepth(path, region) === region.length;
}

export function isSamePath(a: readonly Split[], b: readonly Split[]): boolean {
  return a.length === b.length && sharedDepth(a, b) === a.length;
}

/** Whether two lists have the same zones with the same epochs, in the same order. */
export function sameZones(a: readonly Zone[], b: readonly Zone[]): boolean {
  return a.length === b.length && a.every((zone, i) => isSamePath(zone.path, b[i]!.path) && zone.epoch === b[i]!.epoch);
}

function halfOf({ low, high }: Box, { axis, cut, upper }: Split): Box {
  return upper ? { low: low.with(axis, cut), high } : { low, high: high.with(axis, cut) };
}

function isEpoch(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
