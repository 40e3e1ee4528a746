/** Who has which rate limit: addresses of callers, and what proxies say and callers make up of them. */
import { expect, test } from 'vitest';
import { request } from '../../integration/wall-client.ts';
import { sendJson } from './fake-phone.ts';
import { type GatewayFixture, startFixture } from './gateway-fixture.ts';

/** Tokens left of the caller whom the gateway takes this request for, after it. */
async function left({ url }: GatewayFixture, forwardedFor?: string): Promise<number> {
  const headers: Record<string, string> = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  const answer = await request(`${url}/v1/phones`, { headers });
  expect(answer.status).toBe(200);
  return Number(answer.headers.get('ratelimit-remaining'));
}

/** A clock that stands still, so that no token comes back. */
const now = (): number => 1_000_000;

test('behind a trusted proxy each caller has a limit of their own', async () => {
  const net = await startFixture(1, { proxies: ['127.0.0.0/8'], now });
  const full = await left(net, '198.51.100.1');
  expect(await left(net, '198.51.100.1')).toBe(full - 1);
  expect(await left(net, '198.51.100.2')).toBe(full);
  expect(await left(net, '2001:db8::1')).toBe(full);
  // Other spellings of the same, with a port, too.
  expect(await left(net, '[2001:DB8:0::1]:4711')).toBe(full - 1);
  expect(await left(net, '198.51.100.2:80')).toBe(full - 1);
  expect(await left(net)).toBe(full);
});

test('what a caller puts before the last hop buys no limit anew, nor spends another’s', async () => {
  const net = await startFixture(1, { proxies: ['127.0.0.1'], now });
  const full = await left(net, '198.51.100.1');
  expect(await left(net, '203.0.113.5, 198.51.100.1')).toBe(full - 1);
  // Whoever is named first may be another trusted proxy: nobody looks through a proxy at what is before it.
  expect(await left(net, '203.0.113.6,127.0.0.1,198.51.100.1')).toBe(full - 2);
  expect(await left(net, '203.0.113.5')).toBe(full);
  // A last hop that is no address leaves the proxy itself.
  expect(await left(net, '198.51.100.9, unknown')).toBe(full);
  expect(await left(net, '198.51.100.9, ')).toBe(full - 1);
});

test('where no proxy is trusted, or another one, the header means nothing', async () => {
  for (const proxies of [[], ['10.0.0.0/8']]) {
    const net = await startFixture(1, { proxies, now });
    const full = await left(net);
    expect(await left(net, '198.51.100.1')).toBe(full - 1);
    expect(await left(net, '198.51.100.2')).toBe(full - 2);
  }
});

test('a phone is told of the caller alone', async () => {
  const net = await startFixture(1, { proxies: ['127.0.0.1'] });
  net.phones[0]!.answer = ({ headers }, response) => sendJson(response, { caller: headers['x-forwarded-for'] });
  const told = async (forwardedFor: string) =>
    (await request(`${net.url}/phones/1/v1/feed`, { headers: { 'x-forwarded-for': forwardedFor } })).body;
  expect(await told('203.0.113.5, 198.51.100.1')).toEqual({ caller: '198.51.100.1' });
  expect(await told('not an address')).toEqual({ caller: '127.0.0.1' });
});
