/** Asking several phones at once, more when some are slow, until enough have answered. */
import type { Contact } from '../../../shared/core/contact.ts';
import { cancel, type Fiber, first, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { RingView } from '../ring-view.ts';

export interface Gathering {
  /** In the order to ask them. */
  readonly phones: readonly Contact[];
  /** How many to ask at first. */
  readonly width: number;
  /** Asks one; true when its answer counts. One that does not count lets the next phone be asked at once. */
  readonly ask: (phone: Contact) => Task<boolean>;
  /** Whether to stop. */
  readonly enough: () => boolean;
}

/** Asks phones until it is enough or all have answered. Gives how many were asked because others were slow. */
export function* gather(view: RingView, { phones, width, ask, enough }: Gathering): Task<number> {
  const waiting = [...phones];
  let running: Fiber<boolean>[] = [];
  let hedged = 0;
  let missing = width;
  let slowest = 0;
  for (;;) {
    while (missing > 0 && waiting.length > 0) {
      const phone = waiting.shift()!;
      slowest = Math.max(slowest, view.hedgeAfterMs(phone));
      running.push(yield* spawn(ask(phone), 'ask a replica'));
      missing -= 1;
    }
    if (running.length === 0) return hedged;
    const timer = waiting.length === 0 ? [] : [yield* spawn(sleep(slowest), 'hedge')];
    const woken = yield* first<boolean | void>([...running, ...timer]);
    for (const fiber of timer) yield* cancel(fiber);
    if (enough()) break;
    const answered = running.filter(({ done }) => done);
    running = running.filter(({ done }) => !done);
    missing = answered.filter(({ result }) => result !== true).length;
    if (timer.some((fiber) => fiber === woken)) {
      missing += 1;
      hedged += 1;
    }
  }
  for (const fiber of running) yield* cancel(fiber);
  return hedged;
}
