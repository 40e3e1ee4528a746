/**
 * Rebalancing: posts also come to zones that have long been settled, and not evenly. A phone that has little gives its zone
 * to the owner of the sibling, so that the two become one, and joins anew, which halves the zone of a phone that has much.
 *
 * Source: Karger and Ruhl, "Simple efficient load balancing algorithms for peer-to-peer systems", SPAA 2004, section 4; here
 * whoever has little looks for whoever has much, as newcomers do. Why so: docs/decisions/moving-to-load.md.
 */
import { random, type Task } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import type { Neighbour } from '../heartbeat/neighbour.ts';
import type { Finding } from '../routing/find.ts';
import { randomPointIn } from '../routing/long-link.ts';
import { areSiblings, type Zone } from '../space/zone.ts';
import { handOver } from './grant.ts';
import { offersOf } from './offer.ts';

/** Rounds in which a phone looks once, in the mean. */
const EVERY_ROUNDS = 8;
/** Random points whose owners, and those around them, are looked at. */
const LOOKED_AT = 2;
/** Entries of a zone below which it is not worth a move. */
const LEAST_WORTH = 48;
/** A zone to be halved has so many times what this phone and its sibling have together: moving must not be for nothing. */
const WORTH_FACTOR = 2.5;

export class Rebalancing {
  readonly #context: CanContext;
  readonly #calls: Calls;
  readonly #finding: Finding;

  constructor(context: CanContext, calls: Calls, finding: Finding) {
    this.#context = context;
    this.#calls = calls;
    this.#finding = finding;
  }

  /** Now and then: gives this phone's only zone away if it is of more use elsewhere. */
  *round(): Task<void> {
    if ((yield* random()) * EVERY_ROUNDS >= 1) return;
    const zone = this.#onlyZone();
    const sibling = zone && this.#siblingOf(zone);
    if (zone === undefined || sibling === undefined) return;
    const most = yield* this.#mostLoad();
    const together = this.#context.entries.load() + sibling.load;
    if (most < LEAST_WORTH || most < WORTH_FACTOR * together || this.#onlyZone() !== zone) return;
    yield* handOver(this.#context, this.#calls, zone, sibling.contact, 'rebalancing');
  }

  #onlyZone(): Zone | undefined {
    const { phase, territory } = this.#context;
    const [held, ...others] = territory.held;
    return phase === 'member' && others.length === 0 && held?.isSettled === true ? held.zone : undefined;
  }

  /** The living neighbour whose only zone is the other half of the region that the zone is one half of. */
  #siblingOf(zone: Zone): Neighbour | undefined {
    for (const neighbour of this.#context.neighbours.values()) {
      const [other, ...more] = neighbour.zones;
      if (neighbour.state !== 'alive' || other === undefined || more.length > 0) continue;
      if (areSiblings(other, zone)) return neighbour;
    }
    return undefined;
  }

  /** Entries of the fullest zone seen. */
  *#mostLoad(): Task<number> {
    const offers = offersOf(this.#context);
    for (let i = 0; i < LOOKED_AT; i++) {
      const found = yield* this.#finding.find(yield* randomPointIn(this.#context.whole));
      offers.push(...found.offers);
    }
    return Math.max(...offers.map(({ load }) => load));
  }
}
