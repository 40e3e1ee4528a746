import { describe, expect, it } from 'vitest';
import { resolveAddress } from '../../../services/shared/runtime/network/resolve-address.ts';

const addressesOf = (address: string): Promise<readonly string[]> =>
  new Promise((resolve) => {
    resolveAddress(address, resolve);
  });

describe('the addresses of a host:port', () => {
  it.each([
    ['10.0.0.7:7400', ['10.0.0.7:7400']],
    ['[FE80:0::1]:7400', ['[fe80::1]:7400']],
    ['[::ffff:10.0.0.7]:7400', ['10.0.0.7:7400']],
  ])('are that of an IP address itself: %s', async (address, expected) => {
    expect(await addressesOf(address)).toEqual(expected);
  });

  it('are those of a name, in order', async () => {
    const addresses = await addressesOf('localhost:7400');
    expect(addresses.some((address) => address === '127.0.0.1:7400' || address === '[::1]:7400')).toBe(true);
    expect(addresses).toEqual([...addresses].sort());
  });

  // A label of more than 63 letters is no name, which is seen without asking anybody.
  it.each([`${'x'.repeat(64)}.invalid:7400`, 'phone', 'a b:1'])(
    'are none where there are none: %s',
    async (address) => {
      expect(await addressesOf(address)).toEqual([]);
    },
  );
});
