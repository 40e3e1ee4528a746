import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalIp,
  formatHostPort,
  ipBytes,
  isCanonicalAddress,
  isLoopback,
  parseHostPort,
  sameMachine,
} from '../../../services/shared/runtime/network/host-port.ts';

describe('host:port', () => {
  it.each([
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['phone-7.example:0', 'phone-7.example', 0],
    ['[::1]:7400', '::1', 7400],
  ])('%s is read and written back', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
    expect(formatHostPort({ host, port })).toBe(text);
  });

  it.each([
    '',
    ':80',
    'host',
    'host:',
    'host:65536',
    '::1:80',
    '[host]:80',
    'a b:1',
    'user@host:1',
    'host:-1',
    '[::1]',
  ])('%j is none', (text) => {
    expect(parseHostPort(text)).toBeUndefined();
  });
});

describe('IP addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:a00:1', '10.0.0.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', undefined],
    ['01.2.3.4', undefined],
    ['localhost', undefined],
  ])('%s is spelled %s', (text, spelled) => {
    expect(canonicalIp(text)).toBe(spelled);
  });

  it('have bytes that tell them apart and one spelling each', () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIp(text)!);
    fc.assert(
      fc.property(ip, ip, (a, b) => {
        expect(canonicalIp(a)).toBe(a);
        expect(Buffer.from(ipBytes(a)).equals(ipBytes(b))).toBe(a === b);
        expect(isCanonicalAddress(formatHostPort({ host: a, port: 1 }))).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect([...ipBytes('2001:db8::1')]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('of the loopback are one machine, others only when equal', () => {
    expect(isLoopback('127.9.9.9')).toBe(true);
    expect(isLoopback('::1')).toBe(true);
    expect(isLoopback('128.0.0.1')).toBe(false);
    expect(sameMachine('127.0.0.1', '::1')).toBe(true);
    expect(sameMachine('10.0.0.1', '10.0.0.1')).toBe(true);
    expect(sameMachine('10.0.0.1', '127.0.0.1')).toBe(false);
  });
});
