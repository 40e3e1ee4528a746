import { beforeEach, describe, expect, it } from 'vitest';
import type { CallOutcome, Effect, Fiber, Task } from '../../../services/shared/core/effect.ts';
import {
  all,
  call,
  cancel,
  detach,
  first,
  now,
  random,
  Signal,
  sleep,
  spawn,
  waitFor,
} from '../../../services/shared/core/effect.ts';
import { type Host, type Pending, Scheduler, type Waiter } from '../../../services/shared/core/scheduler.ts';

/** A host whose time passes by hand. */
class ManualHost implements Host {
  time = 0;
  calls = 0;
  readonly crashes: string[] = [];
  timers: { readonly at: number; readonly waiter: Waiter<undefined> }[] = [];

  now(): number {
    return this.time;
  }
  random(): number {
    return 0.25;
  }
  sleep(ms: number, waiter: Waiter<undefined>): Pending {
    const timer = { at: this.time + ms, waiter };
    this.timers.push(timer);
    return {
      cancel: () => {
        this.timers = this.timers.filter((t) => t !== timer);
      },
    };
  }
  /** Answers at once, with what was asked. */
  call(_to: unknown, request: unknown, _timeoutMs: number, waiter: Waiter<CallOutcome<unknown>>): Pending {
    this.calls += 1;
    waiter.resume({ ok: true, reply: request, rttMs: 1 });
    return { cancel() {} };
  }
  identify(_address: string, _timeoutMs: number, waiter: Waiter<undefined>): Pending {
    waiter.resume(undefined);
    return { cancel() {} };
  }
  resolve(address: string, waiter: Waiter<readonly string[]>): Pending {
    waiter.resume([address]);
    return { cancel() {} };
  }
  store(operation: unknown, waiter: Waiter<unknown>): void {
    waiter.resume(operation);
  }
  crashed(error: unknown, label: string): void {
    this.crashes.push(`${label}: ${(error as Error).message}`);
  }
  pass(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((t) => t.at <= this.time);
    this.timers = this.timers.filter((t) => t.at > this.time);
    for (const { waiter } of due) waiter.resume(undefined);
  }
}

const phone = { id: '0'.repeat(32) as never, address: '127.0.0.1:1' };
let host: ManualHost;
let scheduler: Scheduler;
let log: string[];

beforeEach(() => {
  host = new ManualHost();
  scheduler = new Scheduler(host);
  log = [];
});

function* note(ms: number, text: string): Task<string> {
  yield* sleep(ms);
  log.push(text);
  return text;
}

describe('the scheduler', () => {
  it('resumes tasks with outcomes, at once where they are there at once', () => {
    const fiber = scheduler.run(
      (function* (): Task<unknown> {
        return [yield* now(), yield* random(), yield* call(phone, 'hello', 10)];
      })(),
      'ask',
    );
    expect(fiber.done).toBe(true);
    expect(fiber.result).toEqual([0, 0.25, { ok: true, reply: 'hello', rttMs: 1 }]);
  });

  it('needs no deep stack for outcomes that are there at once', () => {
    const fiber = scheduler.run(
      (function* (): Task<number> {
        for (let i = 0; i < 100_000; i++) yield* call(phone, i, 1);
        return host.calls;
      })(),
      'many',
    );
    expect(fiber.result).toBe(100_000);
  });

  it('gives the first of several children and cancels the rest with their parent', () => {
    const fiber = scheduler.run(
      (function* (): Task<string | undefined> {
        const fibers = [yield* spawn(note(30, 'slow'), 'slow'), yield* spawn(note(10, 'fast'), 'fast')];
        return (yield* first(fibers)).result;
      })(),
      'race',
    );
    host.pass(10);
    expect(fiber.result).toBe('fast');
    expect(host.timers).toEqual([]);
    host.pass(100);
    expect(log).toEqual(['fast']);
  });

  it('lets detached tasks outlive the one that started them', () => {
    scheduler.run(
      (function* (): Task<void> {
        yield* detach(note(5, 'detached'), 'detached');
        yield* spawn(note(5, 'child'), 'child');
      })(),
      'parent',
    );
    host.pass(5);
    expect(log).toEqual(['detached']);
  });

  it('waits for all children, done or not', () => {
    const fiber = scheduler.run(
      (function* (): Task<number> {
        yield* all([yield* spawn(note(0, 'a'), 'a'), yield* spawn(note(20, 'b'), 'b')]);
        return yield* now();
      })(),
      'all',
    );
    host.pass(0);
    host.pass(20);
    expect(fiber.result).toBe(20);
  });

  it('wakes waiters at a notify or at their timeout, and clears what it set up', () => {
    const signal = new Signal();
    function* waiter(): Task<void> {
      log.push(`notified ${yield* waitFor(signal, 10)}`);
      log.push(`notified ${yield* waitFor(signal, 10)}`);
    }
    scheduler.run(waiter(), 'waiter');
    signal.notify();
    host.pass(10);
    expect(log).toEqual(['notified true', 'notified false']);
    expect(host.timers).toEqual([]);
  });

  it('never runs one task in the middle of another', () => {
    const signal = new Signal();
    scheduler.run(
      (function* (): Task<void> {
        yield* waitFor(signal);
        log.push('woken');
      })(),
      'waiter',
    );
    scheduler.run(
      (function* (): Task<void> {
        signal.notify();
        log.push('still alone');
        yield* sleep(1);
      })(),
      'notifier',
    );
    expect(log).toEqual(['still alone', 'woken']);
  });

  it('runs finally blocks of cancelled tasks and of their children', () => {
    function* guarded(name: string): Task<void> {
      try {
        if (name === 'outer') yield* spawn(guarded('inner'), 'inner');
        yield* sleep(1000);
      } finally {
        log.push(name);
      }
    }
    const fiber = scheduler.run(guarded('outer'), 'outer');
    scheduler.cancel(fiber);
    expect(log).toEqual(['outer', 'inner']);
    expect([fiber.done, fiber.cancelled, host.timers.length]).toEqual([true, true, 0]);
  });

  it('reports a finally block that yields as a defect', () => {
    const fiber = scheduler.run(
      (function* (): Task<void> {
        try {
          yield* sleep(1000);
        } finally {
          yield* sleep(1);
        }
      })(),
      'stubborn',
    );
    scheduler.cancel(fiber);
    expect(host.crashes).toEqual(['stubborn: broken invariant: a finally block of stubborn yields']);
  });

  it('lets a task cancel itself, its parent, or one that is about to be resumed', () => {
    const signal = new Signal();
    const fibers: Fiber<unknown>[] = [];
    function* waiter(): Task<void> {
      yield* waitFor(signal);
      log.push('must not run');
    }
    fibers.push(scheduler.run(waiter(), 'waiter'));
    function* child(): Task<void> {
      yield* cancel(parent);
      log.push('must not run either');
    }
    function* rebel(): Task<void> {
      yield* sleep(1);
      signal.notify();
      yield* cancel(fibers[0]!);
      yield* spawn(child(), 'child');
      log.push('nor this');
    }
    const parent = scheduler.run(rebel(), 'parent');
    host.pass(1);
    expect(log).toEqual([]);
    expect(parent.cancelled).toBe(true);
    expect(host.crashes).toEqual([]);
  });

  it('can be stopped from within a task', () => {
    scheduler.run(
      (function* (): Task<void> {
        try {
          yield* sleep(1);
          scheduler.stop();
          yield* sleep(1);
          log.push('must not run');
        } finally {
          log.push('unwound');
        }
      })(),
      'fatal',
    );
    host.pass(1);
    host.pass(10);
    expect(log).toEqual(['unwound']);
    expect(host.crashes).toEqual([]);
  });

  it('keeps an error in its fiber and tells the host, and the parent goes on', () => {
    function* broken(): Generator<Effect, void, unknown> {
      yield* sleep(1);
      throw new Error('broken');
    }
    const fiber = scheduler.run(
      (function* (): Task<string> {
        const child = yield* spawn(broken(), 'child');
        yield* first([child]);
        return (child.error as Error).message;
      })(),
      'parent',
    );
    host.pass(1);
    expect(fiber.result).toBe('broken');
    expect(host.crashes).toEqual(['child: broken']);
  });

  it('tells when a root task has ended', () => {
    const ended: string[] = [];
    scheduler.run(note(3, 'x'), 'x', (fiber) => ended.push(`${fiber.result} ${fiber.cancelled}`));
    host.pass(3);
    scheduler.cancel(scheduler.run(note(3, 'y'), 'y', (fiber) => ended.push(`${fiber.result} ${fiber.cancelled}`)));
    expect(ended).toEqual(['x false', 'undefined true']);
  });
});
