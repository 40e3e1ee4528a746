import { describe, expect, it } from 'vitest';
import { INBOX, placeOfInbox } from '../../../services/wall-api/core/ring/ring-names.ts';
import { signMember } from '../../../services/wall-api/core/ring/writer.ts';
import { allPages, loseAnswers, post, type Somebody, somebody, twoPhones } from './social-scene.ts';
import { type Answer, type Json, openWall } from './wall-fixture.ts';

const list = (me: Somebody, query = ''): Promise<Answer> =>
  me.wall.ask('GET', `/v1/notifications${query}`, { token: me.token });
const mark = (me: Somebody, readUntil: string): Promise<Answer> =>
  me.wall.ask('PUT', '/v1/notifications/read', { token: me.token, body: { readUntil } });

/** Writes whatever somebody likes into another's inbox. */
async function scribble(
  from: Somebody,
  to: Somebody,
  slot: string,
  value: Record<string, unknown>,
  at: number,
): Promise<void> {
  const { sessions, crypto, ring } = from.wall.wall().context;
  const me = sessions.find(from.token)!;
  const place = placeOfInbox(to.key, crypto);
  await ring.put([signMember(me, { name: INBOX, place, slot, value, seq: 1, createdAt: at }, crypto)]);
}

describe('notifications', () => {
  it('are paged, newest first, none twice', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    const replies: string[] = [];
    for (let n = 0; n < 7; n++) replies.unshift((await post(bob, `${n}`, { inReplyTo: id })).id);
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    for (const limit of [1, 3, 20]) {
      const items = await allPages(ada, '/v1/notifications', limit);
      expect(items.map(({ post }) => post)).toEqual(replies);
    }
  });

  it('are marked as read, on every phone of the person, and never unread again', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'root');
    await post(bob, 'first', { inReplyTo: id });
    const [first] = (await list(ada)).body.items;
    expect(first.unread).toBe(true);
    expect((await mark(ada, first.createdAt)).body).toEqual({ readUntil: first.createdAt });
    await post(bob, 'second', { inReplyTo: id });
    expect((await list(ada)).body.items.map(({ unread }: Json) => unread)).toEqual([true, false]);
    expect((await mark(ada, '2020-01-01T00:00:00Z')).body).toEqual({ readUntil: first.createdAt });
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const { session } = (await bob.wall.ask('POST', '/v1/identity', { body })).body;
    const elsewhere = await bob.wall.ask('GET', '/v1/notifications', { token: session.token });
    expect(elsewhere.body.items.map(({ unread }: Json) => unread)).toEqual([true, false]);
  });

  it('cannot be marked as read for years to come', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect((await mark(ada, '9000-01-01T00:00:00Z')).body).toEqual({ readUntil: '2025-11-22T12:05:00.000Z' });
    expect((await mark(ada, '2025-99-99T00:00:00Z')).body.type).toBe('/problems/invalid-request');
  });

  it('leave out what is no notification', async () => {
    const { ada, bob } = await twoPhones();
    const now = ada.wall.clock.nowMs;
    await scribble(bob, ada, 'friend', { type: 'lottery' }, now);
    await scribble(bob, ada, 'reply/x', { type: 'reply', post: 'x', parent: 'y' }, now);
    await scribble(bob, ada, 'elsewhere', { type: 'friend-request' }, now);
    await scribble(bob, ada, 'reaction/1', { type: 'reaction', post: '0'.repeat(32), kind: 'shrug' }, now);
    await scribble(ada, ada, 'friend', { type: 'friend-request' }, now);
    const fromTheFuture = await somebody(bob.wall, 'Eve');
    await scribble(fromTheFuture, ada, 'friend', { type: 'friend-request' }, now + 3_600_000);
    expect((await list(ada)).body).toEqual({ items: [], cursor: null, complete: true });
  });

  it('come with the texts they are about when those are asked for, and only with what is true of them', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'a'.repeat(200));
    const answer = await post(bob, 'I see', { inReplyTo: id });
    const gone = await post(bob, 'Never mind', { inReplyTo: id });
    await bob.wall.ask('DELETE', `/v1/posts/${gone.id}`, { token: bob.token });
    await bob.wall.ask('PUT', `/v1/posts/${id}/reactions/wow`, { token: bob.token });
    // Bob says that a post of Ada's is his answer, and that she is the author of one of his.
    const hexOf = (uuid: string): string => uuid.replaceAll('-', '');
    const [mine, theirs] = [hexOf(answer.id), hexOf(id)];
    const now = ada.wall.clock.nowMs;
    await scribble(bob, ada, `reply/${theirs}`, { type: 'reply', post: theirs, parent: theirs }, now);
    await scribble(bob, ada, `reaction/${mine}/sad`, { type: 'reaction', post: mine, kind: 'sad' }, now);
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;

    const plain = (await list(ada)).body.items;
    expect(plain.some((item: Json) => 'text' in item)).toBe(false);
    const { items } = (await list(ada, '?texts=true')).body;
    const told = items.map(({ type, post: about, text }: Json) => [type, about, text]);
    expect(new Set(told)).toEqual(
      new Set([
        ['reply', answer.id, 'I see'],
        ['reply', gone.id, null],
        ['reaction', id, 'a'.repeat(140)],
        ['reply', id, null],
        ['reaction', answer.id, null],
      ]),
    );
    expect((await list(ada, '?texts=maybe')).body).toMatchObject({ type: '/problems/invalid-request' });
  });

  it('say when some may be missing', async () => {
    const { ada, ring } = await twoPhones();
    const restore = loseAnswers(ring, ({ name }) => name === 'inbox');
    const { body } = await list(ada);
    restore();
    expect(body).toEqual({ items: [], cursor: null, complete: false });
  });

  it('are one’s own', async () => {
    const wall = await openWall();
    expect((await wall.ask('GET', '/v1/notifications')).body.type).toBe('/problems/session-required');
  });
});
