/** Calls that wait for a link: one attempt to open it a phone, however many calls want it. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Cancel } from '../../../shared/core/scheduler.ts';
import { startTimeout } from '../../../shared/runtime/timeout.ts';
import type { PeerRequest } from '../../core/message.ts';
import type { Opened } from './link-pool-options.ts';
import type { LinkOutcome } from './peer-link.ts';

/** Opening takes a connection, a hello and a proof: three round trips beside the call's own. */
const OPENING_ROUND_TRIPS = 3;
/** Most calls that wait for one link. */
const MAX_WAITING = 1_024;

type Waiter = (opened: Opened) => void;

export class OpeningCalls {
  readonly #dial: (contact: Contact, done: (opened: Opened) => void) => Cancel;
  readonly #waiting = new Map<Id, Set<Waiter>>();

  constructor(dial: (contact: Contact, done: (opened: Opened) => void) => Cancel) {
    this.#dial = dial;
  }

  /** Asks once the link is open; gives up after three times the timeout. `done` is called once unless cancelled. */
  call(to: Contact, request: PeerRequest, timeoutMs: number, done: (outcome: LinkOutcome) => void): Cancel {
    const startedAt = performance.now();
    const fail = (failure: 'timeout' | 'unreachable' | 'refused'): void =>
      done({ ok: false, failure, elapsedMs: performance.now() - startedAt });
    let cancel: Cancel;
    const waiter: Waiter = (opened) => {
      stopTimer();
      if ('failure' in opened) fail(opened.failure);
      else cancel = opened.link.call(request, timeoutMs, done);
    };
    const giveUp = (): void => {
      this.#waiting.get(to.id)?.delete(waiter);
    };
    const stopTimer = startTimeout(timeoutMs * OPENING_ROUND_TRIPS, () => {
      giveUp();
      fail('timeout');
    });
    cancel = () => {
      stopTimer();
      giveUp();
    };
    this.#join(to, waiter);
    return () => cancel();
  }

  stop(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { failure: 'unreachable' });
  }

  #join(to: Contact, waiter: Waiter): void {
    const present = this.#waiting.get(to.id);
    if (present !== undefined) {
      if (present.size < MAX_WAITING) present.add(waiter);
      else waiter({ failure: 'refused' });
      return;
    }
    this.#waiting.set(to.id, new Set([waiter]));
    this.#dial(to, (opened) => this.#settle(to.id, opened));
  }

  #settle(id: Id, opened: Opened): void {
    const waiters = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const waiter of waiters) waiter(opened);
  }
}
