/**
 * Where further copies of an entry go: to the phones that keep most of its nearest posts, so that who looks for one of them
 * finds all. The copies that redundancy needs anyway thus buy the recall.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { COPIES, type Link } from './link.ts';

/** Entries and copies that a phone takes, in even shares: the nearest phones would else be loaded several times the mean. */
const MOST_OVER_SHARE = 1.5;
/** Copies that every phone takes, however few there are. */
const LEAST_ROOM = 16;

/** Phones by how many of the posts they keep, most first; then those of `otherwise`, in their order. */
export function placesFor(links: readonly Link[], except: ReadonlySet<Id>, otherwise: readonly Contact[]): Contact[] {
  const counts = new Map<Id, { readonly contact: Contact; count: number }>();
  for (const { at } of links) {
    for (const contact of at) {
      const known = counts.get(contact.id);
      if (known === undefined) counts.set(contact.id, { contact, count: 1 });
      else known.count += 1;
    }
  }
  const byCount = [...counts.values()].sort((a, b) => b.count - a.count).map(({ contact }) => contact);
  const all = new Map([...byCount, ...otherwise].map((contact) => [contact.id, contact]));
  return [...all.values()].filter(({ id }) => !except.has(id));
}

/**
 * How many copies of others' entries a phone takes, by what it and the phones around it own: the fuller its own zone, the
 * fewer, so that with them it has little more than its share.
 */
export function copyRoom(ownLoad: number, loadsAround: readonly number[]): number {
  const mean = (ownLoad + loadsAround.reduce((sum, load) => sum + load, 0)) / (1 + loadsAround.length);
  return Math.max(LEAST_ROOM, Math.ceil(MOST_OVER_SHARE * COPIES * mean) - ownLoad);
}
