import { describe, expect, it } from 'vitest';
import { ownAddress } from '../../../services/chord-router/adapters/identity/own-address.ts';
import { readChordRouterSettings } from '../../../services/chord-router/environment.ts';
import { isCanonicalAddress, isLoopback, parseHostPort } from '../../../services/shared/runtime/network/host-port.ts';
import { ConfigurationError, EnvironmentReader } from '../../../services/shared/runtime/program/environment.ts';

const LISTENING = { host: '127.0.0.1', port: 7401 };

describe('the own address', () => {
  it.each([
    [undefined, '127.0.0.1:7401'],
    ['203.0.113.9', '203.0.113.9:7401'],
    ['203.0.113.9:80', '203.0.113.9:80'],
    ['203.0.113.9:0', '203.0.113.9:7401'],
    ['2001:DB8::1', '[2001:db8::1]:7401'],
    ['[2001:DB8::1]', '[2001:db8::1]:7401'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9:80'],
  ])('advertised as %s is %s', async (advertise, address) => {
    expect(await ownAddress(advertise, LISTENING)).toBe(address);
  });

  it('of a name is an IP address', async () => {
    const address = await ownAddress('localhost', LISTENING);
    expect(isCanonicalAddress(address)).toBe(true);
    expect(isLoopback(parseHostPort(address)!.host)).toBe(true);
  });

  it('of a phone that listens everywhere is one that others can reach, or a fault that says what to do', async () => {
    const outcome = await ownAddress(undefined, { host: '0.0.0.0', port: 7401 }).then(
      (address) => (isLoopback(parseHostPort(address)!.host) ? 'the loopback' : 'an address'),
      (error: unknown) => (error instanceof ConfigurationError ? error.message : error),
    );
    expect(['an address', expect.stringContaining('RINGWALL_ADVERTISE')]).toContainEqual(outcome);
  });

  it('of a name that is none is a fault', async () => {
    await expect(ownAddress('no-such-host.invalid', LISTENING)).rejects.toThrow(ConfigurationError);
  });
});

describe('the settings of a router', () => {
  const read = (values: Record<string, string>) => {
    const environment = new EnvironmentReader({ RINGWALL_DATA: '/data', ...values });
    const settings = readChordRouterSettings(environment);
    environment.check();
    return settings;
  };

  it('have their defaults', () => {
    expect(read({})).toMatchObject({
      dataFolder: '/data',
      peerListen: { host: '127.0.0.1', port: 7400 },
      advertise: undefined,
      seeds: [],
      network: 'ringwall',
      verifyAddress: true,
      chord: { replication: 7, successors: 8 },
    });
    expect(read({ RINGWALL_REPLICATION: '9' }).chord).toMatchObject({ replication: 9, successors: 10 });
  });

  it.each([
    [{ RINGWALL_SUCCESSORS: '3' }, 'RINGWALL_SUCCESSORS'],
    [{ RINGWALL_REPLICATION: '0' }, 'RINGWALL_REPLICATION'],
    [{ RINGWALL_NETWORK: 'two words' }, 'RINGWALL_NETWORK'],
    [{ RINGWALL_ADVERTISE: 'http://x' }, 'RINGWALL_ADVERTISE'],
    [{ RINGWALL_SEEDS: Array(65).fill('a:1').join(',') }, 'RINGWALL_SEEDS'],
  ])('%j is a fault', (values, name) => {
    expect(() => read(values)).toThrow(name);
  });
});
