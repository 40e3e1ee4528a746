/**
 * What changes in the network, told to all who listen: changes of phones twice a second, the pulse every two seconds.
 * Events have numbers, and the last are kept, so that who was away for a moment goes on where it was.
 */
import type { StreamEvent } from '../../shared/http/event-stream.ts';

export interface HubEvent extends StreamEvent {
  readonly id: string;
}

export type HubListener = (event: StreamEvent) => void;

/** Events kept for who comes back: some minutes of a lively network. */
const KEPT = 512;
const MAX_LISTENERS = 128;

export class EventHub {
  readonly #listeners = new Set<HubListener>();
  readonly #kept: HubEvent[] = [];
  /** Ids of another run of the gateway mean nothing here. */
  readonly #run: string;
  #next = 1;

  constructor(run: string) {
    this.#run = run;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  get isFull(): boolean {
    return this.#listeners.size >= MAX_LISTENERS;
  }

  /** Tells everybody. */
  send(event: string, data: unknown): void {
    const told: HubEvent = { id: `${this.#run}-${this.#next++}`, event, data };
    this.#kept.push(told);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(told);
  }

  /** The id of the last event sent. */
  get lastId(): string {
    return `${this.#run}-${this.#next - 1}`;
  }

  /** What came after an event; undefined when that is not known any more, or never was. */
  since(id: string | undefined): readonly HubEvent[] | undefined {
    const [, run, number] = /^([^-]+)-(\d+)$/.exec(id ?? '') ?? [];
    const missed = this.#next - 1 - Number(number);
    if (run !== this.#run || !(missed >= 0 && missed <= this.#kept.length)) return undefined;
    return this.#kept.slice(this.#kept.length - missed);
  }

  /** Gives what ends it. */
  listen(listener: HubListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
