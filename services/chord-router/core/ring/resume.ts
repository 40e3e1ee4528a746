/** Taking up a place in a ring that is there already, with tables as they are once all is quiet. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { RingContext } from './ring-context.ts';

/** What a member of a quiet ring knows. */
export interface Place {
  readonly predecessor: Contact;
  /** Nearest first, at most `settings.successors`; self at the end if the ring has no others. */
  readonly successors: readonly Contact[];
  /** The same, counter-clockwise; the first is `predecessor`. */
  readonly predecessors: readonly Contact[];
  /** Further phones it knows; quickest to take in by ascending id. */
  readonly known: readonly Contact[];
  /** The first phone at or after a position: what a finger points at. */
  readonly ownerOf: (position: Id) => Contact;
  /** Round trip to a phone in ms, as measured; asked for neighbours and fingers. */
  readonly rttMs: (phone: Contact) => number;
}

/** Fills the tables of a phone that is on no ring yet. The pace is that of a ring long quiet. */
export function takePlace(context: RingContext, place: Place, atMs: number): void {
  const { self, phones, fingers } = context;
  for (const contact of place.known) phones.learn(contact);
  context.setRing({ self, predecessor: place.predecessor, successors: place.successors });
  context.setPredecessorsBehind(place.predecessors);
  while (fingers.empty > 0) {
    const target = fingers.nextToRefresh()!;
    const phone = place.ownerOf(target);
    if (phone.id === self.id) continue;
    fingers.point(target, phone);
    phones.learn(phone);
  }
  for (const contact of [...context.successors, ...context.predecessors, ...fingers.phones()]) {
    const known = phones.get(contact.id);
    if (known === undefined) continue;
    known.heardAtMs = atMs;
    known.roundTrip.answered(place.rttMs(contact));
  }
  context.placement.heardSuccessor(place.successors[0]!, self.id, true);
  context.placement.complete();
  context.owesPredecessor = false;
  context.pace.slow();
}
