/** Hosts of phones whose calls are answered at once or never, with a clock that goes on when a test says so. */
import type { PeerReply, PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { CallOutcome, Fiber, Task } from '../../../services/shared/core/effect.ts';
import { type Host, type Pending, Scheduler, type Waiter } from '../../../services/shared/core/scheduler.ts';
import { EventQueue } from '../engine/event-queue.ts';

interface Timer {
  happen: (() => void) | undefined;
}

/** Time that all hosts share. */
export class Clock {
  nowMs = 0;
  readonly #timers = new EventQueue<Timer>();

  after(ms: number, happen: () => void): Pending {
    const timer: Timer = { happen };
    this.#timers.push(this.nowMs + ms, timer);
    return {
      cancel() {
        timer.happen = undefined;
      },
    };
  }

  /** Goes on until `isOver` or nothing is awaited, through `most` timers at most. */
  run(isOver: () => boolean, most: number): void {
    for (let i = 0; i < most && this.#timers.size > 0 && !isOver(); i++) {
      this.nowMs = Math.max(this.nowMs, this.#timers.nextMs);
      this.#timers.pop().happen?.();
    }
  }
}

/** How a phone that is asked answers; undefined if it is not there. */
export type AnswerOf = (to: Contact, request: PeerRequest) => PeerReply | 'refused' | undefined;

const NOTHING: Pending = { cancel() {} };

export class ProductHost implements Host {
  readonly #clock: Clock;
  readonly #answerOf: AnswerOf;
  readonly #contacts: readonly Contact[];
  readonly #scheduler = new Scheduler(this);

  /** `contacts`: all phones that may be asked by address. */
  constructor(clock: Clock, contacts: readonly Contact[], answerOf: AnswerOf) {
    this.#clock = clock;
    this.#contacts = contacts;
    this.#answerOf = answerOf;
  }

  start<T>(task: Task<T>): Fiber<T> {
    return this.#scheduler.run(task, 'task of a test');
  }

  now(): number {
    return this.#clock.nowMs;
  }

  random(): number {
    return 0.5;
  }

  sleep(ms: number, waiter: Waiter<undefined>): Pending {
    return this.#clock.after(ms, () => waiter.resume(undefined));
  }

  call(to: Contact, request: unknown, timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending {
    const reply = this.#answerOf(to, request as PeerRequest);
    if (reply === undefined) {
      return this.#clock.after(timeoutMs, () => waiter.resume({ ok: false, failure: 'timeout', elapsedMs: timeoutMs }));
    }
    if (reply === 'refused') waiter.resume({ ok: false, failure: 'refused', elapsedMs: 1 });
    else waiter.resume({ ok: true, reply, rttMs: 1 });
    return NOTHING;
  }

  identify(address: string, _timeoutMs: number, waiter: Waiter<Contact | undefined>): Pending {
    waiter.resume(this.#contacts.find((contact) => contact.address === address));
    return NOTHING;
  }

  resolve(address: string, waiter: Waiter<readonly string[]>): Pending {
    waiter.resume([address]);
    return NOTHING;
  }

  store(): void {
    throw new Error('these tasks have no disk');
  }

  crashed(error: unknown): void {
    throw error;
  }
}
