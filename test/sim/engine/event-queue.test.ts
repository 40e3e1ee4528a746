/** The queue of events against a plain sorted list. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

interface Due {
  readonly atMs: number;
  readonly name: number;
}

/** What a queue must do, done slowly: a list sorted by time, then by when something was put in. */
class SortedList {
  #events: Due[] = [];

  push(atMs: number, event: Due): void {
    const behind = this.#events.findIndex((other) => other.atMs > atMs);
    this.#events.splice(behind < 0 ? this.#events.length : behind, 0, event);
  }

  pop(): Due | undefined {
    return this.#events.shift();
  }

  retain(isWanted: (event: Due) => boolean): void {
    this.#events = this.#events.filter(isWanted);
  }

  get size(): number {
    return this.#events.length;
  }

  get nextMs(): number {
    return this.#events[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('push' as const), atMs: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pop' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retain' as const), one: fc.integer({ min: 1, max: 4 }) }) },
);

describe('the event queue', () => {
  it('gives what a sorted list gives, whatever is put in, taken out and thrown out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const queue = new EventQueue<Due>();
        const list = new SortedList();
        for (const [name, taken] of steps.entries()) {
          if (taken.do === 'push') {
            const event = { atMs: taken.atMs, name };
            queue.push(taken.atMs, event);
            list.push(taken.atMs, event);
          } else if (taken.do === 'retain') {
            const isWanted = (event: Due): boolean => event.name % taken.one === 0;
            queue.retain(isWanted);
            list.retain(isWanted);
          } else if (list.size > 0) {
            expect(queue.pop()).toBe(list.pop());
          }
          expect([queue.size, queue.nextMs]).toEqual([list.size, list.nextMs]);
        }
        while (list.size > 0) expect(queue.pop()).toBe(list.pop());
      }),
    );
  });

  it('grows, and keeps the order of what is due at the same time', () => {
    const queue = new EventQueue<number>();
    const count = 5_000; // several times its first capacity
    for (let i = 0; i < count; i++) queue.push((i * 7919) % 97, i);
    const order = Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => ((a * 7919) % 97) - ((b * 7919) % 97) || a - b,
    );
    expect(Array.from({ length: count }, () => queue.pop())).toEqual(order);
    expect([queue.size, queue.nextMs]).toEqual([0, Number.POSITIVE_INFINITY]);
  });
});
