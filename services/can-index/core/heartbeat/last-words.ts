/**
 * The latest word of phones that are no neighbours any more, so that what others still tell of them from before is not
 * taken for news.
 */
import type { Id } from '../../../shared/core/id.ts';
import type { KnownPhone, Stamp } from '../message.ts';

const MAX_REMEMBERED = 1024;

export class LastWords {
  readonly #stamps = new Map<Id, Stamp>();

  note(id: Id, stamp: Stamp): void {
    this.#stamps.delete(id);
    this.#stamps.set(id, stamp);
    for (const oldest of this.#stamps.keys()) {
      if (this.#stamps.size <= MAX_REMEMBERED) return;
      this.#stamps.delete(oldest);
    }
  }

  isOutdated({ contact, stamp }: KnownPhone): boolean {
    const last = this.#stamps.get(contact.id);
    return last?.incarnation === stamp.incarnation && stamp.version <= last.version;
  }
}
