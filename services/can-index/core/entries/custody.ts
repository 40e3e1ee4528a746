/**
 * Keeps entries from being lost: the owner of an entry's point sees to its copies, and who keeps a copy sees to it that
 * the owner has the entry. Whatever one of the three still has comes back to the others.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, random, Signal, spawn, type Task, waitFor } from '../../../shared/core/effect.ts';
import type { CanView } from '../entry-keeping.ts';
import type { KnownPhone } from '../message.ts';
import { contains } from '../space/box.ts';
import { ByPhone } from './by-phone.ts';
import { keepersOf, noteDoubtful, withoutCopy } from './copy-list.ts';
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
import type { Silence } from './silence.ts';
import { witnessVersion } from './witness.ts';

/** Mean pause between two rounds, in ms. */
export const ROUND_MS = 20_000;
/** … while some phone was silent in the last one: it may be dead, and then its entries have a copy less. */
const SOON_MS = 7_000;
/** Rounds in which a phone is silent before its copies count as lost. */
const SILENT_ROUNDS = 2;
/** Copies that one phone is relieved of in one round, at most. */
const MOVED_A_ROUND = 32;

/** Phones checked with, and entries that phones are sought for, at a time. */
const AT_ONCE = 8;

/** A copy that lies with a phone that has more than its share. */
interface Surplus {
  readonly kept: KeptEntry;
  readonly from: Contact;
}

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
  readonly silence: Silence;
}

export class Custody {
  readonly #parts: CustodyParts;
  readonly #urged = new Signal();
  /** Something is left to do that cannot wait for long: somebody should hear of entries, or an owner could not take one. */
  #isPending = false;

  constructor(parts: CustodyParts) {
    this.#parts = parts;
  }

  *run(): Task<void> {
    for (;;) {
      const isUrgent = this.#parts.silence.wasAny || this.#isPending;
      this.#isPending = false;
      const pauseMs = (isUrgent ? SOON_MS : ROUND_MS) * (0.5 + (yield* random()));
      const isUrged = yield* waitFor(this.#urged, pauseMs);
      yield* this.#round();
      if (!isUrgent && !isUrged) yield* this.#parts.links.round();
    }
  }

  /** Entries came into this phone's zones of which others should hear: they are looked after at once. */
  urge(): void {
    this.#isPending = true;
    this.#urged.notify();
  }

  *#round(): Task<void> {
    const { view, store, silence } = this.#parts;
    const mine: KeptEntry[] = [];
    const others: KeptEntry[] = [];
    for (const kept of store.all()) {
      const ownership = view.ownershipOf(kept.point);
      if (ownership === 'settled') mine.push(kept);
      else if (ownership === 'none') others.push(kept);
    }
    const surplus = yield* this.#seeToCopies(mine);
    yield* this.#seeToOwners(others);
    yield* this.#replicate(mine);
    for (const { kept, from } of surplus) yield* this.#parts.settling.move(kept, from);
    silence.endRound();
  }

  /** Of the entries in this phone's zones: who should have a copy has it. Gives those that would better lie elsewhere. */
  *#seeToCopies(mine: readonly KeptEntry[]): Task<readonly Surplus[]> {
    const { view } = this.#parts;
    const surplus: Surplus[] = [];
    const checks = new ByPhone<KeptEntry>();
    for (const kept of mine) {
      const { copies, surplus } = keepersOf([view.self], kept.copies);
      if (!sameContacts(copies, kept.copies)) kept.copies = copies;
      noteDoubtful(kept, surplus);
      // One too many hears by this that it is none of the copies, and lets go.
      for (const phone of [...copies.slice(1), ...kept.doubtful]) checks.add(phone, kept);
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
      const tooMany = items.filter((_, i) => keeps[i] === 'surplus').slice(0, MOVED_A_ROUND);
      surplus.push(...tooMany.map((kept) => ({ kept, from: contact })));
    }
    return surplus;
  }

  /** Copies that are gone are made anew. */
  *#replicate(mine: readonly KeptEntry[]): Task<void> {
    const few = mine.filter(({ copies }) => copies.length < COPIES);
    for (let at = 0; at < few.length; at += AT_ONCE) {
      const placing = [];
      for (const kept of few.slice(at, at + AT_ONCE)) {
        placing.push(yield* spawn(this.#parts.settling.replicate(kept), 'replicate'));
      }
      yield* all(placing);
    }
  }

  /** Of the entries whose points others own: an owner that does not have one is given it. */
  *#seeToOwners(others: readonly KeptEntry[]): Task<void> {
    const { self } = this.#parts.view;
    const checks = new ByPhone<KeptEntry>();
    const astray: KeptEntry[] = [];
    for (const kept of others) {
      const owner = kept.copies.find(({ id }) => id !== self.id);
      if (owner === undefined) astray.push(kept);
      else checks.add(owner, kept);
    }
    for (const { contact, items, keeps } of yield* this.#checkAll(checks)) {
      if (keeps === 'silent') continue;
      if (keeps === 'dead') for (const kept of items) withoutCopy(kept, contact);
      astray.push(...items.filter((kept, i) => keeps === 'dead' || !this.#isSettledBy(kept, keeps[i]!)));
    }
    yield* this.#bringToOwners(astray);
  }

  #isStillKept(kept: KeptEntry): boolean {
    return this.#parts.store.get(kept.entry.post) === kept;
  }

  /** Whether a phone that was asked owns the entry's point: it keeps the entry, and says whether this copy is needed. */
  #isSettledBy(kept: KeptEntry, keeping: Keeping): boolean {
    if (keeping === 'unneeded') this.#parts.store.drop(kept.entry.post);
    return keeping === 'owner' || keeping === 'unneeded';
  }

  /** Zones change hands: looks for the owners of now, who may have the entries already. */
  *#bringToOwners(astray: readonly KeptEntry[]): Task<void> {
    const { self } = this.#parts.view;
    const owners: KnownPhone[] = [];
    const checks = new ByPhone<KeptEntry>();
    for (const kept of astray) {
      let owner = owners.find(({ zones }) => zones.some(({ box }) => contains(box, kept.point)));
      if (owner === undefined) {
        ({ owner } = yield* this.#parts.view.find(kept.point));
        if (owner === undefined) this.#isPending = true;
        else owners.push(owner);
      }
      if (owner === undefined || owner.contact.id === self.id) continue;
      const { contact } = owner;
      kept.copies = keepersOf([contact, self], kept.copies).copies;
      checks.add(contact, kept);
    }
    for (const { contact, items, keeps } of yield* this.#checkAll(checks)) {
      if (typeof keeps === 'string') continue;
      const lacking = items.filter((kept, i) => !this.#isSettledBy(kept, keeps[i]!) && this.#isStillKept(kept));
      for (const kept of lacking) yield* this.#giveToOwner(kept, contact);
    }
  }

  /** Checks with all phones, some at a time: those that are silent take long. */
  *#checkAll(checks: ByPhone<KeptEntry>): Task<readonly Checked[]> {
    const pages = [...checks.pages(MAX_ITEMS)];
    const checked: Checked[] = [];
    for (let at = 0; at < pages.length; at += AT_ONCE) {
      const asking = [];
      for (const page of pages.slice(at, at + AT_ONCE)) {
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
    if (outcome.ok) {
      this.#parts.silence.broken(phone);
      return items.map((_kept, i) => outcome.reply.keeps[i] ?? 'none');
    }
    if (this.#parts.silence.note(phone) < SILENT_ROUNDS) return 'silent';
    // Else it would be offered copies of its neighbours' entries again and again, before phones that live.
    this.#parts.store.forgetPlace(phone.id, undefined);
    return 'dead';
  }

  *#giveAgain(phone: Contact, missing: readonly KeptEntry[]): Task<void> {
    const items = missing.map(({ entry, copies, links }) => ({ entry, copies, links }));
    const outcome = yield* this.#parts.view.ask<CopiesKept>(phone, { type: 'keep-copies', items } as KeepCopies);
    // It may keep them all the same, and only its answer be late or lost: the next round asks.
    if (!outcome.ok && outcome.failure !== 'refused') this.#isPending = true;
    else for (const [i, kept] of missing.entries()) if (!outcome.ok || !outcome.reply.kept[i]) withoutCopy(kept, phone);
  }

  /** Whoever owns the point now has to have the entry. */
  *#giveToOwner(kept: KeptEntry, owner: Contact): Task<void> {
    const { view, store } = this.#parts;
    const { post, revision } = kept.entry;
    // The owner may lack it for a reason: the post was deleted, or its edit lies elsewhere.
    if ((yield* witnessVersion(post, revision)) !== 'current') {
      store.drop(post);
      store.unlink(post);
      return;
    }
    const request: StoreEntry = { type: 'store-entry', entry: kept.entry, copies: kept.copies };
    const outcome = yield* view.ask<EntryStored>(owner, request);
    const verdict = outcome.ok ? outcome.reply.verdict : 'not-owner';
    if (verdict === 'not-owner') this.#isPending = true;
    else if (verdict === 'deleted') store.drop(post);
  }
}

function isCopy({ copies }: KeptEntry, { id }: Contact): boolean {
  return copies.some((copy) => copy.id === id);
}
