/** What a gateway says of its settings: all that is wrong, at once. */
import { expect, test } from 'vitest';
import { readGatewaySettings } from '../../../services/gateway/environment.ts';
import { ConfigurationError } from '../../../services/shared/runtime/program/environment.ts';

const ONE_SOURCE =
  'exactly one of RINGWALL_GATEWAY_PHONES, RINGWALL_GATEWAY_PHONES_DNS and RINGWALL_GATEWAY_SUPERVISED=true must say ' +
  'where the phones are';

function faultsOf(values: Record<string, string>): readonly string[] {
  try {
    readGatewaySettings(values);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
  }
  throw new Error('it was not refused');
}

test('reads each source of phones', () => {
  expect(readGatewaySettings({ RINGWALL_GATEWAY_PHONES: '10.0.0.1:80, [::1]:81' })).toEqual({
    listen: { host: '127.0.0.1', port: 8100 },
    source: { kind: 'list', apis: ['10.0.0.1:80', '[::1]:81'] },
    hosts: [],
    proxies: [],
    adminToken: undefined,
    logLevel: 'info',
  });
  expect(readGatewaySettings({ RINGWALL_GATEWAY_PHONES_DNS: 'phone:8080' }).source).toEqual({
    kind: 'dns',
    name: { host: 'phone', port: 8080 },
  });
  expect(readGatewaySettings({ RINGWALL_GATEWAY_SUPERVISED: 'true' }).source).toEqual({ kind: 'supervisor' });
});

test('refuses none and more than one', () => {
  expect(faultsOf({})).toEqual([ONE_SOURCE]);
  expect(faultsOf({ RINGWALL_GATEWAY_PHONES: 'a:1', RINGWALL_GATEWAY_PHONES_DNS: 'b:1' })).toEqual([ONE_SOURCE]);
  expect(faultsOf({ RINGWALL_GATEWAY_PHONES: 'a:1', RINGWALL_GATEWAY_SUPERVISED: 'true' })).toEqual([ONE_SOURCE]);
});

test('lists all faults at once', () => {
  expect(
    faultsOf({
      RINGWALL_GATEWAY_LISTEN: '8100',
      RINGWALL_GATEWAY_PHONES: 'a:1,b,a:1',
      RINGWALL_GATEWAY_HOSTS: 'ok,http://no',
      RINGWALL_GATEWAY_PROXIES: '10.0.0.1, 10.0.0.0/33, proxy, fd00::/8',
      RINGWALL_LOG_LEVEL: 'loud',
    }),
  ).toEqual([
    'RINGWALL_GATEWAY_LISTEN must be host:port (an IPv6 host in brackets), not "8100"',
    'RINGWALL_GATEWAY_PHONES must be host:port (an IPv6 host in brackets), not "b"',
    'RINGWALL_GATEWAY_PHONES must name no address twice',
    'RINGWALL_GATEWAY_HOSTS must list names or IP addresses without ports (IPv6 in brackets), not "http://no"',
    'RINGWALL_GATEWAY_PROXIES must list IP addresses or ranges such as 10.0.0.0/8, not "10.0.0.0/33"',
    'RINGWALL_GATEWAY_PROXIES must list IP addresses or ranges such as 10.0.0.0/8, not "proxy"',
    'RINGWALL_LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
  ]);
  expect(faultsOf({ RINGWALL_GATEWAY_PHONES_DNS: 'phone:0' })).toEqual([
    'RINGWALL_GATEWAY_PHONES_DNS must give a port other than 0',
  ]);
});

test('takes a lab of containers with a token to show it, and not without', () => {
  const lab = { RINGWALL_GATEWAY_PHONES_DNS: 'phone:8080', RINGWALL_GATEWAY_LAB: 'lab:7600' };
  expect(readGatewaySettings({ ...lab, RINGWALL_ADMIN_TOKEN: 'a-token-of-enough-characters' })).toMatchObject({
    containerLab: { host: 'lab', port: 7600 },
  });
  expect(faultsOf({ ...lab, RINGWALL_GATEWAY_LAB: 'lab:0' })).toEqual([
    'RINGWALL_GATEWAY_LAB must give a port other than 0',
    'RINGWALL_ADMIN_TOKEN must be set where RINGWALL_GATEWAY_LAB is',
  ]);
});
