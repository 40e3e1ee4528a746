/** How phones behind a DNS name get their numbers. */
import { expect, test } from 'vitest';
import { inOrderOfAddress, ordinalOf } from '../../../services/gateway/adapters/phone-source.ts';

test.each([
  [['ringwall-phone-3.ringwall_default'], 3],
  [['ringwall_phone_12'], 12],
  [['phone-0.phone.social.svc.cluster.local'], 0],
  [['f00ba4', 'net-phone-7.net'], 7],
  [['10-0-0-3.phone.social.svc.cluster.local'], undefined],
  [['localhost'], undefined],
  [['host3.example.org'], undefined],
  [[], undefined],
])('%j is number %s', (names, number) => expect(ordinalOf(names)).toBe(number));

test('addresses are in the order in which an engine hands them out', () => {
  expect(['10.0.0.10', '10.0.0.9', '10.0.1.1', '9.0.0.1'].sort(inOrderOfAddress)).toEqual([
    ...['9.0.0.1', '10.0.0.9', '10.0.0.10', '10.0.1.1'],
  ]);
});
