import { describe, expect, it, vi } from 'vitest';
import { PutOutcome } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { signMember } from '../../../services/wall-api/core/ring/writer.ts';
import { befriend, loseAnswers, placeOf, post, type Somebody, somebody, tryPost, twoPhones } from './social-scene.ts';
import { type Answer, type Ask, type Json, openWall } from './wall-fixture.ts';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const read = (reader: Somebody, id: string, path = ''): Promise<Answer> =>
  reader.wall.ask('GET', `/v1/posts/${id}${path}`, { token: reader.token });
const edit = (author: Somebody, id: string, text: string, headers: Ask['headers'] = {}): Promise<Answer> =>
  author.wall.ask('PUT', `/v1/posts/${id}`, { token: author.token, body: { text }, headers });
const remove = (author: Somebody, id: string, headers: Ask['headers'] = {}): Promise<Answer> =>
  author.wall.ask('DELETE', `/v1/posts/${id}`, { token: author.token, headers });

describe('POST /v1/posts', () => {
  it('answers with the post, its place and its custody', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { status, headers, body } = await tryPost(ada, 'Hello, ring');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V8),
      author: ada.id,
      authorName: 'Ada',
      text: 'Hello, ring',
      createdAt: '2025-11-22T12:00:00.001Z',
      version: 1,
      audience: 'public',
      media: [],
      complete: true,
      custody: { replicas: 3, acknowledged: 3 },
      indexed: true,
      leftOut: [],
    });
    expect(headers['location']).toBe(`/v1/posts/${body.id}`);
    const { body: again, headers: readHeaders } = await read(ada, body.id);
    expect(again).toMatchObject({ id: body.id, text: 'Hello, ring', complete: true, served: { hops: 1 } });
    expect(readHeaders['etag']).toBe(headers['etag']);
  });

  it('is read on another phone, without a session', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'far');
    expect((await bob.wall.ask('GET', `/v1/posts/${id}`)).body).toMatchObject({ text: 'far', author: ada.id });
  });

  it.each([
    ['an empty text', { text: '', audience: 'public' }],
    ['white space', { text: ' \n\t ', audience: 'public' }],
    ['too long a text', { text: 'x'.repeat(10_001), audience: 'public' }],
    ['no text', { audience: 'public' }],
    ['a number for a text', { text: 7, audience: 'public' }],
    ['no audience', { text: 'x' }],
    ['an unknown audience', { text: 'x', audience: 'all' }],
    ['an unknown field', { text: 'x', audience: 'public', mood: 'gay' }],
    ['a parent that is no id', { text: 'x', audience: 'public', inReplyTo: 'none' }],
  ])('refuses %s and writes nothing', async (_what, body) => {
    const ada = await somebody(await openWall(), 'Ada');
    const before = ada.wall.ring.attempts.length;
    const answer = await ada.wall.ask('POST', '/v1/posts', { token: ada.token, body });
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
    expect(ada.wall.ring.attempts).toHaveLength(before);
  });

  it('takes 10,000 characters of four bytes each', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const text = '🜁'.repeat(10_000);
    const { id } = await post(ada, text);
    expect((await read(ada, id)).body.text).toBe(text);
  });

  it('refuses half a surrogate pair', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect((await tryPost(ada, 'a\ud800b')).body).toMatchObject({
      type: '/problems/unprocessable-content',
      status: 422,
    });
  });

  it('needs a session', async () => {
    const wall = await openWall();
    const answer = await wall.ask('POST', '/v1/posts', { body: { text: 'x', audience: 'public' } });
    expect(answer.body).toMatchObject({ type: '/problems/session-required', status: 401 });
  });

  it('says when too few phones took it, and withdraws it from those that did', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    ada.wall.ring.faults.reachable = 1;
    const failed = await tryPost(ada, 'lost');
    expect(failed).toMatchObject({ status: 503, body: { type: '/problems/too-few-replicas', acknowledged: 1 } });
    expect(failed.headers['retry-after']).toBeDefined();
    ada.wall.ring.heal();
    expect(ada.wall.wall().context.social.outbox.counts.waiting).toBe(1);
    const wallOfAda = await ada.wall.ask('GET', `/v1/people/${ada.id}/wall`);
    expect(wallOfAda.body).toEqual({ items: [], cursor: null, complete: true, missing: [] });
  });

  it('is the very same post when the same request is repeated after a failure', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const headers = { 'idempotency-key': 'one' };
    ada.wall.ring.faults.reachable = 1;
    expect((await tryPost(ada, 'twice', { headers })).status).toBe(503);
    const first = ada.wall.ring.attempts.at(-1)!;
    expect(ada.wall.wall().context.social.outbox.counts.waiting).toBe(0);
    ada.wall.ring.heal();
    const { body } = await tryPost(ada, 'twice', { headers });
    expect(placeOf(body.id)).toBe(first.place);
    expect((await tryPost(ada, 'twice', { headers })).body.id).toBe(body.id);
    expect((await ada.wall.ask('GET', `/v1/people/${ada.id}/wall`)).body.items).toHaveLength(1);
  });

  it('tells that a post is safe and not yet listed everywhere', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    ada.wall.ring.faults.refuse = ({ name }) => (name === 'own/wall' ? PutOutcome.UNAVAILABLE : undefined);
    const { body, status } = await tryPost(ada, 'unlisted');
    expect(status).toBe(201);
    expect(body).toMatchObject({ indexed: false, custody: { acknowledged: 3 } });
    expect(ada.wall.wall().context.social.outbox.counts.waiting).toBe(1);
    expect((await read(ada, body.id)).status).toBe(200);
  });

  it('answers a post, and tells its author', async () => {
    const { ada, bob } = await twoPhones();
    const parent = await post(ada, 'question');
    const reply = await post(bob, 'answer', { inReplyTo: parent.id });
    expect(reply.inReplyTo).toBe(parent.id);
    const inbox = await ada.wall.ask('GET', '/v1/notifications', { token: ada.token });
    expect(inbox.body.items).toMatchObject([
      { type: 'reply', post: reply.id, parent: parent.id, from: { id: bob.id, name: 'Bob' }, unread: true },
    ]);
  });

  it('does not answer what is not there', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const inReplyTo = '0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10';
    expect((await tryPost(ada, 'to nobody', { inReplyTo })).body.type).toBe('/problems/nobody-holds-it');
  });
});

describe('GET /v1/posts/{id}', () => {
  const NOWHERE = '0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10';

  it('tells a post that nobody holds from one that cannot be looked for', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect(await read(ada, NOWHERE)).toMatchObject({ status: 404, body: { type: '/problems/nobody-holds-it' } });
    ada.wall.ring.faults.reachable = 1;
    expect(await read(ada, NOWHERE)).toMatchObject({ status: 503, body: { type: '/problems/ring-unavailable' } });
    ada.wall.ring.faults.reachable = 0;
    const { status, headers } = await read(ada, NOWHERE);
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('2');
  });

  it('shows the original, and says so, when too few phones can rule out a newer version', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'one replica will do');
    ada.wall.ring.faults.reachable = 1;
    expect((await read(ada, id)).body).toMatchObject({ text: 'one replica will do', complete: false });
  });

  it('refuses what is no id', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect((await read(ada, 'nonsense')).body).toMatchObject({ type: '/problems/invalid-id', status: 400 });
  });

  it('answers 304 to whoever has this version', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'same');
    const etag = (await read(ada, id)).headers['etag']!;
    const again = await ada.wall.ask('GET', `/v1/posts/${id}`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });
});

describe('PUT /v1/posts/{id}', () => {
  it('replaces the text on every phone and keeps the history', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'first');
    let etag = (await read(bob, id)).headers['etag']!;
    for (const text of ['second', 'third']) {
      ada.wall.clock.nowMs++;
      const { status, headers, body } = await edit(ada, id, text, { 'if-match': etag });
      expect(status).toBe(200);
      expect(body).toMatchObject({ text, custody: { acknowledged: 3 }, indexed: true });
      etag = headers['etag']!;
    }
    const { body, headers } = await read(bob, id);
    expect(body).toMatchObject({ text: 'third', version: 3, createdAt: '2025-11-22T12:00:00.001Z' });
    expect(body.editedAt).toBe('2025-11-22T12:00:00.003Z');
    expect(headers['etag']).toBe(etag);
    const history = (await read(bob, id, '/history')).body;
    expect(history.items.map(({ version, text }: Json) => [version, text])).toEqual([
      [3, 'third'],
      [2, 'second'],
      [1, 'first'],
    ]);
    expect(history).toMatchObject({ cursor: null, complete: true });
  });

  it('wants to know which version is meant', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'first');
    expect((await edit(ada, id, 'x')).body).toMatchObject({ type: '/problems/precondition-required', status: 428 });
    const old = (await read(ada, id)).headers['etag']!;
    await edit(ada, id, 'second', { 'if-match': old });
    const late = await edit(ada, id, 'third', { 'if-match': old });
    expect(late.body).toMatchObject({ type: '/problems/precondition-failed', status: 412 });
    expect(late.headers['etag']).toBe((await read(ada, id)).headers['etag']);
    expect((await read(ada, id)).body.text).toBe('second');
  });

  it('does not overwrite what another phone of the same person wrote meanwhile', async () => {
    const { ada, bob, ring } = await twoPhones();
    const { id } = await post(ada, 'first');
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const session = (await bob.wall.ask('POST', '/v1/identity', { body })).body.session;
    const elsewhere: Somebody = { ...ada, wall: bob.wall, token: session.token };
    const etag = (await read(ada, id)).headers['etag']!;
    // Both phones saw the first version; the second one writes twice and so is ahead.
    const second = await edit(elsewhere, id, 'there', { 'if-match': etag });
    await edit(elsewhere, id, 'there again', { 'if-match': second.headers['etag']! });
    const restore = loseAnswers(ring, ({ name }) => name === 'revision');
    const late = await edit(ada, id, 'here', { 'if-match': etag });
    restore();
    expect(late.body).toMatchObject({ type: '/problems/superseded', status: 409 });
    expect((await read(ada, id)).body.text).toBe('there again');
  });

  it('leaves one version standing when two phones of a person sign a fork', async () => {
    const { ada, bob, ring } = await twoPhones();
    const { id } = await post(ada, 'first');
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const { session } = (await bob.wall.ask('POST', '/v1/identity', { body })).body;
    const elsewhere: Somebody = { ...ada, wall: bob.wall, token: session.token };
    const seen = { 'if-match': (await read(ada, id)).headers['etag']! };
    const restore = loseAnswers(ring, ({ name }) => name === 'revision');
    const answers = [await edit(ada, id, 'here', seen), await edit(elsewhere, id, 'there', seen)];
    restore();
    const versions = ring.attempts.filter(({ name }) => name === 'revision');
    expect(versions.map(({ seq }) => seq)).toEqual([1, 1]);
    const stands = (await read(ada, id)).body.text;
    expect(stands).toBe(versions[0]!.hash > versions[1]!.hash ? 'here' : 'there');
    expect((await read(bob, id)).body.text).toBe(stands);
    expect(answers.map(({ status }) => status)).toEqual([200, stands === 'here' ? 409 : 200]);
  });

  it('is for its author alone', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'mine');
    expect((await edit(bob, id, 'yours', { 'if-match': '*' })).body.type).toBe('/problems/forbidden');
    expect((await remove(bob, id)).body).toMatchObject({ type: '/problems/forbidden', status: 403 });
    expect((await read(ada, id)).body.text).toBe('mine');
  });

  it('does not take what others put beside a post for its history', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'mine');
    await edit(ada, id, 'mine too', { 'if-match': '*' });
    await edit(ada, id, 'mine still', { 'if-match': '*' });
    const { sessions, ring, crypto } = bob.wall.wall().context;
    const place = placeOf(id) as typeof bob.key;
    const forged = {
      name: 'revisions',
      place,
      slot: '1',
      seq: 1,
      createdAt: 1,
      value: { text: 'x', audience: 'public' },
    };
    await ring.put([signMember(sessions.find(bob.token)!, forged, crypto)]);
    const { items } = (await read(bob, id, '/history')).body;
    expect(items.map(({ text }: Json) => text)).toEqual(['mine still', 'mine too', 'mine']);
  });

  it('keeps the original and the newest fifty edits', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'edit 0');
    for (let n = 1; n <= 53; n++) {
      ada.wall.clock.nowMs += 1_000;
      expect((await edit(ada, id, `edit ${n}`, { 'if-match': '*' })).status).toBe(200);
    }
    const { items } = (await read(ada, id, '/history')).body;
    expect(items).toHaveLength(51);
    expect(items[0]).toMatchObject({ version: 54, text: 'edit 53' });
    expect(items[49]).toMatchObject({ version: 5, text: 'edit 4' });
    expect(items[50]).toMatchObject({ version: 1, text: 'edit 0' });
  });
});

describe('DELETE /v1/posts/{id}', () => {
  it('puts a tombstone over the post and takes it off the lists, for good', async () => {
    const { ada, bob, ring } = await twoPhones();
    const { id } = await post(ada, 'regret');
    await edit(ada, id, 'regret more', { 'if-match': '*' });
    const deleted = await remove(ada, id);
    expect(deleted).toMatchObject({
      status: 200,
      body: { id, custody: { replicas: 3, acknowledged: 3 }, indexed: true },
    });
    for (const path of ['', '/history', '/thread', '/reactions']) {
      expect(await read(bob, id, path)).toMatchObject({ status: 410, body: { type: '/problems/deleted' } });
    }
    expect((await remove(ada, id)).status).toBe(410);
    expect((await edit(ada, id, 'back', { 'if-match': '*' })).status).toBe(410);
    expect((await bob.wall.ask('GET', `/v1/people/${ada.id}/wall`)).body.items).toEqual([]);
    expect((await bob.wall.ask('GET', '/v1/feed?strategy=recent')).body.items).toEqual([]);
    const left = ring.records().filter(({ value }) => Buffer.from(value).includes('regret'));
    expect(left).toEqual([]);
  });

  it('cannot be undone by a replica that still had the post', async () => {
    const { ada, ring } = await twoPhones();
    const { id } = await post(ada, 'regret');
    const original = ring.attempts.find(({ name }) => name === 'post')!;
    await remove(ada, id);
    const { receipts } = await ring.service.put({ records: [Buffer.from(original.bytes)] });
    expect(receipts[0]!.outcome).toBe(PutOutcome.TOMBSTONED);
    expect((await read(ada, id)).status).toBe(410);
  });

  it('claims nothing when too few phones took the tombstone', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'stays');
    ada.wall.ring.faults.refuse = ({ final }) => (final ? PutOutcome.UNAVAILABLE : undefined);
    expect((await remove(ada, id)).body).toMatchObject({ type: '/problems/too-few-replicas', acknowledged: 1 });
    ada.wall.ring.heal();
    expect((await read(ada, id)).body.text).toBe('stays');
    expect((await ada.wall.ask('GET', `/v1/people/${ada.id}/wall`)).body.items).toHaveLength(1);
  });

  it('honours If-Match', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'stays');
    expect((await remove(ada, id, { 'if-match': '"other"' })).status).toBe(412);
    expect((await read(ada, id)).status).toBe(200);
  });
});

describe('posts for friends', () => {
  it('are read by friends on their phones, and by nobody else', async () => {
    const { ada, bob, ring } = await twoPhones();
    await befriend(ada, bob);
    const eve = await somebody(bob.wall, 'Eve');
    const { id, leftOut } = await post(ada, 'only for you', { audience: 'friends' });
    expect(leftOut).toEqual([]);
    expect((await read(bob, id)).body).toMatchObject({ text: 'only for you', audience: 'friends' });
    expect((await read(ada, id)).body.text).toBe('only for you');
    expect((await read(eve, id)).body).toMatchObject({ type: '/problems/not-readable', status: 403 });
    expect((await bob.wall.ask('GET', `/v1/posts/${id}`)).body.type).toBe('/problems/not-readable');
    const edited = await edit(ada, id, 'only for you two', { 'if-match': '*' });
    expect(edited.body.text).toBe('only for you two');
    expect((await read(bob, id)).body.text).toBe('only for you two');
    expect((await read(bob, id, '/history')).body.items).toHaveLength(2);
    for (const { bytes } of ring.records()) expect(Buffer.from(bytes).includes('only for you')).toBe(false);
  });

  it('stay off the lists of those who cannot open them', async () => {
    const { ada, bob } = await twoPhones();
    await befriend(ada, bob);
    const eve = await somebody(bob.wall, 'Eve');
    await post(ada, 'secret', { audience: 'friends' });
    await post(ada, 'open');
    const wallOf = async (token: string | undefined): Promise<string[]> => {
      const { items } = (await bob.wall.ask('GET', `/v1/people/${ada.id}/wall`, { token })).body;
      return items.map(({ text }: Json) => text);
    };
    bob.wall.clock.nowMs = ada.wall.clock.nowMs;
    expect(await wallOf(bob.token)).toEqual(['open', 'secret']);
    expect(await wallOf(eve.token)).toEqual(['open']);
    expect(await wallOf(undefined)).toEqual(['open']);
    const recent = (await bob.wall.ask('GET', '/v1/feed?strategy=recent', { token: bob.token })).body.items;
    expect(recent.map(({ post }: Json) => post.text)).toEqual(['open']);
  });

  it('name the friends they could not be sealed for', async () => {
    const { ada, bob, ring, tick } = await twoPhones();
    await befriend(ada, bob);
    tick(60_000); // the profile is known no longer
    const restore = loseAnswers(ring, ({ name }) => name === 'profile');
    const { leftOut } = await post(ada, 'for nobody', { audience: 'friends' });
    restore();
    expect(leftOut).toEqual([bob.id]);
  });

  it('are not written when it is not known who all the friends are', async () => {
    const { ada, bob, ring } = await twoPhones();
    await befriend(ada, bob);
    const get = ring.service.get;
    for (const half of ['own/friends', 'befriended']) {
      const spy = vi.spyOn(ring.service, 'get').mockImplementation(async (request) => {
        const answer = await get(request);
        return request.name === half ? { ...answer, complete: false } : answer;
      });
      const answer = await tryPost(ada, 'for whom', { audience: 'friends' });
      spy.mockRestore();
      expect(answer.body).toMatchObject({ type: '/problems/ring-unavailable', status: 503 });
    }
    expect(ring.records().some(({ name }) => name === 'post')).toBe(false);
  });

  it('are answered among friends only', async () => {
    const { ada, bob } = await twoPhones();
    await befriend(ada, bob);
    const { id } = await post(ada, 'secret', { audience: 'friends' });
    const open = await tryPost(bob, 'told all', { inReplyTo: id });
    expect(open.body).toMatchObject({ type: '/problems/unprocessable-content', status: 422 });
    const reply = await post(bob, 'told you', { inReplyTo: id, audience: 'friends' });
    expect((await read(ada, reply.id)).body).toMatchObject({ text: 'told you', inReplyTo: id });
  });
});
