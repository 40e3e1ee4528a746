/**
 * Which phone to pass a question on to: the one through which the point is fewest steps away, looking ahead. A candidate's
 * own neighbours and links are known, so its best one counts; and where their links lead follows from their ids.
 *
 * Sources: Ratnasamy et al., "CAN", SIGCOMM 2001, section 2.1 (greedy routing); Manku, Naor and Wieder, "Know thy
 * neighbor's neighbor", STOC 2004, for the look ahead.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { distanceTo, stepsBetween, stepsTo } from '../space/box.ts';
import type { Point } from '../space/space.ts';
import type { Zone } from '../space/zone.ts';
import { linkPoint } from './long-link.ts';

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

/** So few steps cannot be beaten by what lies behind a link that has to be guessed. */
const FEW_STEPS = 3;

/**
 * The candidates, best first. `closed` ones are left out: dead, or asked before. `links`: how many long links a phone has.
 * From every zone some neighbour is nearer to the point, so while no neighbour is missing there is always a way on.
 */
export function rank(
  candidates: Iterable<Candidate>,
  point: Point,
  links: number,
  closed: (id: Id) => boolean,
): Choice[] {
  const open = [...candidates].filter(({ contact }) => !closed(contact.id));
  let choices = open.map((candidate) => choiceOf(candidate, lookAhead(candidate, point, closed), point));
  if (choices.every(({ steps }) => steps > FEW_STEPS)) {
    choices = choices.map((choice, i) => {
      const guessed = lookBehindLinks(open[i]!, point, links, choice.steps);
      return { ...choice, steps: Math.min(choice.steps, guessed) };
    });
  }
  return choices.sort((a, b) => a.steps - b.steps || a.distance - b.distance || (a.contact.id < b.contact.id ? -1 : 1));
}

function choiceOf({ contact, zones }: Candidate, steps: number, point: Point): Choice {
  return { contact, steps, distance: distanceFrom(zones, point) };
}

/** Steps to the point by way of a candidate and the best of those it knows. */
function lookAhead({ zones, known }: Candidate, point: Point, closed: (id: Id) => boolean): number {
  let steps = 1 + stepsFrom(zones, point);
  if (steps === 1) return steps;
  for (const { contact, zones: theirs } of known) {
    if (!closed(contact.id)) steps = Math.min(steps, 2 + stepsFrom(theirs, point));
  }
  return steps;
}

/** Steps to the point by way of a link of somebody the candidate knows; its place follows from the id (long-link.ts). */
function lookBehindLinks({ known }: Candidate, point: Point, links: number, most: number): number {
  let steps = most;
  for (const { contact, zones } of known) {
    const [zone] = zones;
    if (zone === undefined) continue;
    for (let link = 0; link < links && steps > FEW_STEPS; link++) {
      steps = Math.min(steps, 3 + stepsBetween(zone.box, linkPoint(contact.id, link, point.length), point));
    }
  }
  return steps;
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
