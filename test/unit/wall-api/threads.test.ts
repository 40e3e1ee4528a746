import { describe, expect, it } from 'vitest';
import type { GetRequest } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { signMember } from '../../../services/wall-api/core/ring/writer.ts';
import { befriend, loseAnswers, placeOf, post, type Somebody, somebody, tryPost, twoPhones } from './social-scene.ts';
import { type Json, openWall } from './wall-fixture.ts';

async function thread(reader: Somebody, id: string): Promise<Json> {
  const { status, body, text } = await reader.wall.ask('GET', `/v1/posts/${id}/thread`, { token: reader.token });
  if (status !== 200) throw new Error(text);
  return body;
}

/** Replies as an indented outline, one line each. */
function outline(replies: Json[]): string[] {
  return replies.map(({ depth, state, post: shown, more }) => {
    return `${'  '.repeat(depth - 1)}${shown?.text ?? `(${state})`}${more ? ' …' : ''}`;
  });
}

describe('GET /v1/posts/{id}/thread', () => {
  it('shows what a post answers and what answers it, each after its parent', async () => {
    const { ada, bob, tick } = await twoPhones();
    const root = await post(ada, 'root');
    tick(10);
    const one = await post(bob, 'one', { inReplyTo: root.id });
    tick(10);
    await post(ada, 'two', { inReplyTo: root.id });
    const inner = await post(ada, 'one one', { inReplyTo: one.id });
    tick(10);
    await post(bob, 'one two', { inReplyTo: one.id });
    const leaf = await post(bob, 'one one one', { inReplyTo: inner.id });
    const whole = await thread(ada, root.id);
    expect(outline(whole.replies)).toEqual(['one', '  one one', '    one one one', '  one two', 'two']);
    expect(whole).toMatchObject({ ancestors: [], post: { text: 'root' }, truncated: false, complete: true });
    expect(whole.replies[1]).toMatchObject({ parent: one.id, authorName: 'Ada', state: 'present', more: false });
    const fromBelow = await thread(bob, leaf.id);
    expect(fromBelow.ancestors.map(({ post }: Json) => post.text)).toEqual(['root', 'one', 'one one']);
  });

  it('lists answers that were deleted, and keeps what was answered to them', async () => {
    const { ada, bob } = await twoPhones();
    const root = await post(ada, 'root');
    const reply = await post(bob, 'rash', { inReplyTo: root.id });
    await post(ada, 'why?', { inReplyTo: reply.id });
    await bob.wall.ask('DELETE', `/v1/posts/${reply.id}`, { token: bob.token });
    const { replies, complete } = await thread(ada, root.id);
    expect(outline(replies)).toEqual(['(deleted)', '  why?']);
    expect(replies[0]).toMatchObject({ id: reply.id, author: bob.id });
    expect(complete).toBe(true);
  });

  it('lists answers that cannot be found as missing: one that nobody holds, one that cannot be asked for', async () => {
    const { ada, bob, ring } = await twoPhones();
    const root = await post(ada, 'root');
    const lost = await post(bob, 'lost', { inReplyTo: root.id });
    await post(ada, 'kept', { inReplyTo: root.id });
    const isOfLost = ({ place, name }: GetRequest): boolean => place === placeOf(lost.id) && name !== 'replies';
    const restore = loseAnswers(ring, isOfLost);
    const unsure = await thread(ada, root.id);
    restore();
    expect(outline(unsure.replies).sort()).toEqual(['(missing)', 'kept']);
    expect(unsure.complete).toBe(false);
    expect(unsure.replies.find(({ state }: Json) => state === 'missing')).toMatchObject({
      id: lost.id,
      author: bob.id,
    });
    const find = loseAnswers(ring, isOfLost, true);
    const sure = await thread(ada, root.id);
    find();
    expect(outline(sure.replies).sort()).toEqual(['(missing)', 'kept']);
    expect(sure.complete).toBe(true);
  });

  it('says when answers may be missing that it does not even know of', async () => {
    const { ada, ring } = await twoPhones();
    const root = await post(ada, 'root');
    await post(ada, 'one', { inReplyTo: root.id });
    const restore = loseAnswers(ring, ({ name }) => name === 'replies');
    const body = await thread(ada, root.id);
    restore();
    expect(body).toMatchObject({ replies: [], complete: false });
  });

  it('shows missing and unreadable ancestors in their place', async () => {
    const { ada, bob, ring } = await twoPhones();
    await befriend(ada, bob);
    const eve = await somebody(bob.wall, 'Eve');
    const root = await post(ada, 'root', { audience: 'friends' });
    const reply = await post(bob, 'reply', { inReplyTo: root.id, audience: 'friends' });
    expect((await thread(ada, root.id)).replies).toHaveLength(1);
    const sealed = await eve.wall.ask('GET', `/v1/posts/${reply.id}/thread`, { token: eve.token });
    expect(sealed.body.type).toBe('/problems/not-readable');
    const restore = loseAnswers(ring, ({ place }) => place === placeOf(root.id));
    const { ancestors, complete } = await thread(bob, reply.id);
    restore();
    expect(ancestors).toEqual([{ id: root.id, author: null, authorName: null, state: 'missing' }]);
    expect(complete).toBe(false);
  });

  it('lists a friends-only answer to an open post without its text', async () => {
    const { ada, bob } = await twoPhones();
    const root = await post(ada, 'root');
    const reply = await post(bob, 'among us', { inReplyTo: root.id, audience: 'friends' });
    expect(outline((await thread(ada, root.id)).replies)).toEqual(['among us']); // sealed for the author of the root too
    const open = await ada.wall.ask('GET', `/v1/posts/${root.id}/thread`);
    expect(open.body.replies).toMatchObject([{ id: reply.id, author: bob.id, state: 'unreadable' }]);
  });

  it('hides what the reader blocked, and shows that something is there', async () => {
    const { ada, bob } = await twoPhones();
    const root = await post(ada, 'root');
    const noise = await post(bob, 'noise', { inReplyTo: root.id });
    await post(ada, 'shh', { inReplyTo: noise.id });
    await ada.wall.ask('PUT', `/v1/blocks/${bob.id}`, { token: ada.token });
    const { replies } = await thread(ada, root.id);
    expect(outline(replies)).toEqual(['(blocked)', '  shh']);
    expect(replies[0].post).toBeUndefined();
  });

  it('keeps its bounds and says where it goes on', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const root = await post(ada, 'root');
    let parent = root.id;
    for (let depth = 1; depth <= 10; depth++) parent = (await post(ada, `${depth}`, { inReplyTo: parent })).id;
    const { replies, truncated } = await thread(ada, root.id);
    expect(replies).toHaveLength(8);
    expect(truncated).toBe(true);
    expect(replies.at(-1)).toMatchObject({ post: { text: '8' }, more: true });
    expect((await thread(ada, replies.at(-1).id)).replies).toHaveLength(2);
    for (let depth = 11; depth <= 34; depth++) parent = (await post(ada, `${depth}`, { inReplyTo: parent })).id;
    const up = await thread(ada, parent);
    expect(up.ancestors).toHaveLength(32);
    expect(up.ancestors.at(-1).post.text).toBe('33');
    expect(up.truncated).toBe(true);
  });

  it('does not list what others merely claim to be an answer', async () => {
    const { ada, bob } = await twoPhones();
    const root = await post(ada, 'root');
    const other = await post(bob, 'something else');
    const { social, crypto, ring } = ada.wall.wall().context;
    const me = ada.wall.wall().context.sessions.find(ada.token)!;
    const claim = { name: 'replies', place: placeOf(root.id) as typeof me.person, slot: placeOf(other.id), value: {} };
    await ring.put([signMember(me, { ...claim, seq: 1, createdAt: 1 }, crypto)]);
    expect((await social.threads.read(claim.place, undefined)).replies).toEqual([]);
  });

  it('does not answer for a post that is not there', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const nowhere = '0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10';
    expect((await ada.wall.ask('GET', `/v1/posts/${nowhere}/thread`)).status).toBe(404);
    expect((await tryPost(ada, 'x', { inReplyTo: nowhere })).status).toBe(404);
  });
});
