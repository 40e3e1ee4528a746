/** The phones that a search may ask next, the nearest first: a binary heap (Williams 1964) in which each is once or a few times. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';

export interface FrontierPhone {
  readonly contact: Contact;
  /** From the question to the nearest point that the phone has. */
  readonly distance: number;
}

export class Frontier {
  readonly #heap: FrontierPhone[] = [];
  readonly #taken = new Set<Id>();
  /** The shortest distance that each phone was added with. */
  readonly #distances = new Map<Id, number>();

  /** Adds a phone, or says that it is nearer than it was. One that was taken, or is farther, is left out. */
  add(phone: FrontierPhone): void {
    const { id } = phone.contact;
    if (this.#taken.has(id) || (this.#distances.get(id) ?? Number.POSITIVE_INFINITY) <= phone.distance) return;
    this.#distances.set(id, phone.distance);
    this.#heap.push(phone);
    this.#rise(this.#heap.length - 1);
  }

  /** Has the phone count as taken. */
  exclude(phone: Id): void {
    this.#taken.add(phone);
  }

  /** Takes the nearest phone that is nearer than `within`; undefined: there is none. */
  take(within: number): Contact | undefined {
    for (let nearest = this.#heap[0]; nearest !== undefined; nearest = this.#heap[0]) {
      const isTaken = this.#taken.has(nearest.contact.id);
      if (!isTaken && nearest.distance >= within) return undefined;
      this.#removeFirst();
      if (isTaken) continue;
      this.#taken.add(nearest.contact.id);
      return nearest.contact;
    }
    return undefined;
  }

  #removeFirst(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (this.#heap[parent]!.distance <= this.#heap[at]!.distance) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const distanceAt = (place: number): number => this.#heap[place]?.distance ?? Number.POSITIVE_INFINITY;
      const nearer = distanceAt(right) < distanceAt(left) ? right : left;
      if (distanceAt(nearer) >= distanceAt(at)) return;
      this.#swap(at, nearer);
      at = nearer;
    }
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}
