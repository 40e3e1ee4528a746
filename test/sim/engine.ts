/** Virtual time: a queue of events run in order of time, then of scheduling. The same seed gives the same run. */

import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Cancel } from '../../services/shared/core/scheduler.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Something that happened, as it was noted; `atMs` since the beginning of the run. */
export interface Note {
  readonly atMs: number;
  readonly what: number;
  readonly a: number;
  readonly b: number;
}

const NOTE_FIELDS = 4;

/** Where every run begins, ms since the epoch. */
export const EPOCH_MS = 1_767_225_600_000;

/** Below this many cancelled events it is not worth taking them out. */
const MIN_SWEEP = 1024;

export class Engine {
  readonly random: SeededRandom;
  #nowMs = EPOCH_MS;
  #order = 0;
  #hash = 0x811c9dc5;
  readonly #trace: Float64Array;
  #events = 0;
  #cancelled = 0;
  #heap: Event[] = [];

  /** `traceLength`: how many of the last notes are kept for a trace. */
  constructor(seed: number, traceLength = 0) {
    this.random = new SeededRandom(seed);
    this.#trace = new Float64Array(NOTE_FIELDS * traceLength);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events noted so far. */
  get events(): number {
    return this.#events;
  }

  /** Events in the queue, cancelled ones that were not taken out yet among them. */
  get waiting(): number {
    return this.#heap.length;
  }

  /** FNV-1a over all that was noted: equal hashes, equal runs. */
  get logHash(): number {
    return this.#hash >>> 0;
  }

  /** Notes that something happened now, as small whole numbers. */
  note(what: number, a: number, b: number): void {
    if (this.#trace.length > 0) this.#remember(what, a, b);
    this.#events += 1;
    let hash = this.#hash;
    hash = Math.imul(hash ^ ((this.#nowMs - EPOCH_MS) * 1000), 0x01000193);
    hash = Math.imul(hash ^ what, 0x01000193);
    hash = Math.imul(hash ^ a, 0x01000193);
    this.#hash = Math.imul(hash ^ b, 0x01000193);
  }

  /** The last notes that were kept, oldest first. */
  trace(): Note[] {
    const length = this.#trace.length / NOTE_FIELDS;
    const count = Math.min(this.#events, length);
    return Array.from({ length: count }, (_, i) => {
      const at = NOTE_FIELDS * ((this.#events - count + i) % length);
      const [atMs, what, a, b] = this.#trace.subarray(at, at + NOTE_FIELDS);
      return { atMs: atMs!, what: what!, a: a!, b: b! };
    });
  }

  #remember(what: number, a: number, b: number): void {
    const at = (NOTE_FIELDS * this.#events) % this.#trace.length;
    this.#trace[at] = this.#nowMs - EPOCH_MS;
    this.#trace[at + 1] = what;
    this.#trace[at + 2] = a;
    this.#trace[at + 3] = b;
  }

  after(delayMs: number, run: () => void): Cancel {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(event);
    return () => {
      if (event.run === undefined) return;
      event.run = undefined;
      this.#cancelled += 1;
      if (this.#cancelled > MIN_SWEEP && 2 * this.#cancelled > this.#heap.length) this.#sweep();
    };
  }

  /** Runs all events of the next `ms`; time ends there. */
  runFor(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      const { run } = next;
      if (run === undefined) {
        this.#cancelled -= 1;
        continue;
      }
      next.run = undefined;
      this.#nowMs = next.atMs;
      run();
    }
    this.#nowMs = untilMs;
  }

  /** Takes cancelled events out. Most timers are timeouts that never fire: left in, they would outnumber the rest. */
  #sweep(): void {
    const live = this.#heap.filter(({ run }) => run !== undefined).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#heap = live;
    this.#cancelled = 0;
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
