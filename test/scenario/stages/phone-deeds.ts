/** Comings and goings of real phones: for each phone one after the other, for all of them at once. */
import { isUpAfter, type PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import type { LiveNet } from './live-net.ts';

export interface DeedObserver {
  /** A phone that came is a member of the ring. */
  joined(phone: number): void;
  /** A phone is about to go, and what it is asked will not be answered. */
  leaves(phone: number): void;
  failed(phone: number, error: Error): void;
}

/** The number of a phone of a scenario in a network of real ones. */
export function numberOf(phone: number): number {
  return phone + 1;
}

export class PhoneDeeds {
  readonly #net: LiveNet;
  readonly #observer: DeedObserver;
  readonly #last = new Map<number, Promise<void>>();
  /** Phones that come up now, and whether somebody ended that. */
  readonly #starting = new Map<number, { ended: boolean }>();
  #stopped = false;

  constructor(net: LiveNet, observer: DeedObserver) {
    this.#net = net;
    this.#observer = observer;
  }

  perform(event: PopulationEvent): void {
    const { phone, deed } = event;
    if (!isUpAfter(deed)) this.#cutStartShort(phone);
    this.#last.set(phone, this.#doAfter(this.#last.get(phone), event));
  }

  /** Nothing more happens; what is under way ends with the testnet. */
  stop(): void {
    this.#stopped = true;
    for (const start of this.#starting.values()) start.ended = true;
  }

  async #doAfter(before: Promise<void> | undefined, event: PopulationEvent): Promise<void> {
    await before;
    if (this.#stopped) return;
    await this.#do(event).catch((error: unknown) => this.#observer.failed(event.phone, error as Error));
  }

  async #do({ phone, deed }: PopulationEvent): Promise<void> {
    const n = numberOf(phone);
    if (deed === 'reappear') await this.#net.move(n);
    if (isUpAfter(deed)) return await this.#start(phone);
    if (deed === 'vanish') await this.#net.faults.vanish(n);
    if (deed !== 'stop') this.#observer.leaves(phone);
    await (deed === 'stop' ? this.#net.stop(n) : this.#net.kill(n));
    this.#observer.leaves(phone);
  }

  async #start(phone: number): Promise<void> {
    const start = { ended: false };
    this.#starting.set(phone, start);
    try {
      await this.#net.restart(numberOf(phone));
      if (!start.ended) this.#observer.joined(phone);
    } catch (error) {
      if (!start.ended) throw error;
    } finally {
      this.#starting.delete(phone);
    }
  }

  /** A phone that goes does not wait until it is a member first. */
  #cutStartShort(phone: number): void {
    const start = this.#starting.get(phone);
    if (start === undefined) return;
    start.ended = true;
    void this.#net.kill(numberOf(phone));
  }
}
