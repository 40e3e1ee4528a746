/** Where a neighbour claims what this phone has: gives way as precedence says, and tells when a claim is settled. */

import type { CanContext } from '../context.ts';
import type { Neighbour } from '../heartbeat/neighbour.ts';
import { meets, relationOf } from '../space/box.ts';
import { contest, remainder } from '../space/precedence.ts';
import type { HeldZone } from '../space/territory.ts';
import type { Zone } from '../space/zone.ts';

/** Zones that a phone keeps at most: giving way to many parts of a large claim leaves many rests, most of them taken. */
const MAX_OWN_ZONES = 32;

/** What had to be given up to the neighbour. */
export function giveWay(context: CanContext, neighbour: Neighbour): readonly Zone[] {
  const given: Zone[] = [];
  for (const theirs of neighbour.zones) {
    for (const { zone: ours } of context.territory.held) {
      const claims = [
        { zone: ours, holder: context.self.id },
        { zone: theirs, holder: neighbour.contact.id },
      ] as const;
      if (contest(...claims) !== 'second-stands') continue;
      const rest = remainder(ours, theirs);
      context.territory.replace(ours, rest);
      given.push(rest.length === 0 ? ours : theirs);
    }
  }
  context.territory.keepSmallest(MAX_OWN_ZONES);
  return given;
}

/** Settles those claims of which all neighbours have heard without saying otherwise. */
export function settleClaims(context: CanContext): void {
  for (const held of context.territory.held) {
    if (!held.isSettled && isUndisputed(context, held)) context.territory.settle(held.zone);
  }
}

function isUndisputed({ neighbours }: CanContext, { zone, claimedAt }: HeldZone): boolean {
  for (const { zones, state, hasOurs } of neighbours.values()) {
    if (!zones.some(({ box }) => meets(box, zone.box))) continue;
    if (state === 'unheard' || hasOurs < claimedAt) return false;
    if (zones.some(({ box }) => relationOf(box, zone.box) === 'overlap')) return false;
  }
  return true;
}

/** Two neighbours claim the same: the other one is asked again: it is dead, or hears of it and they settle it. */
export function askRivals(context: CanContext, neighbour: Neighbour): void {
  for (const other of context.neighbours.values()) {
    if (other === neighbour) continue;
    const isContested = other.zones.some((zone) =>
      neighbour.zones.some(
        (claimed) =>
          contest({ zone, holder: other.contact.id }, { zone: claimed, holder: neighbour.contact.id }) !== 'compatible',
      ),
    );
    if (isContested) context.meetSoon(other);
  }
}
