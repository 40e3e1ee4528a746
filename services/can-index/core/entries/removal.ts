/** Takes entries out of the index: of posts that were deleted, of edits that are old, and those that were never true. */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, random, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import type { CanMessage } from '../message.ts';
import type { EntryAdmission } from './admission.ts';
import type { Entry } from './entry.ts';
import type { EntryStore, KeptEntry } from './entry-store.ts';
import { witnessEntry, witnessVersion } from './witness.ts';

/** The part of the entries from others that are held against their posts. */
const WITNESSED = 1 / 4;

export class EntryRemoval {
  readonly #view: CanView;
  readonly #store: EntryStore;
  readonly #admission: EntryAdmission;

  constructor(view: CanView, store: EntryStore, admission: EntryAdmission) {
    this.#view = view;
    this.#store = store;
    this.#admission = admission;
  }

  /** Holds some of what others bring against the posts themselves, in the background. */
  *witnessSome(from: Contact, entry: Entry): Task<void> {
    if ((yield* random()) < WITNESSED) yield* detach(this.#witness(from, entry), 'witness');
  }

  /** Takes an entry out once the ring confirms that its post was deleted, or says something else by now. */
  *withdraw(post: Id): Task<void> {
    if (this.#admission.isDeleted(post)) return;
    const kept = this.#store.get(post);
    const version = yield* witnessVersion(post, kept?.entry.revision ?? 0);
    if (version === 'deleted') yield* this.#remove(post);
    // Only what was looked at: a newer one may have come meanwhile.
    if (version !== 'stale' || kept === undefined || this.#store.get(post) !== kept) return;
    this.#store.drop(post);
    this.#store.unlink(post);
    yield* this.tellCopies(kept);
  }

  /** Other phones that keep an entry ask the ring about it: it has been deleted, or edited. */
  *tellCopies({ entry: { post }, copies }: KeptEntry): Task<void> {
    for (const contact of copies) {
      if (contact.id !== this.#view.self.id)
        yield* this.#view.ask(contact, { type: 'withdraw-entry', post } as CanMessage);
    }
  }

  *#witness(from: Contact, entry: Entry): Task<void> {
    const testimony = yield* witnessEntry(entry);
    if (testimony === 'forged' || testimony === 'stale') {
      const isLie = testimony === 'forged' && from.id !== this.#view.self.id;
      if (isLie) this.#admission.strike(from, yield* now());
      this.#store.drop(entry.post);
      this.#store.unlink(entry.post);
    } else if (testimony === 'deleted') yield* this.#remove(entry.post);
  }

  /** The post is no more: its entry and the ways to it go, here and on the phones that have copies. */
  *#remove(post: Id): Task<void> {
    const kept = this.#store.get(post);
    this.#admission.noteDeleted(post);
    this.#store.drop(post);
    this.#store.unlink(post);
    if (kept !== undefined) yield* this.tellCopies(kept);
  }
}
