/**
 * The ideal ring of many phones at once: each phone's place and tables as a long quiet ring would have them, without
 * simulating the joins.
 *
 * Successors, predecessors and fingers are exact, and their round trips known. Beyond them a phone knows the whole ring
 * if its table has the room; otherwise phones at distances drawn with density 1/distance, which is what eviction leaves
 * in a full table (services/chord-router/core/tables/known-phones.ts).
 */
import type { Place } from '../../../services/chord-router/core/ring/resume.ts';
import type { ChordSettings } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import type { SeededRandom } from '../../../services/shared/core/random.ts';

/** Draws for each entry wanted of a table that cannot hold the ring; near phones are drawn again and again. */
const DRAWS_AN_ENTRY = 3;

export class IdealRing {
  readonly #order: readonly Contact[];
  readonly #settings: ChordSettings;
  readonly #random: SeededRandom;
  /** By index: 1 for those that are in the table being filled. */
  readonly #chosen: Uint8Array;

  constructor(contacts: readonly Contact[], settings: ChordSettings, random: SeededRandom) {
    this.#order = [...contacts].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#chosen = new Uint8Array(contacts.length);
    this.#settings = settings;
    this.#random = random;
  }

  /** The first phone at or after a position. */
  ownerOf(position: Id): Contact {
    return this.#at(this.#indexOf(position));
  }

  /** What a phone of this ring knows. `rttMs` gives the round trip of it and another. */
  placeOf(self: Contact, rttMs: (phone: Contact) => number): Place {
    const index = this.#indexOf(self.id);
    const others = this.#order.length - 1;
    // Up to r others and then self, if that closes the circle.
    const length = Math.min(this.#settings.successors, others + 1);
    const list = (step: 1 | -1): Contact[] => Array.from({ length }, (_, i) => this.#at(index + step * (i + 1)));
    return {
      predecessor: this.#at(index - 1),
      successors: list(1),
      predecessors: list(-1),
      known: this.#knownOf(index),
      ownerOf: (position) => this.ownerOf(position),
      rttMs,
    };
  }

  #knownOf(index: number): Contact[] {
    const others = this.#order.length - 1;
    const { knownPhones } = this.#settings;
    if (others <= knownPhones) return this.#order.filter((_, i) => i !== index);
    const chosen = this.#chosen.fill(0);
    let count = 0;
    for (let draw = 0; draw < DRAWS_AN_ENTRY * knownPhones && count < knownPhones; draw++) {
      const ahead = Math.ceil(others ** this.#random.next());
      const at = (index + Math.min(ahead, others)) % chosen.length;
      count += 1 - chosen[at]!;
      chosen[at] = 1;
    }
    return this.#order.filter((_, i) => chosen[i] === 1);
  }

  #at(index: number): Contact {
    const { length } = this.#order;
    return this.#order[((index % length) + length) % length]!;
  }

  #indexOf(position: Id): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order[middle]!.id < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
