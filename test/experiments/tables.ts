/** How the tables of phones on a ring that stands still are filled: as the papers do, and as the product does. */

import type { RingContext } from '../../services/chord-router/core/ring/ring-context.ts';
import { fingerTargets } from '../../services/chord-router/core/tables/fingers.ts';
import { clockwise, distance, ID_BITS } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import type { Population } from './population.ts';
import type { Latency } from './space.ts';
import type { StaticRingOptions } from './static-ring.ts';

/** Each table slot is offered so many random phones, so that the policy of eviction decides what stays. */
const OFFERS_A_SLOT = 2;

/** The classic table: finger i is the first phone at or after self + 2^i. */
export function fillClassic(context: RingContext, population: Population): void {
  const { self, ring } = context;
  const covered = distance(self.id, ring.successors.at(-1)!.id);
  for (let i = ID_BITS - 1; i >= 0; i--) {
    const offset = 1n << BigInt(i);
    if (offset <= covered) return;
    context.phones.learn(population.at(population.ownerOf(clockwise(self.id, offset))));
  }
}

/** The product's fingers, each looked up, and no other phones. */
export function fillFingers(context: RingContext, population: Population): void {
  for (const target of fingerTargets(context.ring)) {
    const phone = population.at(population.ownerOf(target));
    if (phone.id === context.self.id) continue;
    context.fingers.point(target, phone);
    context.phones.learn(phone);
  }
}

/** The product's whole table: predecessors, fingers, and a cache of phones that came by, by its own eviction. */
export function fillProduct(context: RingContext, population: Population, random: SeededRandom): void {
  const { self, settings } = context;
  const own = population.indexOf(self.id);
  const predecessors = Array.from({ length: settings.successors }, (_, i) => population.at(own - 1 - i));
  context.setPredecessorsBehind(predecessors.slice(1));
  fillFingers(context, population);
  if (population.size <= settings.knownPhones) {
    for (const contact of population.contacts) context.phones.learn(contact);
    return;
  }
  for (let i = 0; i < OFFERS_A_SLOT * settings.knownPhones; i++) context.phones.learn(random.pick(population.contacts));
}

/**
 * The product's whole table after this phone has met so many others for each slot, near ones more often than far ones
 * (density 1/distance, as its own eviction leaves them), and measured each: its eviction decides who stays.
 */
export function fillMet(rttMs: Latency, metPerSlot: number): StaticRingOptions['equip'] {
  return (context, population, random) => {
    const { self, settings, phones } = context;
    const own = population.indexOf(self.id);
    context.setPredecessorsBehind(
      Array.from({ length: settings.successors - 1 }, (_, i) => population.at(own - 2 - i)),
    );
    fillFingers(context, population);
    for (let i = 0; i < metPerSlot * settings.knownPhones; i++) {
      const index = (own + Math.ceil((population.size - 1) ** random.next())) % population.size;
      phones.learn(population.at(index))?.roundTrip.answered(rttMs(own, index));
    }
  };
}
