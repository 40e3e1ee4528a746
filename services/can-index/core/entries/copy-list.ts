/** Lists of the phones that keep an entry: the owner of its point first, and as many as an entry has copies. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { KeptEntry } from './entry-store.ts';
import { COPIES } from './link.ts';

/** Phones that are told to let go of one entry, at most: a list is not longer where phones come and go all the time. */
const MAX_DOUBTFUL = 8;

export interface Keepers {
  readonly copies: readonly Contact[];
  /** Those that may keep the entry, too, and are one too many. */
  readonly surplus: readonly Contact[];
}

/** Whoever is named by some lists, each once, those that are named first before others. */
export function keepersOf(...lists: readonly (readonly Contact[])[]): Keepers {
  const all = [...new Map(lists.flat().map((contact) => [contact.id, contact])).values()];
  return { copies: all.slice(0, COPIES), surplus: all.slice(COPIES) };
}

/** Another round may have had the same phone keep it meanwhile. */
export function withCopy(copies: readonly Contact[], phone: Contact): readonly Contact[] {
  return copies.some(({ id }) => id === phone.id) ? copies : [...copies, phone];
}

/** The phone no longer keeps the entry. */
export function withoutCopy(kept: KeptEntry, { id }: Contact): void {
  kept.copies = kept.copies.filter((copy) => copy.id !== id);
}

/** The phones may keep the entry and shall not: custody tells them until they answer. */
export function noteDoubtful(kept: KeptEntry, phones: readonly Contact[]): void {
  const doubtful = new Map([...kept.doubtful, ...phones].map((phone) => [phone.id, phone]));
  for (const { id } of kept.copies) doubtful.delete(id);
  kept.doubtful = [...doubtful.values()].slice(-MAX_DOUBTFUL);
}
