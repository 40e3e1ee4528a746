/**
 * Phones taken for dead. What they had is remembered, for somebody has to take it over and tell those who bordered on it;
 * and they are asked now and then whether they are back, which is how networks that were apart find each other again.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Neighbour } from '../heartbeat/neighbour.ts';
import type { KnownPhone, Stamp } from '../message.ts';
import type { Zone } from '../space/zone.ts';

const MAX_BURIED = 256;

export interface Buried {
  readonly contact: Contact;
  /** Of its last own word; undefined when it was never heard. */
  readonly stamp: Stamp | undefined;
  readonly zones: readonly Zone[];
  /** Its neighbours and links. */
  readonly known: readonly KnownPhone[];
}

export class Graveyard {
  readonly #buried = new Map<Id, Buried>();
  #turn: Contact[] = [];

  bury({ contact, stamp, zones, known }: Neighbour): void {
    this.#buried.delete(contact.id);
    this.#buried.set(contact.id, { contact, stamp, zones, known: [...known.values()] });
    for (const oldest of this.#buried.keys()) {
      if (this.#buried.size <= MAX_BURIED) return;
      this.#buried.delete(oldest);
    }
  }

  has(id: Id): boolean {
    return this.#buried.has(id);
  }

  get(id: Id): Buried | undefined {
    return this.#buried.get(id);
  }

  /** False when there was no such phone. */
  remove(id: Id): boolean {
    return this.#buried.delete(id);
  }

  all(): Iterable<Buried> {
    return this.#buried.values();
  }

  /** Whether what somebody says of a phone is no news from after its death. */
  isOutdated({ contact, stamp }: KnownPhone): boolean {
    const buried = this.#buried.get(contact.id);
    if (buried?.stamp === undefined) return buried !== undefined;
    return buried.stamp.incarnation === stamp.incarnation && stamp.version <= buried.stamp.version;
  }

  /** Whom to ask next whether it is back; all get their turn. */
  next(): Contact | undefined {
    if (this.#turn.length === 0) this.#turn = [...this.#buried.values()].map(({ contact }) => contact);
    for (let contact = this.#turn.pop(); contact !== undefined; contact = this.#turn.pop()) {
      if (this.#buried.has(contact.id)) return contact;
    }
    return undefined;
  }
}
