/** Takes entries out of the index: of posts that were deleted, of edits that are old, and those that were never true. */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, random, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { CanView } from '../entry-keeping.ts';
import type { CanMessage } from '../message.ts';
import type { EntryAdmission } from './admission.ts';
import type { Entry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { witnessDeletion, witnessEntry } from './witness.ts';

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

  /** Takes an entry out once the ring confirms that its post was deleted. */
  *withdraw(post: Id): Task<void> {
    if (this.#admission.isDeleted(post) || !(yield* witnessDeletion(post))) return;
    yield* this.#remove(post);
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
    for (const contact of kept?.copies ?? []) {
      if (contact.id === this.#view.self.id) continue;
      yield* this.#view.ask(contact, { type: 'withdraw-entry', post } as CanMessage);
    }
  }
}
