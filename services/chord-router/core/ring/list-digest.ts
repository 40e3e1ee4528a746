/**
 * Digests of lists of neighbours: a phone that knows what another would answer sends the digest of it, and gets the lists
 * only if they are others. 64 bits of FNV-1a: nobody gains by a collision, for whoever answers may say what it likes.
 */
import type { Contact } from '../../../shared/core/contact.ts';

/** What Zave's operations read of another node. */
export interface NeighbourLists {
  readonly predecessor: Contact;
  /** Nearest first; full unless the ring has fewer members: then the phone asked is itself the last (see ring.ts). */
  readonly successors: readonly Contact[];
}

declare const digestBrand: unique symbol;

/** 16 hexadecimal digits. */
export type ListDigest = string & { readonly [digestBrand]: true };

const PRIME = 0x01000193;
const BASES = [0x811c9dc5, 0x050c5d1f] as const;

export function digestOfLists({ predecessor, successors }: NeighbourLists): ListDigest {
  return digestOfList([predecessor, ...successors]);
}

export function digestOfList(contacts: readonly Contact[]): ListDigest {
  let [high, low] = BASES as readonly [number, number];
  const take = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, PRIME);
      low = Math.imul(low ^ code ^ (high >>> 24), PRIME);
    }
  };
  for (const { id, address } of contacts) take(`${id}${address};`);
  return (hex(high) + hex(low)) as ListDigest;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
