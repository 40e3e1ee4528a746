/** Things to say, gathered by whom they are for: one message a phone and page. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';

export class ByPhone<T> {
  readonly #groups = new Map<Id, { readonly contact: Contact; readonly items: T[] }>();

  add(contact: Contact, item: T): void {
    const group = this.#groups.get(contact.id);
    if (group === undefined) this.#groups.set(contact.id, { contact, items: [item] });
    else group.items.push(item);
  }

  /** Pages of up to `size` items. */
  *pages(size: number): Generator<{ readonly contact: Contact; readonly items: readonly T[] }> {
    for (const { contact, items } of this.#groups.values()) {
      for (let at = 0; at < items.length; at += size) yield { contact, items: items.slice(at, at + size) };
    }
  }
}
