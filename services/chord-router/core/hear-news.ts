/** What a phone makes of news: hearsay fills its tables, but only what it has seen itself changes its ring. */
import type { Contact } from '../../shared/core/contact.ts';
import { detach, now, type Task } from '../../shared/core/effect.ts';
import type { Suspicion } from '../../shared/core/suspicion.ts';
import { MAX_NEWS } from './gossip.ts';
import type { MembershipNews } from './message.ts';
import type { RingContext } from './ring-context.ts';

/** Takes in what `from` tells. A phone that speaks of itself is believed; of others, it is a reason to look. */
export function* absorbNews(
  context: RingContext,
  suspicion: Suspicion,
  from: Contact,
  news: MembershipNews,
): Task<void> {
  const atMs = yield* now();
  context.news.noteTime(atMs);
  if (news.joined.length === 0 && news.gone.length === 0) return;
  for (const contact of news.joined.slice(0, MAX_NEWS)) {
    if (contact.id !== context.self.id) hearJoined(context, contact, contact.id === from.id, atMs);
  }
  for (const contact of news.gone.slice(0, MAX_NEWS)) {
    if (contact.id === context.self.id) context.news.add('joined', context.self, atMs, true);
    else if (contact.id !== from.id) yield* hearGone(context, suspicion, contact, atMs);
  }
}

function hearJoined(context: RingContext, contact: Contact, firstHand: boolean, atMs: number): void {
  if (context.isDead(contact.id) && !firstHand) {
    context.graveyard.hint(contact.id);
    return;
  }
  const known = context.phones.get(contact.id);
  const isNews = known?.state !== 'alive';
  if (firstHand) context.heard(contact, atMs);
  else if (known === undefined) context.phones.learn(contact);
  else known.state = 'alive';
  if (context.isNear(contact.id) && !context.isNeighbour(contact.id)) context.pace.now();
  if (!isNews) return;
  context.tell({ type: 'phone-discovered', phone: contact });
  context.news.add('joined', contact, atMs, firstHand);
}

function* hearGone(context: RingContext, suspicion: Suspicion, contact: Contact, atMs: number): Task<void> {
  if (context.isNeighbour(contact.id)) {
    yield* detach(suspicion.confirm(contact), 'confirm');
  } else if (context.phones.isAlive(contact.id)) {
    context.suspect(contact);
    context.news.add('gone', contact, atMs, false);
  }
}
