/** Phones at given positions, in ring order, and who owns what among them. */
import type { Contact } from '../../services/shared/core/contact.ts';
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';

export class Population {
  /** In order of id. */
  readonly contacts: readonly Contact[];
  readonly #byId: ReadonlyMap<Id, number>;

  constructor(ids: Iterable<Id>) {
    const sorted = [...new Set(ids)].sort();
    this.contacts = sorted.map((id, i) => ({ id, address: addressOf(i) }));
    this.#byId = new Map(sorted.map((id, i) => [id, i]));
  }

  /** Phones at random positions. */
  static random(count: number, random: SeededRandom): Population {
    const ids = new Set<Id>();
    while (ids.size < count) ids.add(randomId(random));
    return new Population(ids);
  }

  get size(): number {
    return this.contacts.length;
  }

  indexOf(id: Id): number {
    const index = this.#byId.get(id);
    if (index === undefined) throw new RangeError(`no phone has the id ${id}`);
    return index;
  }

  /** The phone at an index, counted round the ring. */
  at(index: number): Contact {
    const { length } = this.contacts;
    return this.contacts[((index % length) + length) % length]!;
  }

  /** Index of the first phone at or after the key. */
  ownerOf(key: Id): number {
    let low = 0;
    let high = this.contacts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.contacts[middle]!.id < key) low = middle + 1;
      else high = middle;
    }
    return low % this.contacts.length;
  }
}

/** A uniformly random position. */
export function randomId(random: SeededRandom): Id {
  let id = '';
  for (let word = 0; word < 4; word++)
    id += Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return id as Id;
}

/** Addresses of as many networks as there are phones, so that no bound on a network's share of a table matters. */
function addressOf(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:7400`;
}
