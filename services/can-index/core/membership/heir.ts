/** Who should have a zone that becomes free: the order in which its neighbours come. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanContext } from '../context.ts';
import { meets, shareOf } from '../space/box.ts';
import { sharedDepth, type Zone } from '../space/zone.ts';

interface Candidate {
  readonly id: Id;
  readonly zones: readonly Zone[];
}

interface Rank {
  /** It has the sibling, so that the two become one zone. */
  readonly isSibling: boolean;
  readonly zones: number;
  /** How far down the tree its nearest zone is on the same path. */
  readonly depth: number;
  readonly share: number;
  readonly id: Id;
}

/** Living neighbours that border on the zone, the best heir first. */
export function heirsOf({ neighbours }: CanContext, zone: Zone): Contact[] {
  const heirs = [...neighbours.values()].filter(({ state, zones }) => state === 'alive' && borders(zones, zone));
  const rank = new Map(heirs.map(({ contact, zones }) => [contact, rankOf({ id: contact.id, zones }, zone)]));
  return [...rank.keys()].sort((a, b) => compareRanks(rank.get(a)!, rank.get(b)!));
}

/** How many of those who border on a free zone come before this phone, as far as it knows; phones believed dead do not count. */
export function turnOf({ self, territory, neighbours, graveyard }: CanContext, zone: Zone): number {
  const own = rankOf({ id: self.id, zones: territory.zones }, zone);
  const seen = new Set([self.id]);
  let before = 0;
  const consider = (candidate: Candidate): void => {
    if (seen.has(candidate.id)) return;
    seen.add(candidate.id);
    if (borders(candidate.zones, zone) && compareRanks(rankOf(candidate, zone), own) < 0) before += 1;
  };
  for (const { contact, zones, state } of neighbours.values()) {
    if (state === 'alive') consider({ id: contact.id, zones });
    else seen.add(contact.id);
  }
  for (const { known } of neighbours.values()) {
    for (const phone of known.values()) {
      if (!phone.isLink && !graveyard.isOutdated(phone)) consider({ id: phone.contact.id, zones: phone.zones });
    }
  }
  return before;
}

function borders(zones: readonly Zone[], { box }: Zone): boolean {
  return zones.some((zone) => meets(zone.box, box));
}

function rankOf({ id, zones }: Candidate, free: Zone): Rank {
  let depth = 0;
  let isSibling = false;
  let share = 0;
  for (const zone of zones) {
    const shared = sharedDepth(zone.path, free.path);
    depth = Math.max(depth, shared);
    isSibling ||= shared === free.path.length - 1 && zone.path.length === free.path.length;
    share += shareOf(zone.box);
  }
  return { isSibling, zones: zones.length, depth, share, id };
}

/** Negative when the first comes before the second. */
function compareRanks(a: Rank, b: Rank): number {
  return (
    Number(b.isSibling) - Number(a.isSibling) ||
    a.zones - b.zones ||
    b.depth - a.depth ||
    a.share - b.share ||
    (a.id < b.id ? -1 : 1)
  );
}
