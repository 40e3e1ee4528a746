/**
 * Background reassignment: a phone with several zones gives them away until it has one. A zone whose sibling somebody has
 * goes there, and the two become one. Where the sibling is itself split, a phone below it that could give its zone to its
 * own sibling's owner is found and takes this one; its next round does the rest.
 *
 * Source: Ratnasamy et al., "CAN", SIGCOMM 2001, section 2.4 and appendix (the depth-first search for two sibling leaves).
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Task } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import type { Neighbour } from '../heartbeat/neighbour.ts';
import type { FindTaker, TakerFound } from '../message.ts';
import { shareOf } from '../space/box.ts';
import { areSiblings, isWithin, type Split, type Zone } from '../space/zone.ts';
import { handOver } from './grant.ts';

/** Steps down the tree that the search takes at most. */
const MAX_STEPS = 64;
const NOBODY: TakerFound = { type: 'taker-found', taker: undefined };

export class Reassignment {
  readonly #context: CanContext;
  readonly #calls: Calls;

  constructor(context: CanContext, calls: Calls) {
    this.#context = context;
    this.#calls = calls;
  }

  /** Gives one zone away, if this phone has several and all of them are settled. */
  *round(): Task<void> {
    const { phase, territory } = this.#context;
    if (phase !== 'member' || territory.held.length < 2) return;
    if (territory.held.some(({ isSettled }) => !isSettled)) return;
    const zones = [...territory.zones].sort((a, b) => shareOf(a.box) - shareOf(b.box));
    for (const zone of zones) {
      const sibling = this.#siblingOf(zone);
      if (sibling === undefined) continue;
      if (yield* handOver(this.#context, this.#calls, zone, sibling, 'reassignment')) return;
    }
    for (const zone of zones) {
      const { taker } = yield* this.#passDown(this.#searchFor(siblingPath(zone.path)));
      if (taker === undefined || taker.id === this.#context.self.id) continue;
      yield* handOver(this.#context, this.#calls, zone, taker, 'reassignment');
      return;
    }
  }

  /** Answers another phone's search: this phone could take a zone, or one further down may. */
  *serve({ region, hopsLeft, budgetMs }: FindTaker): Task<TakerFound> {
    const { self, phase, territory } = this.#context;
    const [held, ...others] = territory.held;
    if (phase !== 'member' || held === undefined || others.length > 0 || !isWithin(held.zone.path, region))
      return NOBODY;
    if (!held.isSettled || held.zone.path.length === 0) return NOBODY;
    if (this.#siblingOf(held.zone) !== undefined) return { type: 'taker-found', taker: self };
    if (hopsLeft <= 0) return NOBODY;
    return yield* this.#passDown({
      type: 'find-taker',
      region: siblingPath(held.zone.path),
      hopsLeft: hopsLeft - 1,
      budgetMs,
    });
  }

  #searchFor(region: readonly Split[]): FindTaker {
    const { routeDeadlineMs } = this.#context.settings;
    return { type: 'find-taker', region, hopsLeft: MAX_STEPS, budgetMs: routeDeadlineMs };
  }

  *#passDown(request: FindTaker): Task<TakerFound> {
    const next = this.#deepestWithin(request.region);
    return next === undefined ? NOBODY : yield* this.#calls.findTaker(next, request);
  }

  /** The neighbour with the zone farthest down in a region. */
  #deepestWithin(region: readonly Split[]): Contact | undefined {
    let best: Neighbour | undefined;
    let deepest = -1;
    for (const neighbour of this.#context.neighbours.values()) {
      if (neighbour.state !== 'alive') continue;
      for (const { path } of neighbour.zones) {
        if (path.length > deepest && isWithin(path, region)) [best, deepest] = [neighbour, path.length];
      }
    }
    return best?.contact;
  }

  /** The living neighbour that has the other half of the region of which the zone is one. */
  #siblingOf(zone: Zone): Contact | undefined {
    for (const { contact, zones, state } of this.#context.neighbours.values()) {
      if (state === 'alive' && zones.some((other) => areSiblings(other, zone))) return contact;
    }
    return undefined;
  }
}

function siblingPath(path: readonly Split[]): readonly Split[] {
  const last = path.at(-1);
  return last === undefined ? [] : [...path.slice(0, -1), { ...last, upper: !last.upper }];
}
