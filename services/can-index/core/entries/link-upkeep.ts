/**
 * Keeps links true: phones that links name are asked in turn whether they still keep the posts, and an entry that lost its
 * way to a neighbour, or lies on other phones than its neighbours were told, is settled anew.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import { ByPhone } from './by-phone.ts';
import { type CheckEntries, type EntriesChecked, MAX_ITEMS } from './entry-message.ts';
import type { EntryStore, KeptEntry } from './entry-store.ts';
import { sameContacts } from './link.ts';
import type { Settling } from './settling.ts';

/** Rounds in which all phones that links name are asked once. */
const ROUNDS_A_CYCLE = 6;
/** Entries settled anew in one round, at most: each costs a search. */
const SETTLED_A_ROUND = 8;

export class LinkUpkeep {
  readonly #view: CanView;
  readonly #store: EntryStore;
  readonly #settling: Settling;
  /** The phone asked last. */
  #cursor = '' as Id;

  constructor(view: CanView, store: EntryStore, settling: Settling) {
    this.#view = view;
    this.#store = store;
    this.#settling = settling;
  }

  *round(): Task<void> {
    yield* this.#checkSome();
    let settled = 0;
    for (const kept of this.#store.all()) {
      if (settled >= SETTLED_A_ROUND) return;
      if (this.#view.ownershipOf(kept.point) !== 'settled' || !isUnsettled(kept)) continue;
      settled += 1;
      yield* this.#settling.settle(kept);
    }
  }

  *#checkSome(): Task<void> {
    const named = new Map<Id, { readonly contact: Contact; readonly posts: Set<Id> }>();
    for (const { links } of this.#store.all()) {
      for (const { post, at } of links) for (const contact of at) note(named, contact, post);
    }
    named.delete(this.#view.self.id);
    const inTurn = [...named.values()].sort((a, b) => compare(this.#rank(a.contact.id), this.#rank(b.contact.id)));
    for (const { contact, posts } of inTurn.slice(0, Math.ceil(named.size / ROUNDS_A_CYCLE))) {
      this.#cursor = contact.id;
      yield* this.#check(contact, [...posts]);
    }
  }

  *#check(contact: Contact, posts: readonly Id[]): Task<void> {
    const pages = new ByPhone<Id>();
    for (const post of posts) pages.add(contact, post);
    for (const { items } of pages.pages(MAX_ITEMS)) {
      const request: CheckEntries = { type: 'check-entries', items: items.map((post) => ({ post, copies: [] })) };
      const outcome = yield* this.#view.ask<EntriesChecked>(contact, request);
      if (!outcome.ok) {
        if (outcome.failure !== 'timeout') this.#store.forgetPlace(contact.id, undefined);
        return;
      }
      const { keeps } = outcome.reply;
      const gone = items.filter((_post, i) => (keeps[i] ?? 'none') === 'none');
      if (gone.length > 0) this.#store.forgetPlace(contact.id, new Set(gone));
    }
  }

  /** Phones behind the one asked last come first. */
  #rank(id: Id): string {
    return id > this.#cursor ? `0${id}` : `1${id}`;
  }
}

/** Its neighbours do not know where it is, or it does not know where they are. */
function isUnsettled({ copies, told, links }: KeptEntry): boolean {
  return !sameContacts(copies, told) || links.some(({ at }) => at.length === 0);
}

function note(
  named: Map<Id, { readonly contact: Contact; readonly posts: Set<Id> }>,
  contact: Contact,
  post: Id,
): void {
  const known = named.get(contact.id);
  if (known === undefined) named.set(contact.id, { contact, posts: new Set([post]) });
  else known.posts.add(post);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
