/** Who has room for a newcomer: the phone with the most to give away around a point. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { CanContext } from '../context.ts';
import type { Offer } from '../message.ts';
import { shareOf } from '../space/box.ts';
import type { Zone } from '../space/zone.ts';

/** Phones with room named to whoever asks. */
export const MAX_OFFERS = 4;
/** Fewer entries than this are as good as none: then the size of zones decides. */
const LEAST_LOAD = 16;
/** Loads within this factor of each other are alike. */
const LOAD_STEP = 1.5;

/** This phone and its neighbours, the one with the most to give away first. */
export function offersOf({ self, territory, entries, neighbours }: CanContext): Offer[] {
  const offers = [offerOf(self, territory.zones, entries.load())];
  for (const neighbour of neighbours.values()) {
    if (neighbour.state === 'alive') offers.push(offerOf(neighbour.contact, neighbour.zones, neighbour.load));
  }
  return offers.sort(byRoom).slice(0, MAX_OFFERS);
}

/** The neighbour with the most to give, if it has clearly more than this phone. */
export function roomierNeighbour(context: CanContext): Contact | undefined {
  const own = offerOf(context.self, context.territory.zones, context.entries.load());
  const best = offersOf(context).find(({ contact }) => contact.id !== context.self.id);
  if (best === undefined || byRoom(best, own) > 0) return undefined;
  const isAlike =
    best.zones === own.zones && loadClass(best.load) === loadClass(own.load) && best.share < 2 * own.share;
  return isAlike ? undefined : best.contact;
}

/** Several zones first, for one of them is given away whole; then the most entries, then the largest zone. */
export function byRoom(a: Offer, b: Offer): number {
  return (
    Math.max(b.zones, 1) - Math.max(a.zones, 1) ||
    loadClass(b.load) - loadClass(a.load) ||
    b.share - a.share ||
    (a.contact.id < b.contact.id ? -1 : 1)
  );
}

function offerOf(contact: Contact, zones: readonly Zone[], load: number): Offer {
  const share = zones.reduce((most, { box }) => Math.max(most, shareOf(box)), 0);
  return { contact, load, share, zones: zones.length };
}

function loadClass(load: number): number {
  return load < LEAST_LOAD ? 0 : 1 + Math.floor(Math.log(load / LEAST_LOAD) / Math.log(LOAD_STEP));
}
