/** Phones that told of zones of theirs lately: whom a phone without a zone can join through, beside its seeds. */
import type { Contact } from '../../shared/core/contact.ts';

const MAX_REMEMBERED = 8;

export class RecentMembers {
  #contacts: readonly Contact[] = [];

  note(contact: Contact): void {
    const others = this.#contacts.filter(({ id }) => id !== contact.id);
    this.#contacts = [contact, ...others].slice(0, MAX_REMEMBERED);
  }

  /** All of them, latest first; they are forgotten. */
  take(): readonly Contact[] {
    const contacts = this.#contacts;
    this.#contacts = [];
    return contacts;
  }
}
