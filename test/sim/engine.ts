/** Virtual time: a queue of events run in order of time, then of scheduling. The same seed gives the same run. */

import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Cancel } from '../../services/shared/core/scheduler.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Where every run begins, ms since the epoch. */
export const EPOCH_MS = 1_767_225_600_000;

export class Engine {
  readonly random: SeededRandom;
  #nowMs = EPOCH_MS;
  #order = 0;
  #hash = 0x811c9dc5;
  #events = 0;
  readonly #heap: Event[] = [];

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events noted so far. */
  get events(): number {
    return this.#events;
  }

  /** FNV-1a over all that was noted: equal hashes, equal runs. */
  get logHash(): number {
    return this.#hash >>> 0;
  }

  /** Notes that something happened now, as small whole numbers. */
  note(what: number, a: number, b: number): void {
    this.#events += 1;
    let hash = this.#hash;
    hash = Math.imul(hash ^ ((this.#nowMs - EPOCH_MS) * 1000), 0x01000193);
    hash = Math.imul(hash ^ what, 0x01000193);
    hash = Math.imul(hash ^ a, 0x01000193);
    this.#hash = Math.imul(hash ^ b, 0x01000193);
  }

  after(delayMs: number, run: () => void): Cancel {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(event);
    return () => {
      event.run = undefined;
    };
  }

  /** Runs all events of the next `ms`; time ends there. */
  runFor(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === undefined) continue;
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const { length } = heap;
    if (length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
