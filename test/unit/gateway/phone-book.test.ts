/** Numbers stay with their phones, and what probes say becomes states. */
import { describe, expect, test } from 'vitest';
import type { PhoneWords } from '../../../services/gateway/core/phone.ts';
import { DEAD_AFTER_MS, FORGET_AFTER_MS, PhoneBook } from '../../../services/gateway/core/phone-book.ts';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';

const idOf = (n: number): Id => idFromNumber(BigInt(n));

function words(n: number, more: Partial<PhoneWords> = {}): PhoneWords {
  return {
    ...{ id: idOf(n), peer: `10.0.0.${n}:7400`, ring: 'member', settled: true, records: 0, recordBytes: 0 },
    ...{ predecessor: undefined, successor: undefined },
    ...more,
  };
}

const numbers = (book: PhoneBook) => book.phones.map(({ n, api }) => [n, api]);
const states = (book: PhoneBook) => book.phones.map(({ state }) => state);

describe('numbers', () => {
  test('are those that the source names', () => {
    const book = new PhoneBook();
    book.list(
      [
        { api: 'b:1', number: 7 },
        { api: 'a:1', number: 3 },
      ],
      0,
    );
    expect(numbers(book)).toEqual([
      [3, 'a:1'],
      [7, 'b:1'],
    ]);
    book.answered('b:1', words(1), 10);
    book.list([{ api: 'c:1', number: 7 }], 20);
    book.answered('c:1', words(2), 30);
    expect(book.find(7)).toMatchObject({ api: 'c:1', words: { id: idOf(2) }, listed: true });
    expect(book.find(3)).toMatchObject({ listed: false });
  });

  test('are given in the order of arrival where the source names none, and follow the phone to another address', () => {
    const book = new PhoneBook();
    book.list([{ api: 'a:1' }, { api: 'b:1' }], 0);
    expect(book.phones).toEqual([]);
    expect(book.unplaced).toEqual(['a:1', 'b:1']);
    book.answered('b:1', words(20), 1);
    book.answered('a:1', words(10), 1);
    expect(numbers(book)).toEqual([
      [1, 'b:1'],
      [2, 'a:1'],
    ]);
    book.list([{ api: 'a:1' }, { api: 'c:1' }], 2);
    book.answered('c:1', words(20), 3);
    expect(numbers(book)).toEqual([
      [1, 'c:1'],
      [2, 'a:1'],
    ]);
  });

  test('are not given to the next phone at an address: it gets one of its own, and who was there is dead', () => {
    const book = new PhoneBook();
    book.list([{ api: 'a:1' }], 0);
    book.answered('a:1', words(1), 1);
    book.answered('a:1', words(2), 5);
    expect(numbers(book)).toEqual([
      [1, undefined],
      [2, 'a:1'],
    ]);
    expect(states(book)).toEqual(['dead', 'alive']);
  });

  test('that a source names late are not taken away from a phone that has one by arrival', () => {
    const book = new PhoneBook();
    book.list([{ api: 'a:1' }], 0);
    book.answered('a:1', words(1), 1);
    book.list([{ api: 'a:1' }, { api: 'b:1', number: 1 }], 2);
    book.answered('b:1', words(2), 3);
    expect(numbers(book)).toEqual([
      [1, 'a:1'],
      [2, 'b:1'],
    ]);
  });

  test('are forgotten some time after their phones are gone and nobody names them', () => {
    const book = new PhoneBook();
    book.list([{ api: 'a:1' }, { api: 'b:1' }], 0);
    book.answered('a:1', words(1), 0);
    book.answered('b:1', words(2), 0);
    book.list([{ api: 'b:1' }], 10);
    book.failed(1, 'refused', 10);
    book.failed(1, 'refused', 20);
    book.takeChanges();
    book.list([{ api: 'b:1' }], 20 + FORGET_AFTER_MS - 1);
    expect(book.phones).toHaveLength(2);
    book.list([{ api: 'b:1' }], 20 + FORGET_AFTER_MS);
    expect(numbers(book)).toEqual([[2, 'b:1']]);
    expect(book.takeChanges()).toMatchObject({ changed: [], forgotten: [1] });
  });
});

describe('states', () => {
  const book = (): PhoneBook => {
    const made = new PhoneBook();
    made.list([{ api: 'a:1', number: 1 }], 0);
    made.answered('a:1', words(1), 0);
    made.takeChanges();
    return made;
  };

  test('one refusal makes a phone suspected, a second one dead, an answer alive again', () => {
    const net = book();
    net.failed(1, 'refused', 100);
    expect(net.find(1)).toMatchObject({ state: 'suspected', sinceMs: 100 });
    net.failed(1, 'refused', 600);
    expect(net.find(1)).toMatchObject({ state: 'dead', sinceMs: 600 });
    net.answered('a:1', words(1), 900);
    expect(net.find(1)).toMatchObject({ state: 'alive', sinceMs: 900, failures: 0 });
  });

  test('silence makes it dead only after a while', () => {
    const net = book();
    net.failed(1, 'silent', 0);
    net.failed(1, 'silent', DEAD_AFTER_MS - 1);
    expect(states(net)).toEqual(['suspected']);
    net.failed(1, 'silent', DEAD_AFTER_MS);
    expect(states(net)).toEqual(['dead']);
  });

  test('who was leaving has left', () => {
    const net = book();
    net.answered('a:1', words(1, { ring: 'leaving' }), 5);
    net.failed(1, 'refused', 10);
    net.failed(1, 'refused', 20);
    expect(states(net)).toEqual(['left']);
  });

  test('who is no member yet is joining, and may refuse connections meanwhile', () => {
    const net = book();
    net.answered('a:1', words(1, { ring: 'joining' }), 5);
    net.failed(1, 'refused', 10);
    net.failed(1, 'refused', 20);
    expect(states(net)).toEqual(['joining']);
  });

  test('are what the supervisor of the process says, where there is one', () => {
    const net = book();
    const become = (supervised: 'starting' | 'running' | 'frozen' | 'killed' | 'stopped', nowMs: number) => {
      net.list([{ api: 'a:1', number: 1, supervised }], nowMs);
      return net.find(1)!.state;
    };
    expect(become('running', 1)).toBe('alive');
    expect(become('frozen', 2)).toBe('suspected');
    expect(become('killed', 3)).toBe('dead');
    // The last answer of a killed phone was on its way.
    net.answered('a:1', words(1), 4);
    expect(states(net)).toEqual(['dead']);
    expect(become('starting', 5)).toBe('joining');
    expect(become('running', 6)).toBe('joining');
    net.answered('a:1', words(1), 7);
    expect(states(net)).toEqual(['alive']);
    expect(become('stopped', 8)).toBe('left');
  });

  test('what changed is told once', () => {
    const net = book();
    net.answered('a:1', words(1), 10);
    expect(net.takeChanges().changed).toEqual([]);
    net.answered('a:1', words(1, { records: 4 }), 20);
    expect(net.takeChanges().changed).toMatchObject([{ n: 1, words: { records: 4 } }]);
    expect(net.takeChanges().changed).toEqual([]);
  });
});
