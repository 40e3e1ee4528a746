/** What may enter the index: well-formed vectors, not too many of a kind, nothing from phones that have sent forgeries. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { checkVector, type Entry, type MeaningSpace } from './entry.ts';
import type { StoreVerdict } from './entry-message.ts';
import type { EntryStore } from './entry-store.ts';

/** Posts of one author that say nearly the same, at most, on one phone. */
const MAX_ALIKE_OF_AUTHOR = 8;
/** … and posts of all authors that say exactly the same. */
const MAX_ALIKE = 64;
const NEARLY_ALIKE = 0.98;
const ALIKE = 0.9999;
/** Forgeries that bar a phone, and for how long, in ms. */
const STRIKES = 3;
const BARRED_MS = 600_000;
/** Phones and deleted posts remembered at most; the oldest go first. */
const MAX_REMEMBERED = 4_096;
/** An author's clock may be ahead by this much, in ms. */
const MAX_AHEAD_MS = 600_000;

export class EntryAdmission {
  readonly #space: MeaningSpace;
  readonly #store: EntryStore;
  readonly #deleted = new Set<Id>();
  readonly #strikes = new Map<Id, { count: number; lastMs: number }>();

  constructor(space: MeaningSpace, store: EntryStore) {
    this.#space = space;
    this.#store = store;
  }

  /** Why an entry is not taken; undefined when it is. */
  verdict(from: Contact, entry: Entry, nowMs: number): Exclude<StoreVerdict, 'stored'> | undefined {
    if (this.#isBarred(from.id, nowMs)) return 'barred';
    if (!this.isWellFormed(entry, nowMs)) return 'invalid';
    if (this.#deleted.has(entry.post)) return 'deleted';
    if (this.#store.get(entry.post) !== undefined) return undefined;
    return this.#isFlooding(entry) ? 'flooded' : undefined;
  }

  isWellFormed({ vector, createdAtMs }: Entry, nowMs: number): boolean {
    const isTime = Number.isSafeInteger(createdAtMs) && createdAtMs >= 0 && createdAtMs <= nowMs + MAX_AHEAD_MS;
    return isTime && checkVector(vector, this.#space).ok;
  }

  isDeleted(post: Id): boolean {
    return this.#deleted.has(post);
  }

  /** The post was deleted: no copy of its entry comes back. */
  noteDeleted(post: Id): void {
    this.#deleted.add(post);
    if (this.#deleted.size > MAX_REMEMBERED) this.#deleted.delete(this.#deleted.values().next().value!);
  }

  /** The phone has sent an entry that does not belong to its post. */
  strike({ id }: Contact, nowMs: number): void {
    const count = (this.#strikes.get(id)?.count ?? 0) + 1;
    this.#strikes.delete(id);
    this.#strikes.set(id, { count, lastMs: nowMs });
    if (this.#strikes.size > MAX_REMEMBERED) this.#strikes.delete(this.#strikes.keys().next().value!);
  }

  #isBarred(id: Id, nowMs: number): boolean {
    const strikes = this.#strikes.get(id);
    if (strikes === undefined) return false;
    if (nowMs - strikes.lastMs >= BARRED_MS) this.#strikes.delete(id);
    return strikes.count >= STRIKES && nowMs - strikes.lastMs < BARRED_MS;
  }

  #isFlooding({ vector, author }: Entry): boolean {
    const near = this.#store.nearest(vector, MAX_ALIKE);
    const alike = near.filter(({ similarity }) => similarity >= ALIKE);
    if (alike.length >= MAX_ALIKE) return true;
    const own = near.filter(({ kept, similarity }) => similarity >= NEARLY_ALIKE && kept.entry.author === author);
    return own.length >= MAX_ALIKE_OF_AUTHOR;
  }
}
