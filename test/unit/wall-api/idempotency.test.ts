import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Type } from '../../../services/shared/http/type.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { logIn } from '../../../services/wall-api/client/login-client.ts';
import { Problem } from '../../../services/wall-api/core/problem.ts';
import { firstTriedAt } from '../../../services/wall-api/plugins/idempotency.ts';
import { identityRoutes } from '../../../services/wall-api/routes/identity.ts';
import type { WallRoutes } from '../../../services/wall-api/routes/route-context.ts';
import { sessionRoutes } from '../../../services/wall-api/routes/session.ts';
import { openWall } from './wall-fixture.ts';

/** A route that counts what it did, and can be told to fail or to take its time. */
function countingRoute() {
  const state = { done: [] as { text: string; at: number }[], fail: false, gate: Promise.resolve(), entered: 0 };
  const routes: WallRoutes = async (app, { context }) => {
    app.post(
      '/notes',
      {
        schema: {
          summary: 'Note',
          tags: ['posts'],
          body: Type.Object({ text: Type.String() }, { additionalProperties: false }),
          response: { 201: Type.Object({ number: Type.Integer(), at: Type.Integer() }) },
        },
        config: { session: 'required', idempotent: true },
      },
      async (request, reply) => {
        const at = firstTriedAt(request, context.now);
        state.entered++;
        await state.gate;
        if (state.fail) throw new Problem('too-few-replicas');
        const number = state.done.push({ text: request.body.text, at });
        return reply.code(201).header('location', `/notes/${number}`).send({ number, at });
      },
    );
  };
  return { state, routes: [identityRoutes, sessionRoutes, routes] };
}

const keyed = (key: string, token: string, text = 'hello') => ({
  token,
  body: { text },
  headers: { 'idempotency-key': key },
});

describe('Idempotency-Key', () => {
  it('does a request once and answers alike', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    const first = await wall.ask('POST', '/notes', keyed('k1', token));
    wall.clock.nowMs += 1_000;
    const again = await wall.ask('POST', '/notes', keyed('k1', token));
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(again.headers).toMatchObject({ location: '/notes/1', 'idempotency-replayed': 'true' });
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    const other = await wall.ask('POST', '/notes', keyed('k2', token));
    expect(other.body.number).toBe(2);
    expect(state.done).toHaveLength(2);
  });

  it('refuses another body under the same key', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    await wall.ask('POST', '/notes', keyed('k', token, 'one'));
    const answer = await wall.ask('POST', '/notes', keyed('k', token, 'two'));
    expect(answer.body).toMatchObject({ type: '/problems/idempotency-key-reused', status: 422 });
    expect(state.done).toHaveLength(1);
  });

  it('keeps keys across a restart, sealed', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const ada = await wall.person();
    const first = await wall.ask('POST', '/notes', keyed('k', ada.token, 'a private remark'));
    await wall.restart();
    const file = await readFile(join(wall.dataDir, 'wall.sqlite'));
    expect(file.includes('private remark')).toBe(false);
    expect(file.includes('notes/1')).toBe(false);
    const post = (path: string, body: unknown) => wall.ask('POST', path, { body });
    const { token } = await logIn(ada.key, ada.passphrase, post, createWallCrypto());
    const again = await wall.ask('POST', '/notes', keyed('k', token, 'a private remark'));
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(state.done).toHaveLength(1);
  });

  it('is per person', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const [ada, eve] = [await wall.person('Ada'), await wall.person('Eve')];
    await wall.ask('POST', '/notes', keyed('k', ada.token, 'one'));
    expect((await wall.ask('POST', '/notes', keyed('k', eve.token, 'two'))).status).toBe(201);
    expect(state.done).toHaveLength(2);
  });

  it('lets a failed request be tried again, as of the first time', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    const startMs = wall.clock.nowMs;
    state.fail = true;
    expect((await wall.ask('POST', '/notes', keyed('k', token))).status).toBe(503);
    state.fail = false;
    wall.clock.nowMs += 5_000;
    const retried = await wall.ask('POST', '/notes', keyed('k', token));
    expect(retried.body).toEqual({ number: 1, at: startMs });
    const changed = await wall.ask('POST', '/notes', keyed('k', token, 'other'));
    expect(changed.status).toBe(422);
  });

  it('refuses a repetition while the first is under way', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    let open = (): void => {};
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = wall.ask('POST', '/notes', keyed('k', token));
    await expect.poll(() => state.entered).toBe(1);
    const second = await wall.ask('POST', '/notes', keyed('k', token));
    expect(second.body).toMatchObject({ type: '/problems/idempotency-conflict', status: 409 });
    open();
    expect((await first).status).toBe(201);
    expect((await wall.ask('POST', '/notes', keyed('k', token))).headers['idempotency-replayed']).toBe('true');
    expect(state.done).toHaveLength(1);
  });

  it('forgets a key after an hour', async () => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    await wall.ask('POST', '/notes', keyed('k', token));
    wall.clock.nowMs += 3_600_001;
    expect((await wall.ask('POST', '/notes', keyed('k', token, 'other'))).body.number).toBe(2);
    expect(state.done).toHaveLength(2);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(129)])('refuses %j as a key', async (key) => {
    const { state, routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    const answer = await wall.ask('POST', '/notes', keyed(key, token));
    expect(answer.body).toMatchObject({ type: '/problems/idempotency-key-invalid', status: 400 });
    expect(state.done).toHaveLength(0);
  });

  it('does not keep what was refused', async () => {
    const { routes } = countingRoute();
    const wall = await openWall({ routes });
    const { token } = await wall.person();
    const wrong = { token, body: { txt: 1 }, headers: { 'idempotency-key': 'k' } };
    expect((await wall.ask('POST', '/notes', wrong)).status).toBe(400);
    expect((await wall.ask('POST', '/notes', keyed('k', token))).status).toBe(201);
  });
});
