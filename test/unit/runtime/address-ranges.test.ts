/** Ranges of addresses, as settings name them. */
import { expect, test } from 'vitest';
import { AddressRanges, isAddressRange } from '../../../services/shared/runtime/network/address-ranges.ts';

test('an address is in a range, however it is spelled', () => {
  const ranges = new AddressRanges(['192.0.2.7', '10.0.0.0/8', 'FD00::/8', '2001:db8:0::1']);
  for (const ip of ['192.0.2.7', '::ffff:192.0.2.7', '10.255.0.1', 'fd12::1', '2001:db8::1']) {
    expect([ip, ranges.has(ip)]).toEqual([ip, true]);
  }
  for (const ip of ['192.0.2.8', '11.0.0.1', 'fe80::1', '2001:db8::2', '::1', 'localhost', '', '10.0.0', 'unknown']) {
    expect([ip, ranges.has(ip)]).toEqual([ip, false]);
  }
});

test('no range has no address', () => {
  expect(new AddressRanges([]).has('127.0.0.1')).toBe(false);
});

test('a range of no length has all addresses of its kind', () => {
  expect(new AddressRanges(['0.0.0.0/0']).has('203.0.113.9')).toBe(true);
  expect(new AddressRanges(['0.0.0.0/0']).has('2001:db8::1')).toBe(false);
});

test.each(['', 'proxy', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0.0:80', '[::1]'])(
  '%j is none',
  (text) => {
    expect(isAddressRange(text)).toBe(false);
    expect(() => new AddressRanges([text])).toThrow(RangeError);
  },
);
