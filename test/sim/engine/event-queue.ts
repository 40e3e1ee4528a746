/**
 * What is still to happen, taken out in order of time, then of putting in.
 *
 * A heap of four branches whose keys stand apart from the events, so that comparing touches packed numbers alone
 * (LaMarca and Ladner, "The influence of caches on the performance of heaps", JEA 1996).
 */
const BRANCHES = 4;
const FIRST_CAPACITY = 256;

export class EventQueue<Event> {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  #events: (Event | undefined)[] = [];
  #size = 0;
  #order = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next event is due; infinite when there is none. */
  get nextMs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(atMs: number, event: Event): void {
    if (this.#size === this.#times.length) this.#grow();
    this.#rise(this.#size++, atMs, this.#order++, event);
  }

  /** Takes the next event out. The queue must not be empty. */
  pop(): Event {
    const first = this.#events[0]!;
    const last = --this.#size;
    const event = this.#events[last]!;
    this.#events[last] = undefined;
    if (last > 0) this.#sink(0, this.#times[last]!, this.#orders[last]!, event);
    return first;
  }

  /** Takes out all events but these. */
  retain(isWanted: (event: Event) => boolean): void {
    const size = this.#size;
    let kept = 0;
    for (let i = 0; i < size; i++) {
      const event = this.#events[i]!;
      if (isWanted(event)) this.#put(kept++, this.#times[i]!, this.#orders[i]!, event);
    }
    this.#events.fill(undefined, kept, size);
    this.#size = kept;
    for (let i = Math.floor((kept - 2) / BRANCHES); i >= 0; i--) {
      this.#sink(i, this.#times[i]!, this.#orders[i]!, this.#events[i]!);
    }
  }

  #rise(from: number, atMs: number, order: number, event: Event): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      // What was put in later never stands before what is due at the same time.
      if (this.#times[parent]! <= atMs) break;
      this.#put(at, this.#times[parent]!, this.#orders[parent]!, this.#events[parent]!);
      at = parent;
    }
    this.#put(at, atMs, order, event);
  }

  #sink(from: number, atMs: number, order: number, event: Event): void {
    const size = this.#size;
    let at = from;
    for (;;) {
      const firstChild = BRANCHES * at + 1;
      if (firstChild >= size) break;
      const child = this.#leastOf(firstChild, Math.min(firstChild + BRANCHES, size));
      const childMs = this.#times[child]!;
      if (childMs > atMs || (childMs === atMs && this.#orders[child]! > order)) break;
      this.#put(at, childMs, this.#orders[child]!, this.#events[child]!);
      at = child;
    }
    this.#put(at, atMs, order, event);
  }

  #leastOf(from: number, to: number): number {
    let least = from;
    let leastMs = this.#times[from]!;
    for (let i = from + 1; i < to; i++) {
      const atMs = this.#times[i]!;
      if (atMs > leastMs || (atMs === leastMs && this.#orders[i]! > this.#orders[least]!)) continue;
      least = i;
      leastMs = atMs;
    }
    return least;
  }

  #put(at: number, atMs: number, order: number, event: Event): void {
    this.#times[at] = atMs;
    this.#orders[at] = order;
    this.#events[at] = event;
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    const times = new Float64Array(capacity);
    const orders = new Float64Array(capacity);
    times.set(this.#times);
    orders.set(this.#orders);
    this.#times = times;
    this.#orders = orders;
  }
}
