/** Entries change hands with the zones that their points lie in. */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, now, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import type { Zone } from '../space/zone.ts';
import type { CopiedEntry, CopiesKept, EntriesListed, KeepCopies, ListEntries } from './entry-message.ts';
import { MAX_ITEMS } from './entry-message.ts';
import type { EntryStore, KeptEntry } from './entry-store.ts';
import { COPIES } from './link.ts';

/** Pages that one phone is asked for. */
const MAX_PAGES = 256;

/** Entries that a zone's new owner did not take are offered again after a pause, each twice as long, in ms. */
const MOVE_PAUSE_MS = 250;
const LONGEST_MOVE_PAUSE_MS = 1_000;

/** Takes in what another phone keeps; false: it may not enter. */
export type KeepItem = (from: Contact, item: CopiedEntry, atMs: number) => boolean;

export class EntryTransfer {
  readonly #view: CanView;
  readonly #store: EntryStore;
  readonly #keep: KeepItem;

  constructor(view: CanView, store: EntryStore, keep: KeepItem) {
    this.#view = view;
    this.#store = store;
    this.#keep = keep;
  }

  /** Gives the entries of a zone to its new owner. This phone stays one of their copies where there are too few. */
  *moveOut({ box }: Zone, to: Contact): Task<void> {
    let moving: readonly KeptEntry[] = this.#store.within(box);
    for (let pauseMs = MOVE_PAUSE_MS; ; pauseMs *= 2) {
      moving = yield* this.#give(moving, to);
      if (moving.length === 0 || pauseMs > LONGEST_MOVE_PAUSE_MS) return;
      // The new owner may not have heard yet that it is.
      yield* sleep(pauseMs);
    }
  }

  /** What was not taken, or not for sure, is still here, and one of its copies: custody asks the owner. */
  *#give(moving: readonly KeptEntry[], to: Contact): Task<readonly KeptEntry[]> {
    const { self } = this.#view;
    const left: KeptEntry[] = [];
    for (let at = 0; at < moving.length; at += MAX_ITEMS) {
      const page = moving.slice(at, at + MAX_ITEMS).filter((kept) => this.#store.get(kept.entry.post) === kept);
      const items = page.map((kept) => ({ ...copied(kept), copies: copiesAfter(kept, self, to) }));
      const outcome = yield* this.#view.ask<CopiesKept>(to, { type: 'keep-copies', items } as KeepCopies);
      for (const [i, kept] of page.entries()) {
        if (!outcome.ok || outcome.reply.kept[i] !== true) left.push(kept);
        else this.#hasMoved(kept, items[i]!.copies);
      }
    }
    return left;
  }

  #hasMoved(kept: KeptEntry, copies: readonly Contact[]): void {
    kept.copies = copies;
    if (copies.every(({ id }) => id !== this.#view.self.id)) this.#store.drop(kept.entry.post);
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
      for (const item of outcome.reply.items.slice(0, MAX_ITEMS)) {
        this.#keep(contact, { ...item, copies: heirsOf(item, contact) }, atMs);
      }
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
  const items = inOrder.slice(0, MAX_ITEMS).map(copied);
  return { type: 'entries-listed', items, hasMore: inOrder.length > MAX_ITEMS };
}

function copied({ entry, copies, links }: KeptEntry): CopiedEntry {
  return { entry, copies, links };
}

function copiesAfter({ copies }: KeptEntry, self: Contact, owner: Contact): readonly Contact[] {
  const others = copies.filter(({ id }) => id !== owner.id && id !== self.id);
  const wanted = others.length + 1 < COPIES ? [owner, ...others, self] : [owner, ...others];
  return wanted.slice(0, COPIES);
}

/** Who keeps an entry whose zone was taken over: those that are named, without the owner they knew, which is gone. */
function heirsOf({ copies }: CopiedEntry, keeping: Contact): readonly Contact[] {
  return [keeping, ...copies.slice(1).filter(({ id }) => id !== keeping.id)];
}
