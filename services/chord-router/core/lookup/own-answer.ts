/** What a phone can say of a key's owner from its own tables alone. */
import type { Contact } from '../../../shared/core/contact.ts';
import { between, type Id, inOwnedRange } from '../../../shared/core/id.ts';
import type { FoundSuccessor } from '../message.ts';
import { byDistanceTo, type RingContext } from '../ring/ring-context.ts';

/** Phones closer to the key in one answer; more are not read. */
export const MAX_CLOSER = 8;
/** Phones believed to be at or after the key in one answer; more are not read. */
export const MAX_GUESSES = 4;

/** What this phone itself can say of a key: its owner if it is sure, else phones closer to it. */
export function answerFor(context: RingContext, key: Id): FoundSuccessor {
  return (
    sureOwner(context, key) ?? {
      type: 'found-successor',
      owner: undefined,
      ownerSuccessors: context.phones.following(key, MAX_GUESSES),
      closer: closest(context, key, MAX_CLOSER),
    }
  );
}

/** The owner of a key and what follows it, if this phone is sure of that. */
export function sureOwner(context: RingContext, key: Id): (FoundSuccessor & { readonly owner: Contact }) | undefined {
  const { ring, self } = context;
  if (context.owns(key)) return found(self, context.successors);
  const successor = ring.successors[0]!;
  if (!context.placement.mayNameSuccessor || !inOwnedRange(self.id, key, successor.id)) return undefined;
  return found(successor, ring.successors.slice(1));
}

function found(owner: Contact, ownerSuccessors: readonly Contact[]): FoundSuccessor & { readonly owner: Contact } {
  return { type: 'found-successor', owner, ownerSuccessors, closer: [] };
}

/** Living phones between self and the key, nearest to the key first. */
export function closest(context: RingContext, key: Id, count: number): Contact[] {
  const { phones, self } = context;
  const known = phones.closestPreceding(key, count);
  // Neighbours are in the table, unless it had no room for their address prefix.
  if (context.settings.knownPhonesPerPrefix === undefined) return known;
  const listed = context.successors.filter(({ id }) => between(self.id, id, key) && phones.get(id) === undefined);
  return listed.length === 0 ? known : [...known, ...listed].sort(byDistanceTo(key)).slice(0, count);
}
