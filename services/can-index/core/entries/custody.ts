/**
 * Keeps entries from being lost: the owner of an entry's point sees to its copies, and who keeps a copy sees to it that
 * the owner has the entry. Whatever one of the three still has comes back to the others.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, random, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import { ByPhone } from './by-phone.ts';
import type {
  CheckEntries,
  CopiesKept,
  EntriesChecked,
  EntryStored,
  KeepCopies,
  Keeping,
  StoreEntry,
} from './entry-message.ts';
import { MAX_ITEMS } from './entry-message.ts';
import type { EntryStore, KeptEntry } from './entry-store.ts';
import { COPIES, sameContacts } from './link.ts';
import type { LinkUpkeep } from './link-upkeep.ts';
import type { Settling } from './settling.ts';
import { witnessVersion } from './witness.ts';

/** Mean pause between two rounds, in ms. */
export const ROUND_MS = 20_000;
/** … while some phone was silent in the last one: it may be dead, and then its entries have a copy less. */
const SOON_MS = 7_000;
/** Rounds in which a phone is silent before its copies count as lost. */
const SILENT_ROUNDS = 2;
/** Copies that one phone is relieved of in one round, at most. */
const MOVED_A_ROUND = 32;

/** Phones checked with at a time. */
const CHECKED_AT_ONCE = 8;

interface Checked {
  readonly contact: Contact;
  readonly items: readonly KeptEntry[];
  /** Of the items, in order. */
  readonly keeps: readonly Keeping[] | 'silent' | 'dead';
}

export interface CustodyParts {
  readonly view: CanView;
  readonly store: EntryStore;
  readonly settling: Settling;
  readonly links: LinkUpkeep;
}

export class Custody {
  readonly #parts: CustodyParts;
  /** Rounds in a row that phones did not answer, up to the last round. */
  #silent: ReadonlyMap<Id, number> = new Map();
  /** … with those of this round. */
  readonly #silentNow = new Map<Id, number>();

  constructor(parts: CustodyParts) {
    this.#parts = parts;
  }

  *run(): Task<void> {
    for (;;) {
      const isUrgent = this.#silent.size > 0;
      yield* sleep((isUrgent ? SOON_MS : ROUND_MS) * (0.5 + (yield* random())));
      yield* this.#round();
      if (!isUrgent) yield* this.#parts.links.round();
    }
  }

  *#round(): Task<void> {
    const { view, store } = this.#parts;
    this.#silentNow.clear();
    const mine: KeptEntry[] = [];
    const others: KeptEntry[] = [];
    for (const kept of store.all()) {
      const ownership = view.ownershipOf(kept.point);
      if (ownership === 'settled') mine.push(kept);
      else if (ownership === 'none') others.push(kept);
    }
    yield* this.#seeToCopies(mine);
    yield* this.#seeToOwners(others);
    this.#silent = new Map(this.#silentNow);
  }

  /** Of the entries in this phone's zones: copies that are gone are made anew. */
  *#seeToCopies(mine: readonly KeptEntry[]): Task<void> {
    const { view, settling } = this.#parts;
    const checks = new ByPhone<KeptEntry>();
    for (const kept of mine) {
      const phones = [view.self, ...kept.copies.filter(({ id }) => id !== view.self.id)];
      const wanted = phones.slice(0, COPIES);
      if (!sameContacts(wanted, kept.copies)) kept.copies = wanted;
      // One too many hears by this that it is none of the copies, and lets go.
      const others = new Map([...phones.slice(1), ...kept.doubtful].map((phone) => [phone.id, phone]));
      for (const phone of others.values()) checks.add(phone, kept);
    }
    for (const { contact, items, keeps } of yield* this.#checkAll(checks)) {
      if (keeps === 'silent') continue;
      for (const kept of items) kept.doubtful = kept.doubtful.filter(({ id }) => id !== contact.id);
      if (keeps === 'dead') {
        for (const kept of items) withoutCopy(kept, contact);
        continue;
      }
      const missing = items.filter((kept, i) => keeps[i] === 'none' && isCopy(kept, contact));
      if (missing.length > 0) yield* this.#giveAgain(contact, missing);
      const surplus = items.filter((_, i) => keeps[i] === 'surplus');
      for (const kept of surplus.slice(0, MOVED_A_ROUND)) yield* settling.move(kept, contact);
    }
    for (const kept of mine) yield* settling.replicate(kept);
  }

  /** Of the entries whose points others own: an owner that does not have one is given it. */
  *#seeToOwners(others: readonly KeptEntry[]): Task<void> {
    const { store } = this.#parts;
    const checks = new ByPhone<KeptEntry>();
    for (const kept of others) {
      const owner = kept.copies.find(({ id }) => id !== this.#parts.view.self.id);
      if (owner === undefined) yield* this.#giveToOwner(kept);
      else checks.add(owner, kept);
    }
    for (const { contact, items, keeps } of yield* this.#checkAll(checks)) {
      if (keeps === 'silent') continue;
      for (const [i, kept] of items.entries()) {
        if (keeps !== 'dead' && keeps[i] === 'owner') continue;
        if (keeps !== 'dead' && keeps[i] === 'unneeded') {
          store.drop(kept.entry.post);
          continue;
        }
        if (keeps === 'dead') withoutCopy(kept, contact);
        yield* this.#giveToOwner(kept);
      }
    }
  }

  /** Checks with all phones, some at a time: those that are silent take long. */
  *#checkAll(checks: ByPhone<KeptEntry>): Task<readonly Checked[]> {
    const pages = [...checks.pages(MAX_ITEMS)];
    const checked: Checked[] = [];
    for (let at = 0; at < pages.length; at += CHECKED_AT_ONCE) {
      const asking = [];
      for (const page of pages.slice(at, at + CHECKED_AT_ONCE)) {
        const fiber = yield* spawn(this.#check(page.contact, page.items), 'check');
        asking.push({ page, fiber });
      }
      yield* all(asking.map(({ fiber }) => fiber));
      for (const { page, fiber } of asking) checked.push({ ...page, keeps: fiber.result ?? 'silent' });
    }
    return checked;
  }

  /** How the phone keeps these entries, telling it where their copies are; `dead` after some silent rounds. */
  *#check(phone: Contact, items: readonly KeptEntry[]): Task<Checked['keeps']> {
    const request: CheckEntries = {
      type: 'check-entries',
      items: items.map(({ entry, copies }) => ({ post: entry.post, copies })),
    };
    const outcome = yield* this.#parts.view.ask<EntriesChecked>(phone, request);
    if (outcome.ok) return items.map((_kept, i) => outcome.reply.keeps[i] ?? 'none');
    const rounds = (this.#silent.get(phone.id) ?? 0) + 1;
    this.#silentNow.set(phone.id, rounds);
    return rounds < SILENT_ROUNDS ? 'silent' : 'dead';
  }

  *#giveAgain(phone: Contact, missing: readonly KeptEntry[]): Task<void> {
    const items = missing.map(({ entry, copies, links }) => ({ entry, copies, links }));
    const outcome = yield* this.#parts.view.ask<CopiesKept>(phone, { type: 'keep-copies', items } as KeepCopies);
    for (const [i, kept] of missing.entries()) {
      if (!outcome.ok || outcome.reply.kept[i] !== true) withoutCopy(kept, phone);
    }
  }

  /** Whoever owns the point now has to have the entry. */
  *#giveToOwner(kept: KeptEntry): Task<void> {
    const { view, store } = this.#parts;
    const { post, revision } = kept.entry;
    // The owner may lack it for a reason: the post was deleted, or its edit lies elsewhere.
    if ((yield* witnessVersion(post, revision)) !== 'current') {
      store.drop(post);
      store.unlink(post);
      return;
    }
    const { owner } = yield* view.find(kept.point);
    if (owner === undefined || owner.contact.id === view.self.id) return;
    const request: StoreEntry = { type: 'store-entry', entry: kept.entry, copies: kept.copies };
    const outcome = yield* view.ask<EntryStored>(owner.contact, request);
    if (!outcome.ok) return;
    const { verdict } = outcome.reply;
    if (verdict === 'stored') kept.copies = [owner.contact, ...kept.copies.filter(({ id }) => id !== owner.contact.id)];
    else if (verdict === 'deleted') store.drop(kept.entry.post);
  }
}

function isCopy({ copies }: KeptEntry, { id }: Contact): boolean {
  return copies.some((copy) => copy.id === id);
}

/** The phone no longer keeps the entry. */
export function withoutCopy(kept: KeptEntry, { id }: Contact): void {
  kept.copies = kept.copies.filter((copy) => copy.id !== id);
}
