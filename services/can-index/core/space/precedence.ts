/**
 * Which of two claims stands when both cannot. At the first region on their paths about which they disagree:
 *
 * - one has it whole and the other a part of it: the part stands, and the larger claim keeps the rest;
 * - both have it whole: the claim of longer standing, with the lower epoch, then the lower id;
 * - they split it in different places: the split of longer standing, and whatever follows from the other one goes.
 *
 * So everybody who compares the same two claims sees the same one stand, and what stands never depends on the order of
 * hearing. docs/decisions/claims-of-longer-standing.md says why it is the older one.
 */
import type { Id } from '../../../shared/core/id.ts';
import { childOf, isSameCut, type Split, sharedDepth, type Zone } from './zone.ts';

/** Somebody's word that a zone is theirs. */
export interface Claim {
  readonly zone: Zone;
  readonly holder: Id;
}

/** `compatible`: one tree can have both. */
export type Contest = 'compatible' | 'first-stands' | 'second-stands';

export function contest(first: Claim, second: Claim): Contest {
  const [a, b] = [first.zone, second.zone];
  const depth = sharedDepth(a.path, b.path);
  const [splitA, splitB] = [a.path[depth], b.path[depth]];
  if (splitA === undefined && splitB === undefined) return stands(compareLeaves(first, second));
  if (splitA === undefined) return 'second-stands';
  if (splitB === undefined) return 'first-stands';
  return isSameCut(splitA, splitB) ? 'compatible' : stands(compareSplits(splitA, splitB));
}

/** What a claim that does not stand keeps: the rest of its zone where the other's is a part of it, otherwise nothing. */
export function remainder(loser: Zone, winner: Zone): readonly Zone[] {
  const depth = sharedDepth(loser.path, winner.path);
  if (depth !== loser.path.length) return [];
  const kept: Zone[] = [];
  let region = loser;
  for (const split of winner.path.slice(depth)) {
    kept.push(childOf(region, { ...split, upper: !split.upper }, loser.epoch + 1));
    region = childOf(region, split, loser.epoch + 1);
  }
  return kept;
}

/** Negative when the first of two different splits of one region stands. */
export function compareSplits(a: Split, b: Split): number {
  return a.epoch - b.epoch || a.axis - b.axis || a.cut - b.cut;
}

function compareLeaves(a: Claim, b: Claim): number {
  if (a.zone.epoch !== b.zone.epoch) return a.zone.epoch - b.zone.epoch;
  if (a.holder === b.holder) return 0;
  return a.holder < b.holder ? -1 : 1;
}

function stands(order: number): Contest {
  if (order === 0) return 'compatible';
  return order < 0 ? 'first-stands' : 'second-stands';
}
