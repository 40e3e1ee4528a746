/** The entries of one phone: takes them in, finds them, passes them on. The CAN's EntryKeeping, and the index's public face. */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, random, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView, EntryKeeping } from '../entry-keeping.ts';
import type { CanMessage } from '../message.ts';
import type { ExactAnswer } from '../search/exact-search.ts';
import { questionOf } from '../search/question.ts';
import type { SearchAnswer, SearchRequest } from '../search/search.ts';
import { Searcher } from '../search/searcher.ts';
import type { Box } from '../space/box.ts';
import { cutFor } from '../space/split-point.ts';
import type { Cut, Zone } from '../space/zone.ts';
import { EntryAdmission } from './admission.ts';
import { Adverts } from './adverts.ts';
import { Arrivals } from './arrivals.ts';
import { keepersOf, noteDoubtful, withCopy } from './copy-list.ts';
import { Custody } from './custody.ts';
import type { Entry, MeaningSpace } from './entry.ts';
import {
  type CheckEntries,
  type CopiedEntry,
  type EntryRequest,
  type EntryStored,
  type KeepCopies,
  type Keeping,
  type LinkEntries,
  MAX_ITEMS,
  type StoreEntry,
  type StoreVerdict,
} from './entry-message.ts';
import { EntryStore, type KeptEntry } from './entry-store.ts';
import { COPIES, type Link, MAX_LINKS } from './link.ts';
import { LinkUpkeep } from './link-upkeep.ts';
import { OwnedCount } from './owned-count.ts';
import { copyRoom } from './placement.ts';
import { EntryRemoval } from './removal.ts';
import { Settling } from './settling.ts';
import { Silence } from './silence.ts';
import { EntryTransfer, listEntries } from './transfer.ts';

/** Phones contacted to find a new entry's neighbours. */
const SETTLING_BUDGET = 24;
/** Zones that just changed hands take nothing for a moment: pauses before a post is offered again, in ms. */
const PUBLISH_PAUSE_MS = 250;
const LONGEST_PUBLISH_PAUSE_MS = 2_000;

const REQUESTS: ReadonlySet<string> = new Set<EntryRequest['type']>([
  'store-entry',
  'keep-copies',
  'link-entries',
  'check-entries',
  'withdraw-entry',
  'list-entries',
  'search-entries',
  'search-exactly',
]);

export class EntryKeeper implements EntryKeeping {
  readonly store: EntryStore;
  readonly #view: CanView;
  readonly #space: MeaningSpace;
  readonly #admission: EntryAdmission;
  readonly #adverts: Adverts;
  readonly #settling: Settling;
  readonly #custody: Custody;
  readonly #transfer: EntryTransfer;
  readonly #owned: OwnedCount;
  readonly #removal: EntryRemoval;
  readonly #arrivals = new Arrivals();
  readonly #searcher: Searcher;

  constructor(view: CanView, space: MeaningSpace) {
    this.#view = view;
    this.#space = space;
    this.store = new EntryStore(space);
    this.#owned = new OwnedCount(view, this.store);
    const { store } = this;
    this.#adverts = new Adverts(view, store, space);
    this.#searcher = new Searcher({ view, space, store, adverts: this.#adverts, arrivals: this.#arrivals });
    this.#admission = new EntryAdmission(space, this.store);
    this.#removal = new EntryRemoval(view, this.store, this.#admission);
    const nearest = (kept: KeptEntry): Task<readonly Link[]> => this.#nearestTo(kept);
    const silence = new Silence();
    const settling = new Settling({ view, store, silence, nearest });
    const links = new LinkUpkeep(view, store, settling);
    this.#custody = new Custody({ view, store, settling, links, silence });
    this.#settling = settling;
    this.#transfer = new EntryTransfer(view, this.store, (from, item, atMs) => this.#keep(from, item, atMs));
  }

  *run(): Task<void> {
    yield* spawn(this.#custody.run(), 'custody');
    yield* this.#adverts.run();
  }

  /** Puts a post into the index. Says what became of it at the owner of its point. */
  *publish(entry: Entry): Task<StoreVerdict | 'unreachable'> {
    // No point of the space is that of a vector which is none.
    if (!this.#admission.isWellFormed(entry, yield* now())) return 'invalid';
    let verdict = yield* this.#publishOnce(entry);
    for (let pauseMs = PUBLISH_PAUSE_MS; pauseMs <= LONGEST_PUBLISH_PAUSE_MS; pauseMs *= 2) {
      if (verdict !== 'not-owner' && verdict !== 'unreachable') break;
      yield* sleep(pauseMs * (0.5 + (yield* random())));
      verdict = yield* this.#publishOnce(entry);
    }
    return verdict;
  }

  *#publishOnce(entry: Entry): Task<StoreVerdict | 'unreachable'> {
    const request: StoreEntry = { type: 'store-entry', entry, copies: [] };
    const { owner } = yield* this.#view.find(this.#space.pointOf(entry.vector));
    if (owner === undefined) return 'unreachable';
    if (owner.contact.id === this.#view.self.id) return yield* this.#storeEntry(this.#view.self, request);
    const outcome = yield* this.#view.ask<EntryStored>(owner.contact, request);
    return outcome.ok ? outcome.reply.verdict : 'unreachable';
  }

  /** Takes a post that was deleted, or has another vector now, out of the index where it was by the vector it had. */
  *withdraw(post: Id, vector: Float32Array): Task<void> {
    yield* this.#removal.withdraw(post);
    const { owner } = yield* this.#view.find(this.#space.pointOf(vector));
    if (owner === undefined || owner.contact.id === this.#view.self.id) return;
    yield* this.#view.ask(owner.contact, { type: 'withdraw-entry', post } as CanMessage);
  }

  /** The posts nearest to each of some questions. */
  *search(request: SearchRequest): Task<SearchAnswer> {
    return yield* this.#searcher.search(request);
  }

  /** The posts nearest to a vector in the space of the projection: all of them, whatever it costs. */
  *searchExactly(vector: Float32Array, limit: number): Task<ExactAnswer> {
    return yield* this.#searcher.searchExactly(vector, limit);
  }

  *handle(from: Contact, message: CanMessage): Task<CanMessage | undefined> {
    if (!REQUESTS.has(message.type)) return undefined;
    const request = message as EntryRequest;
    switch (request.type) {
      case 'search-entries':
        return this.#searcher.answer(request);
      case 'search-exactly':
        return yield* this.#searcher.answerExactly(request);
      case 'store-entry':
        return { type: 'entry-stored', verdict: yield* this.#storeEntry(from, request) } as EntryStored;
      case 'keep-copies':
        return { type: 'copies-kept', kept: yield* this.#keepCopies(from, request) } as CanMessage;
      case 'link-entries':
        this.#link(request);
        return { type: 'done' };
      case 'check-entries':
        return { type: 'entries-checked', keeps: this.#check(from, request) } as CanMessage;
      case 'withdraw-entry':
        yield* detach(this.#removal.withdraw(request.post), 'withdraw');
        return { type: 'done' };
      case 'list-entries':
        return listEntries(this.store, request);
    }
  }

  load(): number {
    return this.#owned.value;
  }

  cutFor(box: Box): Cut | undefined {
    return cutFor(
      box,
      this.store.within(box).map(({ point }) => point),
    );
  }

  *moveOut(zone: Zone, to: Contact): Task<void> {
    yield* this.#transfer.moveOut(zone, to);
  }

  *moveIn(zone: Zone, from: Contact | undefined): Task<void> {
    this.#arrivals.note(zone.box, from === undefined ? 'taken over' : 'given', yield* now());
    if (from !== undefined) return;
    yield* this.#transfer.recover(zone);
    // Whoever keeps copies hears now whose they are.
    this.#custody.urge();
  }

  *#storeEntry(from: Contact, { entry, copies }: StoreEntry): Task<StoreVerdict> {
    const atMs = yield* now();
    const refused = this.#admission.verdict(from, entry, atMs);
    if (refused !== undefined) return refused;
    if (this.#view.ownershipOf(this.#space.pointOf(entry.vector)) !== 'settled') return 'not-owner';
    const known = this.store.get(entry.post);
    const isNew = known === undefined || known.entry.revision < entry.revision;
    const keeping = copies.filter(({ id }) => id === from.id);
    const kept = this.#own(entry, isNew ? [keeping, copies] : [known.copies, keeping], [], atMs);
    if (kept === undefined) return 'full';
    if (isNew) yield* detach(this.#settling.settle(kept), 'settle');
    if (isNew && known !== undefined) yield* detach(this.#removal.tellCopies(known), 'edited');
    yield* this.#removal.witnessSome(from, entry);
    return 'stored';
  }

  *#keepCopies(from: Contact, { items }: KeepCopies): Task<boolean[]> {
    const atMs = yield* now();
    const room = this.#copyRoom();
    const kept: boolean[] = [];
    for (const item of items.slice(0, MAX_ITEMS)) {
      const isOwn = this.#isOwn(item.entry);
      const isKnown = this.store.get(item.entry.post) !== undefined;
      const isAdmitted = isOwn
        ? this.#admission.verdict(from, item.entry, atMs) === undefined
        : isKnown || this.#copies() < room;
      kept.push(isAdmitted && this.#keep(from, item, atMs));
      if (kept.at(-1) === true) yield* this.#removal.witnessSome(from, item.entry);
    }
    return kept;
  }

  #copies(): number {
    return this.store.size - this.load();
  }

  #copyRoom(): number {
    return copyRoom(
      this.load(),
      this.#view.neighbours().map(({ load }) => load),
    );
  }

  /** Whether an entry that another phone keeps is kept here, too, now. */
  #keep(from: Contact, { entry, copies, links }: CopiedEntry, atMs: number): boolean {
    if (this.#admission.isDeleted(entry.post) || !this.#admission.isWellFormed(entry, atMs)) return false;
    const known = links.slice(0, MAX_LINKS);
    if (!this.#isOwn(entry))
      return this.store.keep(entry, withCopy(copies, this.#view.self), known, atMs) !== undefined;
    // Who brings it keeps it, too, if it says so; others are named by hearsay.
    const keeping = copies.filter(({ id }) => id === from.id);
    const before = this.store.get(entry.post)?.copies.filter(({ id }) => id !== from.id) ?? [];
    return this.#own(entry, [keeping, before, copies], known, atMs) !== undefined;
  }

  /** Takes an entry in that lies in this phone's zones. Of all who are said to keep it, those that are too many will hear. */
  #own(
    entry: Entry,
    lists: readonly (readonly Contact[])[],
    links: readonly Link[],
    atMs: number,
  ): KeptEntry | undefined {
    const { copies, surplus } = keepersOf([this.#view.self], ...lists);
    const kept = this.store.keep(entry, copies, links, atMs);
    if (kept === undefined || surplus.length === 0) return kept;
    noteDoubtful(kept, surplus);
    this.#custody.urge();
    return kept;
  }

  #isOwn({ vector }: Entry): boolean {
    return this.#view.ownershipOf(this.#space.pointOf(vector)) !== 'none';
  }

  #link({ items }: LinkEntries): void {
    for (const { post, link } of items.slice(0, MAX_ITEMS)) {
      if (!this.#admission.isDeleted(link.post)) this.store.link(post, link);
    }
  }

  #check(from: Contact, { items }: CheckEntries): Keeping[] {
    const { self } = this.#view;
    let surplus = this.#copies() - this.#copyRoom();
    return items.slice(0, MAX_ITEMS).map(({ post, copies }) => {
      const kept = this.store.get(post);
      if (kept === undefined) return 'none';
      if (this.#view.ownershipOf(kept.point) !== 'none') return this.#needs(kept, from, copies) ? 'owner' : 'unneeded';
      if (copies.some(({ id }) => id === self.id)) kept.copies = copies;
      else if (copies.length > 0) {
        this.store.drop(post);
        return 'none';
      }
      surplus -= 1;
      return surplus >= 0 ? 'surplus' : 'copy';
    });
  }

  /** Whether the copy of a phone that says where it thinks the copies are counts: it is one of them, or one was lacking. */
  #needs(kept: KeptEntry, from: Contact, copies: readonly Contact[]): boolean {
    if (copies.length === 0 || kept.copies.some(({ id }) => id === from.id)) return true;
    if (kept.copies.length >= COPIES) return false;
    kept.copies = [...kept.copies, from];
    return true;
  }

  *#nearestTo({ entry }: KeptEntry): Task<readonly Link[]> {
    const questions = [questionOf(entry.vector)!];
    const limits = { limit: MAX_LINKS + 1, sinceMs: 0, withPlaces: true, budget: SETTLING_BUDGET };
    const { answers } = yield* this.search({ questions, ...limits });
    return answers[0]!.hits.flatMap(({ post, place }) => (place === undefined ? [] : { post, ...place }));
  }
}
