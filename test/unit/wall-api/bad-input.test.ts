import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../services/wall-api/core/problem.ts';
import { type Method, openWall } from './wall-fixture.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const NAME = { name: 'Ada', passphrase: 'correct horse' };

interface BadRequest {
  readonly what: string;
  readonly method: Method;
  readonly url: string;
  readonly payload?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly slug: keyof typeof PROBLEMS;
  /** Pointers of the faults that are listed. */
  readonly pointers?: readonly string[];
}

const post = (what: string, body: unknown, pointers: readonly string[]): BadRequest => ({
  what,
  method: 'POST',
  url: '/v1/identity',
  payload: JSON.stringify(body),
  headers: JSON_TYPE,
  status: 400,
  slug: 'invalid-request',
  pointers,
});

const BAD_REQUESTS: readonly BadRequest[] = [
  { what: 'an unknown path', method: 'GET', url: '/v1/nothing', status: 404, slug: 'not-found' },
  { what: 'a path outside', method: 'GET', url: '/v1/../../etc/passwd', status: 404, slug: 'not-found' },
  { what: 'a method the path has not', method: 'DELETE', url: '/v1/identity', status: 405, slug: 'method-not-allowed' },
  { what: 'a method on a parameter', method: 'PUT', url: '/v1/people/x', status: 405, slug: 'method-not-allowed' },
  { what: 'broken percent-encoding', method: 'GET', url: '/v1/people/%E0%A4%A', status: 400, slug: 'bad-request' },
  { what: 'a very long id', method: 'GET', url: `/v1/people/${'a'.repeat(200)}`, status: 414, slug: 'uri-too-long' },
  { what: 'an id that is none', method: 'GET', url: '/v1/people/ada', status: 400, slug: 'invalid-id' },
  {
    what: 'an id that is too short',
    method: 'GET',
    url: `/v1/people/${'a'.repeat(31)}`,
    status: 400,
    slug: 'invalid-id',
  },
  {
    what: 'an id with dashes in the wrong places',
    method: 'GET',
    url: '/v1/people/0000-00000000-0000-0000-000000000000',
    status: 400,
    slug: 'invalid-id',
  },
  {
    what: 'a person nobody knows',
    method: 'GET',
    url: `/v1/people/${'0'.repeat(32)}`,
    status: 404,
    slug: 'nobody-holds-it',
  },
  ...['{', '{"name":}', '\u0000', 'null,', '{"a":1}}', '[', 'NaN'].map(
    (payload): BadRequest => ({
      what: `JSON that is ${JSON.stringify(payload)}`,
      method: 'POST',
      url: '/v1/identity',
      payload,
      headers: JSON_TYPE,
      status: 400,
      slug: 'malformed-json',
    }),
  ),
  {
    what: 'JSON that sets a prototype',
    method: 'POST',
    url: '/v1/identity',
    payload: '{"name":"Ada","passphrase":"secret","__proto__":{"admin":true}}',
    headers: JSON_TYPE,
    status: 400,
    slug: 'malformed-json',
  },
  { what: 'no body', method: 'POST', url: '/v1/identity', status: 400, slug: 'empty-body' },
  {
    what: 'an empty body of JSON',
    method: 'POST',
    url: '/v1/identity',
    payload: '',
    headers: JSON_TYPE,
    status: 400,
    slug: 'empty-body',
  },
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'nonsense'].map(
    (type): BadRequest => ({
      what: `a body of ${type}`,
      method: 'POST',
      url: '/v1/identity',
      payload: JSON.stringify(NAME),
      headers: { 'content-type': type },
      status: 415,
      slug: 'unsupported-media-type',
    }),
  ),
  {
    what: 'a body over the bound',
    method: 'POST',
    url: '/v1/identity',
    payload: JSON.stringify({ ...NAME, name: 'a'.repeat(300_000) }),
    headers: JSON_TYPE,
    status: 413,
    slug: 'payload-too-large',
  },
  post('a body that is no object', [], ['']),
  post('null', null, ['']),
  post('a missing passphrase', { name: 'Ada' }, ['/passphrase']),
  post('a missing name', { passphrase: 'secret' }, ['/name']),
  post('a wrong type', { name: 7, passphrase: 'secret' }, ['/name']),
  post('a text for an object', { name: {}, passphrase: [] }, ['/name', '/passphrase']),
  post('an unknown field', { ...NAME, admin: true }, ['/admin']),
  post('an unknown field with signs', { ...NAME, 'a/b~c': true }, ['/a~1b~0c']),
  post('a short passphrase', { ...NAME, passphrase: 'abc' }, ['/passphrase']),
  post('a long passphrase', { ...NAME, passphrase: 'a'.repeat(257) }, ['/passphrase']),
  post('an empty name', { ...NAME, name: '' }, ['/name']),
  post('a name of spaces', { ...NAME, name: ' \t ' }, ['/name']),
  post('a name with control characters', { ...NAME, name: 'A\u0007da' }, ['/name']),
  post('a name over 80 characters', { ...NAME, name: 'ä'.repeat(81) }, ['/name']),
  post('many faults', { name: '', passphrase: '', recoveryPhrase: '', x: 1 }, [
    '/name',
    '/passphrase',
    '/recoveryPhrase',
    '/x',
  ]),
  {
    ...post('a person that is no id', { person: 'ada' }, ['/person']),
    url: '/v1/session/challenge',
  },
  {
    ...post('a proof of the wrong length', { challengeId: 'x', commitment: 'AA', response: 'AA', sealedUnlock: 'AA' }, [
      '/commitment',
      '/response',
      '/sealedUnlock',
    ]),
    url: '/v1/session',
  },
  { what: 'no session', method: 'PUT', url: '/v1/profile', status: 401, slug: 'session-required' },
  { what: 'a problem that is none', method: 'GET', url: '/problems/constructor', status: 404, slug: 'not-found' },
  {
    what: 'a file of the docs that is none',
    method: 'GET',
    url: '/docs/..%2Fpackage.json',
    status: 404,
    slug: 'not-found',
  },
];

describe('bad input', () => {
  it.each(BAD_REQUESTS)(
    '$what gets $status $slug',
    async ({ method, url, payload, headers, status, slug, pointers }) => {
      const wall = await openWall();
      const answer = await wall.inject({
        method,
        url,
        ...(payload === undefined ? {} : { payload }),
        headers: { ...headers },
      });
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ type: `/problems/${slug}`, title: PROBLEMS[slug].title, status });
      expect(answer.body.instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
      expect(answer.headers['x-request-id']).toBe(answer.body.instance);
      expect(answer.text).not.toMatch(/ at .*\.[jt]s|node_modules/);
      const listed = answer.body.errors?.map((error: { pointer: string }) => error.pointer).sort();
      expect(pointers === undefined ? undefined : listed).toEqual(pointers && [...pointers].sort());
      expect(wall.ring.attempts).toHaveLength(0);
    },
  );

  it('lists the methods that a path has', async () => {
    const wall = await openWall();
    const answer = await wall.ask('POST', '/v1/profile');
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, PUT');
  });

  it('says how large a body may be', async () => {
    const wall = await openWall({ settings: { bodyLimitBytes: 1_000 } });
    const answer = await wall.ask('POST', '/v1/identity', { body: { ...NAME, name: 'a'.repeat(1_000) } });
    expect(answer.body).toMatchObject({ status: 413, limitBytes: 1_000 });
  });

  it('describes every problem under its type', async () => {
    const wall = await openWall();
    const all = await wall.ask('GET', '/problems');
    expect(all.body.items).toHaveLength(Object.keys(PROBLEMS).length);
    for (const item of all.body.items) expect((await wall.ask('GET', item.type)).body).toEqual(item);
  });
});

describe('what goes wrong on the phone', () => {
  it('is an internal error without particulars, which are in the log under the same id', async () => {
    const log: string[] = [];
    const wall = await openWall({
      log,
      routes: [
        async (app) => {
          app.get('/broken', { schema: { summary: 'Broken', tags: ['service'] } }, async () => {
            throw new TypeError('a particular');
          });
        },
      ],
    });
    const answer = await wall.ask('GET', '/broken');
    expect(answer.body).toEqual({
      type: '/problems/internal-error',
      title: PROBLEMS['internal-error'].title,
      status: 500,
      instance: expect.any(String),
    });
    const line = log.find((text) => text.includes('a particular'));
    expect(line).toContain(answer.body.instance);
  });

  it.each([
    [14, 503, 'ring-unavailable'],
    [4, 504, 'ring-timeout'],
    [8, 503, 'ring-unavailable'],
    [13, 500, 'internal-error'],
  ])('tells gRPC status %d of the router as %d %s', async (code, status, slug) => {
    const wall = await openWall();
    wall.ring.faults.status = code;
    const answer = await wall.ask('GET', `/v1/people/${'0'.repeat(32)}`);
    expect(answer.body).toMatchObject({ type: `/problems/${slug}`, status });
  });

  it('keeps secrets out of the log', async () => {
    const log: string[] = [];
    const wall = await openWall({ log });
    const ada = await wall.person('Ada', 'correct horse');
    await wall.ask('GET', '/v1/profile', { token: ada.token });
    await wall.ask('GET', '/v1/profile', { token: `${ada.token}x` });
    await wall.ask('POST', '/v1/identity', { body: { name: 7, passphrase: 'correct horse' } });
    const text = log.join('');
    expect(log.length).toBeGreaterThan(3);
    for (const secret of [ada.token, 'correct horse', ada.recoveryPhrase]) expect(text).not.toContain(secret);
  });
});
