/** Callers without a session who come to a phone through its gateway. */
import { expect, test } from 'vitest';
import { openWall } from './wall-fixture.ts';

test('each has a rate limit of their own when the gateway is trusted, and the gateway’s when it is not', async () => {
  for (const [proxies, areApart] of [
    [['127.0.0.1'], true],
    [[], false],
  ] as const) {
    const wall = await openWall({ settings: { proxies } });
    const left = async (caller: string): Promise<number> => {
      const answer = await wall.ask('GET', '/v1/network/self', { headers: { 'x-forwarded-for': caller } });
      return Number(answer.headers['ratelimit-remaining']);
    };
    const full = await left('198.51.100.1');
    expect(await left('203.0.113.1, 198.51.100.1')).toBe(full - 1);
    expect(await left('198.51.100.2')).toBe(areApart ? full : full - 2);
  }
});
