/**
 * Making one ring of two: what happens when a phone that was taken for dead, or one found at a seed's address, turns
 * out to live on a ring that does not know this phone.
 *
 * Nothing is adopted here. Each side only learns of the phones of the other that would be its neighbours; that they
 * lie nearer than the present ones makes stabilisation ask and adopt them (stabilise.ts). Every phone keeps looking
 * through its own graveyard, so all places are mended at about the same time and not one after the other.
 *
 * After: Shafaat, Ghodsi, Haridi, "Handling network partitions and mergers in structured overlay networks", P2P 2007.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { now, type Task } from '../../../shared/core/effect.ts';
import { between, type Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import { MAX_CLOSER } from '../lookup/own-answer.ts';
import type { RingContext } from './ring-context.ts';

/** Phones after this one's place that the other ring is asked for. */
const CONTACTS_WANTED = 16;

/** Asks a phone that may be on another ring; if it answers, learns who of its ring belongs next to this phone. */
export function* meet(context: RingContext, calls: Calls, stranger: Contact): Task<void> {
  const { self } = context;
  const wasDead = context.isDead(stranger.id);
  const found = yield* calls.attempt<'find-successor'>(stranger, { type: 'find-successor', key: self.id });
  if (!found.ok) return;
  const after = { type: 'list-contacts', after: self.id, limit: CONTACTS_WANTED } as const;
  const listed = yield* calls.attempt<'list-contacts'>(stranger, after);
  const nearby: Contact[] = [stranger, ...found.reply.closer.slice(0, MAX_CLOSER)];
  if (found.reply.owner !== undefined) nearby.push(found.reply.owner);
  if (listed.ok) nearby.push(...listed.reply.contacts.slice(0, CONTACTS_WANTED));
  const merging = nearby.some(({ id }) => wouldBeNeighbour(context, id));
  for (const contact of nearby) {
    if (context.isDead(contact.id)) context.graveyard.hint(contact.id);
    else context.learn(contact);
  }
  if (!merging && !wasDead) return;
  if (merging) context.tell({ type: 'rings-merging', through: stranger });
  context.news.begin({ kind: 'joined', contact: stranger }, self.id, yield* now());
  context.pace.hurry();
  yield* calls.attempt<'tell'>(stranger, { type: 'tell', joined: [self], gone: [] });
}

function wouldBeNeighbour({ ring, self, successor }: RingContext, id: Id): boolean {
  return between(ring.predecessor.id, id, self.id) || between(self.id, id, successor.id);
}
