import { describe, expect, it, vi } from 'vitest';
import { loseAnswers, post, type Somebody, somebody, twoPhones } from './social-scene.ts';
import { type Answer, type Json, openWall } from './wall-fixture.ts';

const react = (me: Somebody, act: 'PUT' | 'DELETE', id: string, kind: string): Promise<Answer> => {
  me.wall.clock.nowMs++;
  return me.wall.ask(act, `/v1/posts/${id}/reactions/${kind}`, { token: me.token });
};
const summary = async (me: Somebody, id: string): Promise<Json> =>
  (await me.wall.ask('GET', `/v1/posts/${id}/reactions`, { token: me.token })).body;

const NONE = { like: 0, love: 0, laugh: 0, wow: 0, sad: 0, angry: 0 };

describe('reactions', () => {
  it('are counted by kind, with one’s own', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'nice');
    expect((await react(bob, 'PUT', id, 'like')).body).toEqual({
      post: id,
      kind: 'like',
      reacted: true,
      custody: { replicas: 3, acknowledged: 3 },
    });
    await react(bob, 'PUT', id, 'like');
    await react(bob, 'PUT', id, 'wow');
    await react(ada, 'PUT', id, 'like');
    expect(await summary(bob, id)).toEqual({
      counts: { ...NONE, like: 2, wow: 1 },
      mine: expect.arrayContaining(['like', 'wow']),
      complete: true,
    });
    await react(bob, 'DELETE', id, 'like');
    expect((await react(bob, 'DELETE', id, 'sad')).status).toBe(200);
    expect(await summary(ada, id)).toEqual({ counts: { ...NONE, like: 1, wow: 1 }, mine: ['like'], complete: true });
  });

  it('tell the author, until they are taken back', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'nice');
    await react(bob, 'PUT', id, 'love');
    await react(ada, 'PUT', id, 'love');
    const heard = async (): Promise<Json[]> =>
      (await ada.wall.ask('GET', '/v1/notifications', { token: ada.token })).body.items;
    expect(await heard()).toMatchObject([{ type: 'reaction', kind: 'love', post: id, from: { name: 'Bob' } }]);
    await react(bob, 'DELETE', id, 'love');
    expect(await heard()).toEqual([]);
  });

  it('are six in kind, and to posts that are there', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'nice');
    expect((await react(ada, 'PUT', id, 'shrug')).body).toMatchObject({
      type: '/problems/invalid-request',
      status: 400,
    });
    const nowhere = '0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10';
    expect((await react(ada, 'PUT', nowhere, 'like')).body.type).toBe('/problems/nobody-holds-it');
    expect((await ada.wall.ask('PUT', `/v1/posts/${id}/reactions/like`)).status).toBe(401);
  });

  it('of blocked people are not counted', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'nice');
    await react(bob, 'PUT', id, 'angry');
    await ada.wall.ask('PUT', `/v1/blocks/${bob.id}`, { token: ada.token });
    expect((await summary(ada, id)).counts).toEqual(NONE);
    expect((await summary(bob, id)).counts).toEqual({ ...NONE, angry: 1 });
  });

  it('stand beside each post of a feed, a thread, a wall and a search', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, 'bread rose like the moon');
    const reply = await post(bob, 'bread indeed', { inReplyTo: id });
    await react(bob, 'PUT', id, 'love');
    await react(ada, 'PUT', reply.id, 'laugh');
    const read = async (me: Somebody | undefined, path: string): Promise<Json> =>
      (await bob.wall.ask('GET', path, { token: me?.token })).body;
    const toPost = { counts: { ...NONE, love: 1 }, mine: ['love'], complete: true };
    const toReply = { counts: { ...NONE, laugh: 1 }, mine: [], complete: true };

    expect((await read(bob, '/v1/feed?strategy=recent')).items[0].post.reactions).toEqual(toPost);
    const thread = await read(bob, `/v1/posts/${id}/thread`);
    expect([thread.post.reactions, thread.replies[0].post.reactions]).toEqual([toPost, toReply]);
    expect((await read(bob, `/v1/people/${ada.id}/wall`)).items[0].reactions).toEqual(toPost);
    expect((await read(undefined, `/v1/people/${ada.id}/wall`)).items[0].reactions).toEqual({ ...toPost, mine: [] });
    await vi.waitFor(async () => {
      const found = (await read(bob, '/v1/search?q=bread')).items.map((item: Json) => item.post);
      expect(found.find((one: Json) => one.id === id)?.reactions).toEqual(toPost);
    }, 10_000);
  });

  it('of blocked people are not counted in lists, and a list does without what cannot be read', async () => {
    const { ada, bob, ring } = await twoPhones();
    const { id } = await post(ada, 'nice');
    await react(bob, 'PUT', id, 'angry');
    const seen = async (): Promise<Json> =>
      (await ada.wall.ask('GET', `/v1/people/${ada.id}/wall`, { token: ada.token })).body;
    expect((await seen()).items[0].reactions.counts).toEqual({ ...NONE, angry: 1 });
    await ada.wall.ask('PUT', `/v1/blocks/${bob.id}`, { token: ada.token });
    expect((await seen()).items[0].reactions).toEqual({ counts: NONE, mine: [], complete: true });
    const restore = loseAnswers(ring, ({ name }) => name === 'reactions');
    expect(await seen()).toMatchObject({ complete: true, items: [{ reactions: { counts: NONE, complete: false } }] });
    restore();
  });

  it('are a lower bound when phones are missing', async () => {
    const { ada, ring } = await twoPhones();
    const { id } = await post(ada, 'nice');
    await react(ada, 'PUT', id, 'like');
    ring.faults.reachable = 1;
    expect(await summary(ada, id)).toMatchObject({ counts: { like: 1 }, complete: false });
    ring.heal();
    const restore = loseAnswers(ring, ({ name }) => name === 'reactions');
    const answer = await ada.wall.ask('GET', `/v1/posts/${id}/reactions`, { token: ada.token });
    restore();
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/ring-unavailable' } });
  });
});
