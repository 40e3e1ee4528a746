import { describe, expect, it } from 'vitest';
import { PutOutcome } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { befriend, loseAnswers, post, type Somebody, somebody, tryPost, twoPhones } from './social-scene.ts';
import { type Answer, type Json, openWall } from './wall-fixture.ts';

type Act = 'PUT' | 'DELETE';

const friendship = (me: Somebody, act: Act, other: string): Promise<Answer> => {
  me.wall.clock.nowMs++;
  return me.wall.ask(act, `/v1/friends/${other}`, { token: me.token });
};
const block = (me: Somebody, act: Act, other: string): Promise<Answer> =>
  me.wall.ask(act, `/v1/blocks/${other}`, { token: me.token });

async function ties(me: Somebody): Promise<Record<'friends' | 'incoming' | 'outgoing', string[]>> {
  const { status, body, text } = await me.wall.ask('GET', '/v1/friends', { token: me.token });
  if (status !== 200 || !body.complete) throw new Error(text);
  const names = (list: Json[]): string[] => list.map(({ name }) => name);
  return { friends: names(body.friends), incoming: names(body.incoming), outgoing: names(body.outgoing) };
}

const NONE = { friends: [], incoming: [], outgoing: [] };

describe('friends', () => {
  it('ask, and accept by asking back', async () => {
    const { ada, bob } = await twoPhones();
    const asked = await friendship(ada, 'PUT', bob.id);
    expect(asked.body).toEqual({ id: bob.id, state: 'requested', custody: { replicas: 3, acknowledged: 3 } });
    expect(await ties(ada)).toEqual({ ...NONE, outgoing: ['Bob'] });
    expect(await ties(bob)).toEqual({ ...NONE, incoming: ['Ada'] });
    expect((await friendship(bob, 'PUT', ada.id)).body.state).toBe('friends');
    expect(await ties(ada)).toEqual({ ...NONE, friends: ['Bob'] });
    expect(await ties(bob)).toEqual({ ...NONE, friends: ['Ada'] });
    const heard = async (me: Somebody): Promise<string[]> => {
      const { items } = (await me.wall.ask('GET', '/v1/notifications', { token: me.token })).body;
      return items.map(({ type }: Json) => type);
    };
    expect(await heard(ada)).toEqual(['friend-accepted']);
    expect(await heard(bob)).toEqual(['friend-request']);
  });

  it('hear of a request once, however often it is made', async () => {
    const { ada, bob, tick } = await twoPhones();
    await friendship(ada, 'PUT', bob.id);
    const first = await bob.wall.ask('GET', '/v1/notifications', { token: bob.token });
    tick(1_000);
    expect((await friendship(ada, 'PUT', bob.id)).body.state).toBe('requested');
    expect((await bob.wall.ask('GET', '/v1/notifications', { token: bob.token })).body).toEqual(first.body);
  });

  it('part, and what is posted for friends afterwards is not for them', async () => {
    const { ada, bob } = await twoPhones();
    await befriend(ada, bob);
    expect((await friendship(ada, 'DELETE', bob.id)).body.state).toBe('none');
    expect(await ties(ada)).toEqual({ ...NONE, incoming: [] });
    expect(await ties(bob)).toEqual({ ...NONE, outgoing: ['Ada'] });
    const { id } = await post(ada, 'without you', { audience: 'friends' });
    const answer = await bob.wall.ask('GET', `/v1/posts/${id}`, { token: bob.token });
    expect(answer.body.type).toBe('/problems/not-readable');
  });

  it('decline a request, also when the other clock is ahead, and can be asked again', async () => {
    const { ada, bob, tick } = await twoPhones();
    ada.wall.clock.nowMs += 100_000;
    await friendship(ada, 'PUT', bob.id);
    expect(await ties(bob)).toEqual({ ...NONE, incoming: ['Ada'] });
    await friendship(bob, 'DELETE', ada.id);
    expect(await ties(bob)).toEqual(NONE);
    tick(1_000);
    await friendship(ada, 'DELETE', bob.id);
    await friendship(ada, 'PUT', bob.id);
    expect(await ties(bob)).toEqual({ ...NONE, incoming: ['Ada'] });
    await friendship(ada, 'DELETE', bob.id);
    expect(await ties(bob)).toEqual(NONE);
    const inbox = await bob.wall.ask('GET', '/v1/notifications', { token: bob.token });
    expect(inbox.body.items).toEqual([]);
  });

  it('write over what they wrote while their clock was ahead', async () => {
    const { ada, bob } = await twoPhones();
    ada.wall.clock.nowMs += 1_000_000;
    await friendship(ada, 'PUT', bob.id);
    ada.wall.clock.nowMs -= 1_000_000;
    expect((await friendship(ada, 'DELETE', bob.id)).status).toBe(200);
    expect(await ties(ada)).toEqual(NONE);
    expect((await friendship(ada, 'PUT', bob.id)).status).toBe(200);
    expect(await ties(ada)).toEqual({ ...NONE, outgoing: ['Bob'] });
  });

  it('are somebody else, and somebody', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    for (const act of ['PUT', 'DELETE'] as const) {
      const self = await friendship(ada, act, ada.id);
      expect(self.body).toMatchObject({ type: '/problems/unprocessable-content', status: 422 });
    }
    const nobody = await friendship(ada, 'PUT', '0d4f7a52-61c3-8b1e-9f0a-5b7c2d9e8f10');
    expect(nobody.body).toMatchObject({ type: '/problems/nobody-holds-it', status: 404 });
    expect((await friendship(ada, 'PUT', 'x')).body.type).toBe('/problems/invalid-id');
    expect(ada.wall.ring.records().some(({ name }) => name === 'befriended')).toBe(false);
  });

  it('are not claimed when too few phones took it', async () => {
    const { ada, bob, ring } = await twoPhones();
    ring.faults.refuse = ({ name }) => (name === 'befriended' ? PutOutcome.UNAVAILABLE : undefined);
    const answer = await friendship(ada, 'PUT', bob.id);
    expect(answer.body).toMatchObject({ type: '/problems/too-few-replicas', status: 503 });
    ring.heal();
    expect((await friendship(ada, 'PUT', bob.id)).body.state).toBe('requested');
    expect(await ties(bob)).toEqual({ ...NONE, incoming: ['Ada'] });
  });

  it('are listed as incomplete when half of the answer is missing', async () => {
    const { ada, bob, ring } = await twoPhones();
    await befriend(ada, bob);
    ring.faults.reachable = 1;
    const { body } = await ada.wall.ask('GET', '/v1/friends', { token: ada.token });
    expect(body).toMatchObject({ complete: false, friends: [{ id: bob.id }] });
    ring.faults.reachable = 0;
    const none = await ada.wall.ask('GET', '/v1/friends', { token: ada.token });
    expect(none.body).toMatchObject({ type: '/problems/ring-unavailable', status: 503 });
  });
});

describe('blocks', () => {
  it('end a friendship and keep the blocked from feeds, requests and notifications', async () => {
    const { ada, bob } = await twoPhones();
    await befriend(ada, bob);
    await post(bob, 'noise');
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    expect((await block(ada, 'PUT', bob.id)).body).toMatchObject({ id: bob.id, blocked: true });
    const feed = async (strategy: string): Promise<Json[]> =>
      (await ada.wall.ask('GET', `/v1/feed?strategy=${strategy}`, { token: ada.token })).body.items;
    for (const strategy of ['friends', 'recent', 'random']) expect(await feed(strategy)).toEqual([]);
    expect(await ties(ada)).toEqual(NONE);
    expect((await ada.wall.ask('GET', '/v1/notifications', { token: ada.token })).body.items).toEqual([]);
    expect((await friendship(ada, 'PUT', bob.id)).body).toMatchObject({ type: '/problems/blocked', status: 403 });
    expect((await block(ada, 'DELETE', bob.id)).body).toMatchObject({ blocked: false });
    expect((await feed('recent')).map(({ post }) => post.text)).toEqual(['noise']);
  });

  it('keep one from answering and reacting', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(bob, 'bait');
    await block(ada, 'PUT', bob.id);
    expect((await tryPost(ada, 'no', { inReplyTo: id })).body.type).toBe('/problems/blocked');
    const reaction = await ada.wall.ask('PUT', `/v1/posts/${id}/reactions/angry`, { token: ada.token });
    expect(reaction.body.type).toBe('/problems/blocked');
  });

  it('are private, and go with the person to another phone', async () => {
    const { ada, bob, ring } = await twoPhones();
    await block(ada, 'PUT', bob.id);
    const written = ring.records().filter(({ author }) => author === ada.key);
    for (const { bytes, slot, place } of written) {
      expect(Buffer.from(bytes).includes(bob.id) || Buffer.from(bytes).includes(bob.key)).toBe(false);
      expect([slot, place]).not.toContain(bob.key);
    }
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const { session } = (await bob.wall.ask('POST', '/v1/identity', { body })).body;
    const list = await bob.wall.ask('GET', '/v1/blocks', { token: session.token });
    expect(list.body).toMatchObject({ items: [{ id: bob.id, since: '2025-11-22T12:00:00.000Z' }], cursor: null });
  });

  it('hold while the ring is cut off', async () => {
    const { ada, bob, ring } = await twoPhones();
    await post(bob, 'noise');
    await block(ada, 'PUT', bob.id);
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    const restore = loseAnswers(ring, ({ name }) => name === 'own/private');
    const feed = await ada.wall.ask('GET', '/v1/feed?strategy=recent', { token: ada.token });
    restore();
    expect(feed).toMatchObject({ status: 200, body: { items: [] } });
  });

  it('are not guessed: nothing is shown when they are not known', async () => {
    const { ada, bob, ring } = await twoPhones();
    await post(bob, 'noise');
    await block(ada, 'PUT', bob.id);
    await ada.wall.restart();
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const { session } = (await ada.wall.ask('POST', '/v1/identity', { body })).body;
    const restore = loseAnswers(ring, ({ name }) => name === 'own/private');
    const feed = await ada.wall.ask('GET', '/v1/feed?strategy=recent', { token: session.token });
    restore();
    expect(feed.body).toMatchObject({ type: '/problems/ring-unavailable', status: 503 });
  });

  it('do not lose what another phone of the person wrote at the same time', async () => {
    const { ada, bob } = await twoPhones();
    const eve = await somebody(bob.wall, 'Eve');
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const { session } = (await bob.wall.ask('POST', '/v1/identity', { body })).body;
    const elsewhere = { ...ada, wall: bob.wall, token: session.token };
    await Promise.all([block(ada, 'PUT', bob.id), block(elsewhere, 'PUT', eve.id)]);
    const { items } = (await ada.wall.ask('GET', '/v1/blocks', { token: ada.token })).body;
    expect(items.map(({ id }: Json) => id).sort()).toEqual([bob.id, eve.id].sort());
  });

  it('are of others', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect((await block(ada, 'PUT', ada.id)).body.type).toBe('/problems/unprocessable-content');
  });
});
