/** Virtual time: a queue of events run in order of time, then of scheduling. The same seed gives the same run. */

import { SeededRandom } from '../../../services/shared/core/random.ts';
import type { Cancel } from '../../../services/shared/core/scheduler.ts';
import { EventQueue } from './event-queue.ts';

/** Something that happens once, at its time, unless it is cancelled before. */
export abstract class SimEvent {
  /** It is still to happen; for the engine alone. */
  isDue = false;

  abstract happen(): void;
}

class Callback extends SimEvent {
  readonly #run: () => void;

  constructor(run: () => void) {
    super();
    this.#run = run;
  }

  happen(): void {
    this.#run();
  }
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
  /** Called after each event that ran: for checkers, which change nothing. */
  onEvent: (() => void) | undefined;
  #nowMs = EPOCH_MS;
  #hash = 0x811c9dc5;
  readonly #trace: Float64Array;
  #events = 0;
  #cancelled = 0;
  readonly #queue = new EventQueue<SimEvent>();

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
    return this.#queue.size;
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

  /** Has an event happen after so long; it must not be in the queue already. */
  schedule(delayMs: number, event: SimEvent): void {
    event.isDue = true;
    this.#queue.push(this.#nowMs + Math.max(0, delayMs), event);
  }

  /** Has no effect once the event has happened. */
  cancel(event: SimEvent): void {
    if (!event.isDue) return;
    event.isDue = false;
    this.#cancelled += 1;
    // Most timers are timeouts that never fire: left in, they would outnumber the rest.
    if (this.#cancelled > MIN_SWEEP && 2 * this.#cancelled > this.#queue.size) {
      this.#queue.retain(({ isDue }) => isDue);
      this.#cancelled = 0;
    }
  }

  after(delayMs: number, run: () => void): Cancel {
    const event = new Callback(run);
    this.schedule(delayMs, event);
    return () => this.cancel(event);
  }

  /** Runs all events of the next `ms`; time ends there. */
  runFor(ms: number): void {
    const queue = this.#queue;
    const untilMs = this.#nowMs + ms;
    for (let nextMs = queue.nextMs; nextMs <= untilMs; nextMs = queue.nextMs) {
      const event = queue.pop();
      if (!event.isDue) {
        this.#cancelled -= 1;
        continue;
      }
      event.isDue = false;
      this.#nowMs = nextMs;
      event.happen();
      this.onEvent?.();
    }
    this.#nowMs = untilMs;
  }
}
