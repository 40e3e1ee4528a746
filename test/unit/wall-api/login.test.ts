import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseId } from '../../../services/shared/core/id.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { BROWSER_CRYPTO } from '../../../services/wall-api/client/browser-crypto.ts';
import { type LoggedIn, LoginError, logIn, type Post } from '../../../services/wall-api/client/login-client.ts';
import { fromBase64Url, toBase64Url } from '../../../services/wall-api/core/base64url.ts';
import { MAX_OPEN_CHALLENGES } from '../../../services/wall-api/core/identity/login.ts';
import { type Answer, type Json, type MadePerson, openWall, type WallFixture } from './wall-fixture.ts';

const crypto = createWallCrypto();
const STRANGER = '00000000-0000-4000-8000-000000000000';

const postTo =
  (wall: WallFixture): Post =>
  (path, body) =>
    wall.ask('POST', path, { body });

function login(wall: WallFixture, person: MadePerson, passphrase = person.passphrase): Promise<LoggedIn> {
  return logIn(person.key, passphrase, postTo(wall), crypto);
}

/** Runs a login and hands its second request to `alter` before it is sent, if at all. */
async function interceptLogin(
  wall: WallFixture,
  person: MadePerson,
  alter: (body: Json) => Promise<Answer>,
): Promise<void> {
  const post: Post = (path, body) => (path === '/v1/session' ? alter(body) : wall.ask('POST', path, { body }));
  await logIn(person.key, person.passphrase, post, crypto).catch((error: unknown) => {
    if (!(error instanceof LoginError)) throw error;
  });
}

describe('login', () => {
  it('opens a session without sending the passphrase, also after a restart', async () => {
    const wall = await openWall();
    const ada = await wall.person('Ada', 'Ångström ﬁ');
    await wall.restart();
    const stale = await wall.ask('GET', '/v1/profile', { token: ada.token });
    expect(stale.body).toMatchObject({ type: '/problems/session-invalid', status: 401 });
    const sent: string[] = [];
    const post: Post = (path, body) => {
      sent.push(JSON.stringify(body));
      return wall.ask('POST', path, { body });
    };
    // Another Unicode form of the same passphrase, as another keyboard gives it.
    const session = await logIn(ada.key, 'A\u030angstro\u0308m fi', post, crypto);
    expect(sent.join()).not.toContain('ngstr');
    const profile = await wall.ask('GET', '/v1/profile', { token: session.token });
    expect(profile.body).toMatchObject({ id: ada.id, name: 'Ada' });
    const rename = await wall.ask('PUT', '/v1/profile', { token: session.token, body: { name: 'Countess' } });
    expect(rename.status).toBe(200);
  });

  it('works with the cryptography of a browser, too', async () => {
    const wall = await openWall();
    const ada = await wall.person('Ada', 'Ångström ﬁ');
    const session = await logIn(ada.key, ada.passphrase, postTo(wall), BROWSER_CRYPTO);
    const profile = await wall.ask('GET', '/v1/profile', { token: session.token });
    expect(profile.body).toMatchObject({ id: ada.id });
    const wrong = await logIn(ada.key, 'wrong', postTo(wall), BROWSER_CRYPTO).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(LoginError);
  });

  it('refuses a wrong passphrase and an unknown person in the same words', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const wrong = await login(wall, ada, 'wrong horse').catch((error: unknown) => error as LoginError);
    const unknown = await logIn(parseId(STRANGER)!, 'x', postTo(wall), crypto).catch(
      (error: unknown) => error as LoginError,
    );
    expect(wrong).toBeInstanceOf(LoginError);
    const { instance: _a, ...first } = (wrong as LoginError).problem as Record<string, unknown>;
    const { instance: _b, ...second } = (unknown as LoginError).problem as Record<string, unknown>;
    expect(first).toEqual(second);
    expect(first).toEqual({ type: '/problems/login-failed', title: 'The login was refused', status: 401 });
  });

  it('gives challenges of one shape to all, with a salt that stays, also after a restart', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const ask = async (person: string) => (await wall.ask('POST', '/v1/session/challenge', { body: { person } })).body;
    const [known, stranger] = [await ask(ada.id), await ask(STRANGER)];
    expect(Object.keys(stranger)).toEqual(Object.keys(known));
    expect(stranger.kdf).toEqual(known.kdf);
    expect(stranger.salt).toHaveLength(known.salt.length);
    await wall.restart();
    expect((await ask(STRANGER)).salt).toBe(stranger.salt);
    expect((await ask(ada.id)).salt).toBe(known.salt);
    expect((await ask(ada.id)).nonce).not.toBe(known.nonce);
  });

  it('takes a proof once', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    await interceptLogin(wall, ada, async (body) => {
      const first = await wall.ask('POST', '/v1/session', { body });
      const replayed = await wall.ask('POST', '/v1/session', { body });
      expect(first.status).toBe(201);
      expect(replayed.body).toMatchObject({ type: '/problems/login-failed', status: 401 });
      return first;
    });
    expect.assertions(2);
  });

  it('takes no proof after its challenge expired', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    await interceptLogin(wall, ada, async (body) => {
      wall.clock.nowMs += 60_000;
      const late = await wall.ask('POST', '/v1/session', { body });
      expect(late.body.type).toBe('/problems/login-failed');
      return late;
    });
    expect.assertions(1);
  });

  it('takes no proof made for another challenge, phone or person', async () => {
    const wall = await openWall();
    const ada = await wall.person('Ada');
    const eve = await wall.person('Eve', ada.passphrase);
    for (const person of [ada.id, eve.id]) {
      const other = await wall.ask('POST', '/v1/session/challenge', { body: { person } });
      await interceptLogin(wall, ada, async (body) => {
        const body2 = { ...body, challengeId: other.body.challengeId };
        const answer = await wall.ask('POST', '/v1/session', { body: body2 });
        expect(answer.body.type).toBe('/problems/login-failed');
        return answer;
      });
    }
    expect.assertions(2);
  });

  it('takes no proof with any part of it changed', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const part = fc.constantFrom('commitment', 'response', 'sealedUnlock');
    await fc.assert(
      fc.asyncProperty(part, fc.nat(31), fc.integer({ min: 1, max: 255 }), async (name, at, flip) => {
        let status = 0;
        await interceptLogin(wall, ada, async (body) => {
          const bytes = fromBase64Url(body[name])!;
          bytes[at] = bytes[at]! ^ flip;
          const answer = await wall.ask('POST', '/v1/session', { body: { ...body, [name]: toBase64Url(bytes) } });
          status = answer.status;
          return answer;
        });
        expect(status).toBe(401);
        wall.clock.nowMs += 60_000;
      }),
      { numRuns: 60 },
    );
  });

  it('gives a phone that pretends to be another nothing to open the unlock key with', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const group = await crypto.loadGroup();
    const secret = group.scalarOf(crypto.randomBytes(64));
    const impostor: Post = async (path, body) => {
      const answer = await wall.ask('POST', path, { body });
      if (path === '/v1/session') return answer;
      return { status: 201, body: { ...answer.body, ephemeral: toBase64Url(group.multiplyBase(secret)) } };
    };
    await expect(logIn(ada.key, ada.passphrase, impostor, crypto)).rejects.toMatchObject({ status: 401 });
  });

  it('bounds the challenges that are open, and frees them when they expire', async () => {
    const wall = await openWall({ settings: { rateCapacity: 1e6 } });
    const challenge = () => wall.wall().context.logins.challenge(parseId(STRANGER)!);
    for (let i = 0; i < MAX_OPEN_CHALLENGES; i++) await challenge();
    const refused = await wall.ask('POST', '/v1/session/challenge', { body: { person: STRANGER } });
    expect(refused.body).toMatchObject({ type: '/problems/too-many-logins', status: 503 });
    expect(refused.headers['retry-after']).toBe('60');
    wall.clock.nowMs += 60_000;
    expect((await wall.ask('POST', '/v1/session/challenge', { body: { person: STRANGER } })).status).toBe(201);
  });
});

describe('sessions', () => {
  it('end when they are closed, and only they', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const second = await login(wall, ada);
    const out = await wall.ask('DELETE', '/v1/session', { token: ada.token });
    expect(out).toMatchObject({ status: 204, text: '' });
    expect((await wall.ask('GET', '/v1/profile', { token: ada.token })).status).toBe(401);
    expect((await wall.ask('DELETE', '/v1/session', { token: ada.token })).status).toBe(401);
    expect((await wall.ask('GET', '/v1/profile', { token: second.token })).status).toBe(200);
  });

  it('end after a day without use, and after thirty days in any case', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const hour = 3_600_000;
    for (let used = 0; used < 30 * 24 - 23; used += 23) {
      wall.clock.nowMs += 23 * hour;
      expect((await wall.ask('GET', '/v1/profile', { token: ada.token })).status).toBe(200);
    }
    wall.clock.nowMs += 23 * hour;
    expect((await wall.ask('GET', '/v1/profile', { token: ada.token })).status).toBe(401);
    const idle = await login(wall, ada);
    wall.clock.nowMs += 24 * hour;
    expect((await wall.ask('GET', '/v1/profile', { token: idle.token })).status).toBe(401);
  });

  it.each([
    ['no header', {}, 'session-required'],
    ['another scheme', { authorization: 'Basic YTpi' }, 'session-invalid'],
    ['an empty token', { authorization: 'Bearer ' }, 'session-invalid'],
    ['a token nobody has', { authorization: `Bearer ${'A'.repeat(43)}` }, 'session-invalid'],
    ['a token with strange characters', { authorization: 'Bearer ../../etc' }, 'session-invalid'],
    ['a very long token', { authorization: `Bearer ${'A'.repeat(5_000)}` }, 'session-invalid'],
  ])('are refused with %s', async (_what, headers, slug) => {
    const wall = await openWall();
    const answer = await wall.ask('GET', '/v1/profile', { headers });
    expect(answer.body).toMatchObject({ type: `/problems/${slug}`, status: 401 });
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  });
});
