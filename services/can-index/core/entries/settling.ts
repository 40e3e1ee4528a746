/** Settles a new entry among its like: finds its nearest posts, has two more phones keep it, and tells its neighbours. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import type { CanMessage } from '../message.ts';
import { ByPhone } from './by-phone.ts';
import { noteDoubtful, withCopy } from './copy-list.ts';
import type { CheckEntries, CopiesKept, KeepCopies, LinkEntries } from './entry-message.ts';
import { MAX_ITEMS } from './entry-message.ts';
import type { EntryStore, KeptEntry } from './entry-store.ts';
import { COPIES, type Link, MAX_LINKS } from './link.ts';
import { placesFor } from './placement.ts';
import type { Silence } from './silence.ts';

/** Phones asked to keep a copy before the entry has to do with fewer for now. */
const MAX_TRIES = 12;
/** … of which so many keep its neighbours. */
const NEAREST_TRIES = 7;

export interface SettlingParts {
  readonly view: CanView;
  readonly store: EntryStore;
  readonly silence: Silence;
  /** The posts nearest to an entry, with where they are kept. */
  nearest(kept: KeptEntry): Task<readonly Link[]>;
}

export class Settling {
  readonly #parts: SettlingParts;
  /** Entries that phones are being asked to keep: two rounds at once would find one too many. */
  readonly #placing = new Set<Id>();

  constructor(parts: SettlingParts) {
    this.#parts = parts;
  }

  *settle(kept: KeptEntry): Task<void> {
    const near = yield* this.#parts.nearest(kept);
    const links = near.filter(({ post }) => post !== kept.entry.post).slice(0, MAX_LINKS);
    // A neighbour that was not found again is none any more, or nobody knows where it is.
    kept.links = kept.links.filter(({ at }) => at.length > 0);
    for (const link of links) this.#parts.store.link(kept.entry.post, link);
    yield* this.replicate(kept);
    yield* this.#tellNeighbours(kept);
  }

  /** Has further phones keep the entry until there are enough copies, as far as phones take them. */
  *replicate(kept: KeptEntry): Task<void> {
    if (kept.copies.length >= COPIES) return;
    yield* this.#alone(kept, () => this.#findCopies(kept));
  }

  /** Has another phone keep the copy of one that has more than its share, which lets go of it; says whether one took it. */
  *move(kept: KeptEntry, from: Contact): Task<boolean> {
    return (yield* this.#alone(kept, () => this.#replace(kept, from))) ?? false;
  }

  *#alone<T>({ entry }: KeptEntry, place: () => Task<T>): Task<T | undefined> {
    if (this.#placing.has(entry.post)) return undefined;
    this.#placing.add(entry.post);
    try {
      return yield* place();
    } finally {
      this.#placing.delete(entry.post);
    }
  }

  *#findCopies(kept: KeptEntry): Task<void> {
    for (const place of this.#places(kept)) {
      if (kept.copies.length >= COPIES || !this.#isOurs(kept)) return;
      if (yield* this.#offer(kept, place)) kept.copies = withCopy(kept.copies, place);
    }
  }

  *#replace(kept: KeptEntry, from: Contact): Task<boolean> {
    for (const place of this.#places(kept)) {
      if (!this.#isOurs(kept)) return false;
      if (!(yield* this.#offer(kept, place))) continue;
      const others = kept.copies.filter(({ id }) => id !== from.id);
      kept.copies = withCopy(others, place);
      yield* this.#letGo(kept, from);
      return true;
    }
    return false;
  }

  #places({ links, copies, doubtful }: KeptEntry): Contact[] {
    const { view, silence } = this.#parts;
    const except = new Set([view.self, ...copies, ...doubtful].map(({ id }) => id));
    const around = view.neighbours().filter(({ state }) => state === 'alive');
    const otherwise = around.toSorted((a, b) => a.load - b.load).map(({ contact }) => contact);
    const places = placesFor(links, except, otherwise).filter((contact) => !silence.has(contact));
    // Where the nearest phones are full, one that has little to keep is better than none.
    const emptiest = otherwise.filter((contact) => places.indexOf(contact) >= NEAREST_TRIES);
    return [...places.slice(0, NEAREST_TRIES), ...emptiest].slice(0, MAX_TRIES);
  }

  *#offer(kept: KeptEntry, place: Contact): Task<boolean> {
    const { entry, copies, links } = kept;
    const request: KeepCopies = { type: 'keep-copies', items: [{ entry, copies: [...copies, place], links }] };
    const outcome = yield* this.#parts.view.ask<CopiesKept>(place, request);
    if (!outcome.ok && outcome.failure !== 'refused') this.#parts.silence.note(place);
    const isKept = outcome.ok && outcome.reply.kept[0] === true;
    if (isKept && this.#isOurs(kept)) return true;
    // One copy more than there should be: the entry's new owner does not know of it, or only the answer is late or lost.
    if (isKept || (!outcome.ok && outcome.failure !== 'refused')) yield* this.#letGo(kept, place);
    return false;
  }

  /** Whether this phone still has the entry in its zones: meanwhile they may have changed hands, or the post its text. */
  #isOurs(kept: KeptEntry): boolean {
    const { view, store } = this.#parts;
    return store.get(kept.entry.post) === kept && view.ownershipOf(kept.point) !== 'none';
  }

  /** Has a phone hear that it is none of the entry's copies; while it is silent, custody goes on telling it. */
  *#letGo(kept: KeptEntry, phone: Contact): Task<void> {
    const copies = kept.copies.filter(({ id }) => id !== phone.id);
    const items = [{ post: kept.entry.post, copies }];
    const outcome = yield* this.#parts.view.ask(phone, { type: 'check-entries', items } as CheckEntries);
    if (!outcome.ok) noteDoubtful(kept, [phone]);
  }

  /** The entry may be nearer to its neighbours than what they are linked to. */
  *#tellNeighbours(kept: KeptEntry): Task<void> {
    const { view, store } = this.#parts;
    const { entry, sketch, copies, links } = kept;
    kept.told = copies;
    const link: Link = { post: entry.post, sketch, at: copies };
    const told = new ByPhone<LinkEntries['items'][number]>();
    for (const { post, at } of links) {
      store.link(post, link);
      for (const phone of at) if (phone.id !== view.self.id) told.add(phone, { post, link });
    }
    for (const { contact, items } of told.pages(MAX_ITEMS)) {
      yield* view.ask<CanMessage>(contact, { type: 'link-entries', items } as LinkEntries);
    }
  }
}
