/** What a phone makes of news: hearsay fills its tables, but only what it has seen itself changes its ring. */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Suspicion } from '../../../shared/core/suspicion.ts';
import type { SpreadNews, Tell } from '../message.ts';
import type { RingContext } from '../ring/ring-context.ts';

/** Most branches, and most items of each kind in one, that are read of a message. */
export const MAX_BRANCHES = 64;
const MAX_NEWS = 256;

/** Takes in news that travels, and passes on what of it is new. */
export function* hearNews(context: RingContext, suspicion: Suspicion, { branches }: SpreadNews): Task<void> {
  const atMs = yield* now();
  const { news, self } = context;
  news.noteTime(atMs);
  for (const { until, joined, gone } of branches.slice(0, MAX_BRANCHES)) {
    for (const contact of joined.slice(0, MAX_NEWS)) {
      if (contact.id !== self.id && news.hear({ kind: 'joined', contact }, until, atMs)) hearOf(context, contact);
    }
    for (const id of gone.slice(0, MAX_NEWS)) {
      if (id === self.id) news.begin({ kind: 'joined', contact: self }, self.id, atMs);
      else if (news.hear({ kind: 'gone', id }, until, atMs)) yield* hearGone(context, suspicion, id);
    }
  }
}

/** Takes in what `from` says for this phone alone. A phone that speaks of itself is believed. */
export function* hearWord(
  context: RingContext,
  suspicion: Suspicion,
  from: Contact,
  { joined, gone }: Pick<Tell, 'joined' | 'gone'>,
): Task<void> {
  const { self } = context;
  const atMs = yield* now();
  for (const contact of joined.slice(0, MAX_NEWS)) {
    if (contact.id === from.id) context.heard(contact, atMs);
    if (contact.id !== self.id) hearOf(context, contact);
  }
  for (const id of gone.slice(0, MAX_NEWS)) {
    if (id === self.id) context.news.begin({ kind: 'joined', contact: self }, self.id, atMs);
    else if (id !== from.id) yield* hearGone(context, suspicion, id);
  }
}

/** Somebody tells of a phone as alive: learns of it, and looks soon whether one that would be a neighbour is there. */
export function hearOf(context: RingContext, contact: Contact): void {
  if (context.isDead(contact.id)) {
    context.graveyard.hint(contact.id);
    if (context.isNear(contact.id)) context.pace.now();
    return;
  }
  const known = context.phones.get(contact.id);
  if (known === undefined) {
    context.phones.learn(contact);
    context.tell({ type: 'phone-discovered', phone: contact });
  } else {
    known.state = 'alive';
  }
  if (context.isNear(contact.id) && !context.isNeighbour(contact.id)) context.pace.now();
}

function* hearGone(context: RingContext, suspicion: Suspicion, id: Id): Task<void> {
  const neighbour = context.neighbour(id);
  const known = context.phones.get(id);
  if (neighbour !== undefined) yield* detach(suspicion.confirm(neighbour), 'confirm');
  else if (known !== undefined) context.suspect(known.contact);
}
