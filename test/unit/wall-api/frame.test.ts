import { describe, expect, it } from 'vitest';
import { PutOutcome, RingState } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { PROBLEMS } from '../../../services/wall-api/core/problem.ts';
import { type Json, openWall } from './wall-fixture.ts';

describe('rate limits', () => {
  const settings = { rateCapacity: 100, ratePerSecond: 2 };
  const path = '/problems';

  it('weigh requests, tell how the budget stands, and refuse beyond it', async () => {
    const wall = await openWall({ settings });
    const first = await wall.ask('GET', path);
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '100',
      'ratelimit-remaining': '99',
      'ratelimit-reset': '1',
    });
    const { token } = await wall.person();
    expect((await wall.ask('GET', path)).headers['ratelimit-remaining']).toBe('68');
    expect((await wall.ask('DELETE', '/v1/session', { token })).headers['ratelimit-remaining']).toBe('99');
    for (let left = 67; left >= 0; left--) {
      expect((await wall.ask('GET', path)).headers['ratelimit-remaining']).toBe(String(left));
    }
    const refused = await wall.ask('GET', path);
    expect(refused.body).toMatchObject({ type: '/problems/rate-limited', status: 429 });
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-remaining': '0', 'ratelimit-reset': '50' });
    const dear = await wall.ask('POST', '/v1/identity', { body: { name: 'Eve', passphrase: 'secret' } });
    expect(dear.headers['retry-after']).toBe('15');
    wall.clock.nowMs += 1_000;
    expect((await wall.ask('GET', path)).status).toBe(200);
    expect((await wall.ask('GET', path)).status).toBe(200);
    expect((await wall.ask('GET', path)).status).toBe(429);
  });

  it('are per person and per address', async () => {
    const wall = await openWall({ settings });
    const ada = await wall.person();
    const profile = (remoteAddress: string, token?: string) =>
      wall.inject({
        method: 'GET',
        url: token === undefined ? path : '/v1/profile',
        remoteAddress,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    for (let i = 0; i < 100; i++) await profile('192.0.2.1');
    expect((await profile('192.0.2.1')).status).toBe(429);
    expect((await profile('192.0.2.2')).status).toBe(200);
    expect((await profile('192.0.2.1', ada.token)).status).toBe(200);
  });

  it('leave health and metrics alone, and a clock that was set back', async () => {
    const wall = await openWall({ settings });
    for (let i = 0; i < 100; i++) await wall.ask('GET', path);
    wall.clock.nowMs -= 3_600_000;
    expect((await wall.ask('GET', path)).status).toBe(429);
    for (const open of ['/healthz', '/readyz', '/metrics']) expect((await wall.ask('GET', open)).status).toBe(200);
    wall.clock.nowMs += 1_000;
    expect((await wall.ask('GET', path)).status).toBe(200);
  });
});

describe('the profile', () => {
  it('is replaced as a whole, with a receipt and a new version', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const before = await wall.ask('GET', '/v1/profile', { token: ada.token });
    const put = await wall.ask('PUT', '/v1/profile', {
      token: ada.token,
      body: { name: 'Ada Lovelace', bio: 'counts' },
      headers: { 'if-match': before.headers['etag']! },
    });
    expect(put.body).toMatchObject({
      name: 'Ada Lovelace',
      bio: 'counts',
      sealingKey: before.body.sealingKey,
      custody: { replicas: 3, acknowledged: 3 },
    });
    expect(put.headers['etag']).not.toBe(before.headers['etag']);
    const after = await wall.ask('GET', `/v1/people/${ada.id}`);
    expect(after.headers['etag']).toBe(put.headers['etag']);
    expect(after.body.name).toBe('Ada Lovelace');
    expect((await wall.ask('GET', `/v1/people/${ada.key}`)).body).toEqual(after.body);
  });

  it('is not replaced over a version its owner has not seen', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const seen = (await wall.ask('GET', '/v1/profile', { token: ada.token })).headers['etag']!;
    await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name: 'Elsewhere' } });
    const body = { name: 'Here' };
    const stale = await wall.ask('PUT', '/v1/profile', { token: ada.token, body, headers: { 'if-match': seen } });
    expect(stale.body).toMatchObject({ type: '/problems/precondition-failed', status: 412 });
    const now = await wall.ask('GET', '/v1/profile', { token: ada.token });
    expect(now.body.name).toBe('Elsewhere');
    expect(stale.headers['etag']).toBe(now.headers['etag']);
    for (const match of ['*', `"x", ${now.headers['etag']}`]) {
      const put = await wall.ask('PUT', '/v1/profile', { token: ada.token, body, headers: { 'if-match': match } });
      expect(put.status).toBe(match === '*' ? 200 : 412);
    }
  });

  it('takes any text within its bounds, and gives it back', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    // A letter that takes three in normal form C, half a character, and one outside the basic plane.
    for (const bio of ['\ufb2c'.repeat(500), 'a\nb\t\u0000', '𝄞'.repeat(500)]) {
      const put = await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name: ' Ã ', bio } });
      expect(put.body).toMatchObject({ name: 'Ã', bio });
    }
    const half = await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name: 'Ada', bio: 'x\ud834' } });
    expect(half.body.bio).toBe('x\ufffd');
    for (const name of ['\ufb2c'.repeat(80), 'x\ud834', '\u200b\u0007']) {
      expect((await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name } })).status).toBe(400);
    }
  });

  it('tells that a newer version stands', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    wall.ring.faults.refuse = () => PutOutcome.SUPERSEDED;
    const put = await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name: 'Here' } });
    expect(put.body).toMatchObject({ type: '/problems/superseded', status: 409 });
  });

  it('is answered with 304 to whoever has it', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const path = `/v1/people/${ada.id}`;
    const etag = (await wall.ask('GET', path)).headers['etag']!;
    const known = await wall.ask('GET', path, { headers: { 'if-none-match': etag } });
    expect(known).toMatchObject({ status: 304, text: '' });
    expect((await wall.ask('GET', path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it.each([
    [{ name: '' }, '/name'],
    [{ name: ' ' }, '/name'],
    [{ name: 'Ada', bio: 'x'.repeat(501) }, '/bio'],
    [{ name: 'Ada', sealingKey: 'x' }, '/sealingKey'],
    [{ bio: 'x' }, '/name'],
  ])('refuses %j', async (body, pointer) => {
    const wall = await openWall();
    const ada = await wall.person();
    const answer = await wall.ask('PUT', '/v1/profile', { token: ada.token, body });
    expect(answer.body).toMatchObject({ type: '/problems/invalid-request', errors: [{ in: 'body', pointer }] });
    expect(wall.ring.attempts).toHaveLength(1);
  });

  it('is not said to be missing when too few phones can tell', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    wall.ring.faults.reachable = 0;
    const answer = await wall.ask('GET', `/v1/people/${ada.id}`);
    expect(answer.body).toMatchObject({ type: '/problems/ring-unavailable', status: 503 });
    wall.ring.heal();
    wall.ring.faults.reachable = 1;
    const put = await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name: 'Here' } });
    expect(put.body).toMatchObject({ type: '/problems/too-few-replicas', replicas: 3, acknowledged: 1 });
    wall.ring.heal();
    expect((await wall.ask('GET', '/v1/profile', { token: ada.token })).body.name).toBe('Ada');
  });
});

describe('the service', () => {
  it('is ready while it is a member of the ring', async () => {
    const wall = await openWall();
    expect((await wall.ask('GET', '/readyz')).body).toEqual({ status: 'ready', settled: true });
    wall.ring.faults.settled = false;
    expect((await wall.ask('GET', '/readyz')).body).toEqual({ status: 'ready', settled: false });
    wall.ring.faults.state = RingState.JOINING;
    expect((await wall.ask('GET', '/readyz')).status).toBe(503);
    wall.ring.faults.status = 14;
    expect((await wall.ask('GET', '/readyz')).status).toBe(503);
    expect((await wall.ask('GET', '/healthz')).body).toEqual({ status: 'ok' });
  });

  it('counts requests by pattern, never by id', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    await wall.ask('GET', `/v1/people/${ada.id}`);
    await wall.ask('GET', `/v1/${ada.id}`);
    const { text, headers } = await wall.ask('GET', '/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('ringwall_wall_requests_total{route="/v1/people/:id",method="GET",status="200"} 1');
    expect(text).toContain('ringwall_wall_requests_total{route="none",method="GET",status="404"} 1');
    expect(text).toContain('ringwall_wall_request_duration_seconds_count{route="/v1/identity",method="POST"} 1');
    expect(text).toContain('ringwall_wall_people_kept 1');
    expect(text).not.toContain(ada.id);
  });

  it('sends security headers with every answer', async () => {
    const wall = await openWall();
    for (const path of ['/healthz', '/v1/nothing', '/v1/profile']) {
      expect((await wall.ask('GET', path)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
    }
  });

  it('lets no other origin in unless it is allowed', async () => {
    const origin = 'https://wall.example';
    const preflight = { origin, 'access-control-request-method': 'PUT' };
    const closed = await openWall();
    const refused = await closed.ask('OPTIONS', '/v1/profile', { headers: preflight });
    expect(refused.status).toBe(405);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const open = await openWall({ settings: { allowedOrigins: [origin] } });
    const allowed = await open.ask('OPTIONS', '/v1/profile', { headers: preflight });
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD, PUT',
    });
    const stranger = await open.ask('GET', '/healthz', { headers: { origin: 'https://evil.example' } });
    expect(stranger.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('the documentation', () => {
  it('describes every route, its errors included', async () => {
    const wall = await openWall();
    const { body } = await wall.ask('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const identity = body.paths['/v1/identity'].post;
    expect(identity.requestBody.content['application/json'].schema.required).toEqual(['passphrase']);
    expect(identity.responses['503'].description).toContain('too-few-replicas');
    const profile = body.paths['/v1/profile'];
    expect(profile.put.security).toEqual([{ session: [] }]);
    expect(profile.put.parameters).toContainEqual(expect.objectContaining({ name: 'if-match', in: 'header' }));
    expect(Object.keys(body.paths['/v1/people/{id}'].get.responses)).toEqual(
      expect.arrayContaining(['200', '400', '404', '429', '500', '503']),
    );
    const operations = Object.values<Json>(body.paths).flatMap((path) => Object.values<Json>(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = new Set(body.tags.map(({ name }: { name: string }) => name));
    for (const operation of operations) {
      for (const tag of operation.tags) expect(tags).toContain(tag);
      const statuses = Object.keys(operation.responses);
      expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
      for (const status of statuses.filter((code) => code >= '400')) {
        const content = operation.responses[status].content['application/problem+json'];
        for (const slug of Object.keys(content.examples)) {
          expect(String(PROBLEMS[slug as keyof typeof PROBLEMS].status)).toBe(status);
        }
      }
    }
  });

  it('has a page to try it with, of this phone’s own files', async () => {
    const wall = await openWall();
    const page = await wall.ask('GET', '/docs');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(links).toHaveLength(4);
    for (const link of links) {
      const asset = await wall.ask('GET', `/${link}`);
      expect(asset.status).toBe(200);
      expect(asset.text.length).toBeGreaterThan(50);
    }
  });
});
