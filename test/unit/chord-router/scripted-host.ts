/** A host whose time passes by hand and whose other phones say what a test has them say. */
import type { PeerReply, PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { CallOutcome, Fiber, Task } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { type Host, type Pending, Scheduler, type Waiter } from '../../../services/shared/core/scheduler.ts';

/** What a phone answers; undefined: nothing, so that the call times out. */
export type Script = (request: PeerRequest) => PeerReply | 'refused' | undefined;

interface Timer {
  readonly atMs: number;
  readonly happen: () => void;
}

const NOTHING: Pending = { cancel() {} };
/** Far more timers than any task of a test needs. */
const MAX_TIMERS = 10_000;

export class ScriptedHost implements Host {
  nowMs = 0;
  /** Phones asked, with the type of the request, in order. */
  readonly asked: string[] = [];
  readonly #scripts = new Map<Id, { readonly contact: Contact; readonly script: Script }>();
  readonly #scheduler = new Scheduler(this);
  #timers: Timer[] = [];

  /** From now on the phone is there, and says this. */
  script(contact: Contact, script: Script): void {
    this.#scripts.set(contact.id, { contact, script });
  }

  silence({ id }: Contact): void {
    this.#scripts.delete(id);
  }

  start<T>(task: Task<T>): Fiber<T> {
    return this.#scheduler.run(task, 'task of a test');
  }

  /** Runs a task to its end, letting time pass as it needs; its result. */
  run<T>(task: Task<T>): T {
    const fiber = this.start(task);
    for (let i = 0; i < MAX_TIMERS && !fiber.done; i++) this.passToNextTimer();
    if (!fiber.done) throw new Error('the task does not end');
    return fiber.result as T;
  }

  passToNextTimer(): void {
    const next = this.#timers.reduce<Timer | undefined>(
      (a, b) => (a === undefined || b.atMs < a.atMs ? b : a),
      undefined,
    );
    if (next === undefined) throw new Error('nothing is awaited');
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.happen();
  }

  now(): number {
    return this.nowMs;
  }

  random(): number {
    return 0.5;
  }

  sleep(ms: number, waiter: Waiter<undefined>): Pending {
    return this.#after(ms, () => waiter.resume(undefined));
  }

  call(to: Contact, request: unknown, timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending {
    const asked = request as PeerRequest;
    this.asked.push(`${to.address} ${asked.type}`);
    const reply = this.#scripts.get(to.id)?.script(asked);
    if (reply === undefined) {
      return this.#after(timeoutMs, () => waiter.resume({ ok: false, failure: 'timeout', elapsedMs: timeoutMs }));
    }
    if (reply === 'refused') waiter.resume({ ok: false, failure: 'refused', elapsedMs: 1 });
    else waiter.resume({ ok: true, reply, rttMs: 1 });
    return NOTHING;
  }

  identify(address: string, timeoutMs: number, waiter: Waiter<Contact | undefined>): Pending {
    const found = [...this.#scripts.values()].find(({ contact }) => contact.address === address)?.contact;
    if (found === undefined) return this.#after(timeoutMs, () => waiter.resume(undefined));
    waiter.resume(found);
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

  #after(ms: number, happen: () => void): Pending {
    const timer: Timer = { atMs: this.nowMs + ms, happen };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }
}
