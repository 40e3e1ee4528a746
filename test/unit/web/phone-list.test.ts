/** The console's list of phones, as events change it. */
import { expect, test } from 'vitest';
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';
import { inOrder, marksOf, withChanges } from '../../../web/console/state/phone-list.ts';

function phone(n: number, more: Partial<GatewayPhone> = {}): GatewayPhone {
  return {
    ...{ n, id: String(9 - n).padEnd(32, '0'), state: 'alive', since: '', api: null, peer: null, settled: true },
    ...{ records: 1, recordBytes: 1, answeredAt: null },
    ...more,
  };
}

const LIST = [phone(1), phone(2), phone(4)];

test('phones that changed stand where they stood, new ones in their order, forgotten ones nowhere', () => {
  const dead = phone(2, { state: 'dead' });
  expect(withChanges(LIST, [dead], [])).toEqual([phone(1), dead, phone(4)]);
  expect(withChanges(LIST, [phone(3), dead], [4]).map(({ n, state }) => [n, state])).toEqual([
    [1, 'alive'],
    [2, 'dead'],
    [3, 'alive'],
  ]);
  expect(withChanges(LIST, [], [7])).toEqual(LIST);
  expect(inOrder([phone(4), phone(1)]).map(({ n }) => n)).toEqual([1, 4]);
});

test('phones that did not change are the same ones, so that nothing of them is made anew', () => {
  const after = withChanges(LIST, [phone(2, { records: 7 })], []);
  expect(after[0]).toBe(LIST[0]);
  expect(after[2]).toBe(LIST[2]);
});

test('marks are in the order of the ring, of phones that have a place on it', () => {
  const marks = marksOf([...LIST, phone(5, { id: null })], []);
  expect(marks.map(({ n }) => n)).toEqual([4, 2, 1]);
  expect(marks.map(({ turn }) => turn)).toEqual([5 / 16, 7 / 16, 8 / 16]);
});

test('marks stay the same list until something that is drawn changes', () => {
  const marks = marksOf(LIST, []);
  expect(marksOf(withChanges(LIST, [phone(2, { records: 99 })], []), marks)).toBe(marks);
  for (const changed of [phone(2, { state: 'dead' }), phone(2, { id: 'f'.repeat(32) }), phone(3)]) {
    expect(marksOf(withChanges(LIST, [changed], []), marks)).not.toBe(marks);
  }
  expect(marksOf(withChanges(LIST, [], [1]), marks)).toHaveLength(2);
});
