/** Entries change hands with the zones that their points lie in. */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, now, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import type { Zone } from '../space/zone.ts';
import type { CopiedEntry, EntriesListed, KeepCopies, ListEntries } from './entry-message.ts';
import { MAX_ITEMS } from './entry-message.ts';
import type { EntryStore, KeptEntry } from './entry-store.ts';
import { COPIES } from './link.ts';

/** Pages that one phone is asked for. */
const MAX_PAGES = 256;

export class EntryTransfer {
  readonly #view: CanView;
  readonly #store: EntryStore;
  readonly #keep: (item: CopiedEntry, atMs: number) => boolean;

  constructor(view: CanView, store: EntryStore, keep: (item: CopiedEntry, atMs: number) => boolean) {
    this.#view = view;
    this.#store = store;
    this.#keep = keep;
  }

  /** Gives the entries of a zone to its new owner. This phone stays one of their copies where there are too few. */
  *moveOut({ box }: Zone, to: Contact): Task<void> {
    const { self } = this.#view;
    const moving = this.#store.within(box);
    for (let at = 0; at < moving.length; at += MAX_ITEMS) {
      const page = moving.slice(at, at + MAX_ITEMS);
      for (const kept of page) kept.copies = copiesAfter(kept, self, to);
      const items = page.map(({ entry, copies, links }) => ({ entry, copies, links }));
      const outcome = yield* this.#view.ask(to, { type: 'keep-copies', items } as KeepCopies);
      // What did not arrive is kept: custody brings it to the owner.
      if (!outcome.ok) return;
      for (const { entry, copies } of page) {
        if (copies.every(({ id }) => id !== self.id)) this.#store.drop(entry.post);
      }
    }
  }

  /** Nobody hands over the entries of a zone that was taken over: copies of them lie with the phones around. */
  *recover({ box }: Zone): Task<void> {
    const asking = [];
    for (const { contact, state } of this.#view.neighbours()) {
      if (state === 'alive')
        asking.push(yield* spawn(this.#takeFrom(contact, { type: 'list-entries', box, after: undefined }), 'recover'));
    }
    yield* all(asking);
  }

  *#takeFrom(contact: Contact, request: ListEntries): Task<void> {
    let after: Id | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const outcome = yield* this.#view.ask<EntriesListed>(contact, { ...request, after } as ListEntries);
      if (!outcome.ok) return;
      const atMs = yield* now();
      for (const item of outcome.reply.items.slice(0, MAX_ITEMS)) this.#keep(item, atMs);
      after = outcome.reply.items.at(-1)?.entry.post;
      if (!outcome.reply.hasMore || after === undefined) return;
    }
  }
}

/** A page of the entries in a box, in the order of their posts. */
export function listEntries(store: EntryStore, { box, after }: ListEntries): EntriesListed {
  const inOrder = store
    .within(box)
    .filter(({ entry }) => after === undefined || entry.post > after)
    .sort((a, b) => (a.entry.post < b.entry.post ? -1 : 1));
  const items = inOrder.slice(0, MAX_ITEMS).map(({ entry, copies, links }) => ({ entry, copies, links }));
  return { type: 'entries-listed', items, hasMore: inOrder.length > MAX_ITEMS };
}

function copiesAfter({ copies }: KeptEntry, self: Contact, owner: Contact): readonly Contact[] {
  const others = copies.filter(({ id }) => id !== owner.id && id !== self.id);
  const wanted = others.length + 1 < COPIES ? [owner, ...others, self] : [owner, ...others];
  return wanted.slice(0, COPIES);
}
