/** Phones with zones that this one heard of lately: whom it can join through beside its seeds, which may be gone. */
import type { Contact } from '../../../shared/core/contact.ts';

const MAX_REMEMBERED = 8;

export class RecentMembers {
  #contacts: readonly Contact[] = [];

  note(contact: Contact): void {
    const others = this.#contacts.filter(({ id }) => id !== contact.id);
    this.#contacts = [contact, ...others].slice(0, MAX_REMEMBERED);
  }

  /** Latest first. */
  all(): readonly Contact[] {
    return this.#contacts;
  }

  drop(contact: Contact): void {
    this.#contacts = this.#contacts.filter(({ id }) => id !== contact.id);
  }
}
