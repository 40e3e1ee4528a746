/**
 * Which phone to pass a question on to: the one through which the point is fewest steps away, looking one phone ahead. A
 * candidate's own neighbours and links are known, so its best one counts, too.
 *
 * Sources: Ratnasamy et al., "CAN", SIGCOMM 2001, section 2.1 (greedy routing); Manku, Naor and Wieder, "Know thy
 * neighbor's neighbor", STOC 2004, for the look ahead.
 */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';
import { distanceTo, stepsTo } from './box.ts';
import type { Point } from './space.ts';
import type { Zone } from './zone.ts';

/** Somebody a question can be passed on to. */
export interface Candidate {
  readonly contact: Contact;
  readonly zones: readonly Zone[];
  /** Whom it knows in turn. */
  readonly known: Iterable<{ readonly contact: Contact; readonly zones: readonly Zone[] }>;
}

export interface Choice {
  readonly contact: Contact;
  /** Phones that will have been asked when the owner is, if zones ahead are like those known. */
  readonly steps: number;
  /** From the candidate's own zones to the point (box.ts). */
  readonly distance: number;
}

/**
 * The candidates, best first. `closed` ones are left out: dead, or asked before. From every zone some neighbour is nearer
 * to the point (geometry), so unless neighbours are missing a route that takes what comes next always arrives.
 */
export function rank(candidates: Iterable<Candidate>, point: Point, closed: (id: Id) => boolean): Choice[] {
  const choices: Choice[] = [];
  for (const { contact, zones, known } of candidates) {
    if (closed(contact.id)) continue;
    let steps = 1 + stepsFrom(zones, point);
    if (steps > 1) {
      for (const further of known) {
        if (!closed(further.contact.id)) steps = Math.min(steps, 2 + stepsFrom(further.zones, point));
      }
    }
    choices.push({ contact, steps, distance: distanceFrom(zones, point) });
  }
  return choices.sort((a, b) => a.steps - b.steps || a.distance - b.distance || (a.contact.id < b.contact.id ? -1 : 1));
}

function stepsFrom(zones: readonly Zone[], point: Point): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { box } of zones) least = Math.min(least, stepsTo(box, point));
  return least;
}

function distanceFrom(zones: readonly Zone[], point: Point): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { box } of zones) least = Math.min(least, distanceTo(box, point));
  return least;
}
