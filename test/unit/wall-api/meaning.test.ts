/** Posts by what they mean: the index, search, interests, the feed of what is near to them, and how to steer it. */
import { describe, expect, it, vi } from 'vitest';
import { plain, upload } from './media-scene.ts';
import { befriend, placeOf, post, type Somebody, somebody, tryPost, twoPhones } from './social-scene.ts';
import { openWall } from './wall-fixture.ts';

const FOOTBALL = 'the striker scored a goal in the football match';
const COOKING = 'a recipe for bread with butter and flour';

/** Waits until posts are in the index: that goes on in the background. */
async function indexed(reader: Somebody, count: number): Promise<void> {
  await expect.poll(() => reader.wall.ring.meaning.entries.size).toBe(count);
}

async function feedOf(
  reader: Somebody,
  query = '',
): Promise<{
  items: { post: { text: string; author: string }; why: object }[];
  cursor: string | null;
  contacted: number;
  complete: boolean;
}> {
  const { status, body, text } = await reader.wall.ask('GET', `/v1/feed?strategy=nearest${query}`, {
    token: reader.token,
  });
  if (status !== 200) throw new Error(text);
  return body;
}

async function react(person: Somebody, id: string): Promise<void> {
  person.wall.clock.nowMs++;
  const answer = await person.wall.ask('PUT', `/v1/posts/${id}/reactions/like`, { token: person.token });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** The id of an uploaded picture that shows what is said. */
async function picture(person: Somebody, description: string): Promise<string> {
  const { id } = await upload(person, await plain(20, 10).png().toBuffer(), {
    query: `?alt=${encodeURIComponent(description)}`,
  });
  return id;
}

describe('the index of meanings', () => {
  it('has what is posted for all to read, follows edits, and forgets what is deleted', async () => {
    const { ring, ada } = await twoPhones();
    const { id } = await post(ada, FOOTBALL);
    await post(ada, COOKING, { audience: 'friends' });
    await indexed(ada, 1);
    expect(ring.meaning.entries.get(placeOf(id))).toMatchObject({ author: ada.key, revision: 0 });
    const headers = { 'if-match': '*' };
    await ada.wall.ask('PUT', `/v1/posts/${id}`, { token: ada.token, body: { text: COOKING }, headers });
    await expect.poll(() => ring.meaning.entries.get(placeOf(id))).toMatchObject({ revision: 1 });
    await ada.wall.ask('DELETE', `/v1/posts/${id}`, { token: ada.token });
    expect(ring.meaning.entries.size).toBe(0);
  });

  it('is told where an edited post was', async () => {
    const { ring, ada } = await twoPhones();
    const { id } = await post(ada, FOOTBALL);
    await indexed(ada, 1);
    const before = ring.meaning.entries.get(placeOf(id))!.vector;
    const withdrawn = vi.spyOn(ring.meaning.can, 'withdraw');
    const edit = (text: string) =>
      ada.wall.ask('PUT', `/v1/posts/${id}`, { token: ada.token, body: { text }, headers: { 'if-match': '*' } });
    await edit(COOKING);
    await expect.poll(() => withdrawn.mock.calls.length).toBe(1);
    expect(withdrawn.mock.calls[0]![0]).toMatchObject({ post: placeOf(id), vector: before });
    // Without words it is in no index any more.
    await edit('😀🎉🚀');
    await expect.poll(() => ring.meaning.entries.size).toBe(0);
  });

  it('has pictures by their descriptions, without a text and with one, and lets go of both', async () => {
    const { ring, ada, bob } = await twoPhones();
    const bread = await picture(ada, 'bread with butter');
    const striker = await picture(ada, 'the striker scored a goal');
    const { id } = await post(ada, '', { media: [bread] });
    await post(ada, 'my day', { media: [striker] });
    await indexed(bob, 2);
    for (const [q, text] of [
      ['butter', ''],
      ['goal', 'my day'],
    ]) {
      const { body } = await bob.wall.ask('GET', `/v1/search?q=${q}&limit=1`);
      expect(body.items).toMatchObject([{ post: { text } }]);
    }
    await ada.wall.ask('DELETE', `/v1/posts/${id}`, { token: ada.token });
    await expect.poll(() => ring.meaning.entries.size).toBe(1);
  });

  it('leaves posts out that the encoder does not understand, which are posts all the same', async () => {
    const { ring, ada } = await twoPhones();
    const answer = await tryPost(ada, '😀🎉🚀');
    expect(answer.status).toBe(201);
    await expect.poll(() => ada.wall.wall().context.social.indexer.counts.notUnderstood).toBe(1);
    expect(ring.meaning.entries.size).toBe(0);
  });

  it('gets posts later when it cannot take them now', async () => {
    const { ring, ada } = await twoPhones();
    ring.meaning.faults.can = true;
    await post(ada, FOOTBALL);
    ring.meaning.faults.can = false;
    await indexed(ada, 1);
  });

  it('is rebuilt from the newest posts on the ring', async () => {
    const { ring, ada } = await twoPhones();
    for (const text of [FOOTBALL, COOKING]) await post(ada, text);
    await indexed(ada, 2);
    ring.meaning.entries.clear();
    const { Reindexing } = await import('../../../services/wall-api/core/meaning/reindexing.ts');
    const { ring: port, crypto, social } = ada.wall.wall().context;
    const chances = Array.from({ length: 8 }, (_, shard) => [0.1, 0, shard / 8]).flat();
    const reindexing = new Reindexing({
      ...{ ring: port, crypto, posts: social.posts, indexer: social.indexer },
      now: () => ada.wall.clock.nowMs,
      random: () => chances.shift() ?? 0,
      after: () => () => {},
      crashed: (error) => expect.unreachable(String(error)),
    });
    chances.unshift(0);
    for (let shard = 0; shard < 8; shard++) await reindexing.round();
    reindexing.stop();
    await indexed(ada, 2);
  });
});

describe('search', () => {
  it('finds posts that mean the like, of anybody, the nearest first', async () => {
    const { ada, bob } = await twoPhones();
    await post(ada, FOOTBALL);
    await post(ada, COOKING);
    await indexed(bob, 2);
    const { status, body } = await bob.wall.ask('GET', '/v1/search?q=bread%20recipe&limit=1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ understood: true, contacted: 1, routed: 1, complete: true, cursor: null });
    expect(body.items).toMatchObject([{ post: { text: COOKING }, why: { similarity: expect.any(Number) } }]);
  });

  it('says when it does not understand the question, or cannot answer', async () => {
    const { ring, ada } = await twoPhones();
    const { body } = await ada.wall.ask('GET', '/v1/search?q=%F0%9F%9A%80');
    expect(body).toMatchObject({ understood: false, items: [] });
    ring.meaning.faults.can = true;
    const failed = await ada.wall.ask('GET', '/v1/search?q=bread');
    expect(failed).toMatchObject({ status: 503, body: { type: '/problems/meaning-unavailable' } });
    ring.meaning.faults.can = false;
    ring.meaning.faults.complete = false;
    expect((await ada.wall.ask('GET', '/v1/search?q=bread')).body.complete).toBe(false);
  });

  it.each(['', '?q=', `?q=${'a'.repeat(1_001)}`, '?q=a&limit=0', '?q=a&limit=101'])('refuses %j', async (query) => {
    const wall = await openWall();
    expect(await wall.ask('GET', `/v1/search${query}`)).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-request' },
    });
  });

  it('leaves out what is deleted, and people one has blocked', async () => {
    const { ring, ada, bob } = await twoPhones();
    const { id } = await post(ada, FOOTBALL);
    await post(ada, `${FOOTBALL} again`);
    await indexed(bob, 2);
    const kept = new Map(ring.meaning.entries);
    await ada.wall.ask('DELETE', `/v1/posts/${id}`, { token: ada.token });
    for (const [key, entry] of kept) ring.meaning.entries.set(key, entry);
    const search = () => bob.wall.ask('GET', '/v1/search?q=football', { token: bob.token });
    expect((await search()).body.items).toHaveLength(1);
    await bob.wall.ask('PUT', `/v1/blocks/${ada.id}`, { token: bob.token });
    expect((await search()).body.items).toEqual([]);
  });
});

describe('the feed of what is near', () => {
  /** Bob has reacted to three posts about football; there are others about it and about cooking, of people unknown to him. */
  async function scene() {
    const phones = await twoPhones();
    const { ada, bob } = phones;
    const eve = await somebody(ada.wall, 'Eve');
    const liked = [];
    for (const n of [1, 2, 3]) liked.push(await post(ada, `${FOOTBALL} number ${n}`));
    for (const n of [1, 2, 3, 4]) await post(eve, `${FOOTBALL} of the league ${n}`);
    for (const n of [1, 2, 3, 4]) await post(eve, `${COOKING} loaf ${n}`);
    await indexed(bob, 11);
    for (const { id } of liked) await react(bob, id);
    return { ...phones, eve, liked };
  }

  it('brings posts on the topic of what one reacted to, from people one never met, and says why', async () => {
    const { bob } = await scene();
    const { items, contacted, complete } = await feedOf(bob, '&limit=4');
    expect(items.map(({ post: { text } }) => text)).toEqual(
      expect.arrayContaining([1, 2, 3, 4].map((n) => `${FOOTBALL} of the league ${n}`)),
    );
    expect(items[0]!.why).toMatchObject({
      strategy: 'nearest',
      interest: { label: expect.stringContaining('football') },
      phone: expect.any(String),
    });
    expect({ contacted, complete }).toEqual({ contacted: 1, complete: true });
  });

  it('follows at once what one does: reacts, writes, befriends', async () => {
    const { ada, bob } = await twoPhones();
    const { id } = await post(ada, `${FOOTBALL} number 1`);
    for (const text of [`${FOOTBALL} number 2`, `${COOKING} loaf 1`]) await post(ada, text);
    await indexed(bob, 3);
    const near = async (): Promise<string[]> =>
      (await feedOf(bob)).items.flatMap(({ post: { text }, why }) =>
        (why as { strategy: string }).strategy === 'nearest' ? [text] : [],
      );
    expect(await near()).toEqual([]);
    await react(bob, id);
    expect((await near())[0]).toContain('football');
    for (const n of [1, 2]) await post(bob, `${COOKING} as I bake it ${n}`);
    expect((await near())[0]).toContain('recipe');
    const friends = async () => (await bob.wall.ask('GET', '/v1/interests', { token: bob.token })).body.items;
    const isFriends = ({ signs }: { signs: { kind: string }[] }): boolean =>
      signs.some(({ kind }) => kind === 'friend');
    expect((await friends()).some(isFriends)).toBe(false);
    await befriend(ada, bob);
    expect((await friends()).some(isFriends)).toBe(true);
  });

  it('mixes authors and interests: the nearest of one do not take all places', async () => {
    const { bob, eve, ada } = await scene();
    for (const n of [5, 6, 7, 8]) await post(eve, `${FOOTBALL} of the league ${n}`);
    const others = [];
    for (const name of ['Cat', 'Dan']) {
      const author = await somebody(ada.wall, name);
      others.push(author.id);
      await post(author, `${FOOTBALL} of the league by ${name}`);
    }
    await indexed(bob, 17);
    const { items } = await feedOf(bob, '&limit=5');
    const authors = items.map(({ post: { author } }) => author);
    expect(authors[0]).toBe(eve.id);
    for (const id of others) expect(authors).toContain(id);
  });

  it('brings posts without any word the encoder knows as what is new, and friends’', async () => {
    const { ada, bob } = await scene();
    await befriend(ada, bob);
    await tryPost(ada, '😀🎉🚀');
    const { items } = await feedOf(bob, '&limit=6');
    const wordless = items.find(({ post: { text } }) => text === '😀🎉🚀');
    expect(wordless).toMatchObject({ why: { strategy: 'friends' } });
  });

  it('never shows a post twice over its pages, nor what one wrote or reacted to', async () => {
    const { bob, liked } = await scene();
    const own = await post(bob, `${FOOTBALL} as I saw it`);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof feedOf>> = await feedOf(
        bob,
        `&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ post: shown }) => (shown as unknown as { id: string }).id));
      cursor = page.cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(8);
    for (const { id } of [...liked, own]) expect(seen).not.toContain(id);
  });

  it('begins with what is new for those who have shown nothing yet, and with topics they choose', async () => {
    const { ada, bob } = await twoPhones();
    await post(ada, 'stars and planets in the night sky');
    await post(ada, COOKING);
    await indexed(bob, 2);
    const first = await feedOf(bob);
    expect(first.items.map(({ why }) => (why as { strategy: string }).strategy)).toEqual(['recent', 'recent']);
    const body = { addTopics: ['astronomy'] };
    const answer = await bob.wall.ask('PATCH', '/v1/interests', { token: bob.token, body });
    expect(answer.body.items).toMatchObject([{ id: 'topic/astronomy', label: 'astronomy', weight: 1, steered: 1 }]);
    const second = await feedOf(bob);
    expect(second.items[0]).toMatchObject({
      post: { text: 'stars and planets in the night sky' },
      why: { interest: { id: 'topic/astronomy' } },
    });
  });

  it('turns away from what one asks less of, and to what one asks more of', async () => {
    const { bob, eve } = await scene();
    const cooked = await post(eve, `${COOKING} once more`);
    await indexed(bob, 12);
    const top = async () => (await feedOf(bob, '&limit=1')).items[0]!.post.text;
    expect(await top()).toContain('football');
    bob.wall.clock.nowMs++;
    const more = await bob.wall.ask('POST', `/v1/feed/${cooked.id}/more`, { token: bob.token });
    expect(more.body).toEqual({ post: cooked.id, liked: true });
    const { body } = await bob.wall.ask('GET', '/v1/interests', { token: bob.token });
    const football = body.items.find(({ label }: { label: string }) => label.includes('football'));
    const off = { weights: [{ id: football.id, steered: 0 }] };
    await bob.wall.ask('PATCH', '/v1/interests', { token: bob.token, body: off });
    expect(await top()).toContain('recipe');
    bob.wall.clock.nowMs++;
    await bob.wall.ask('POST', `/v1/feed/${cooked.id}/less`, { token: bob.token });
    const { body: last } = await bob.wall.ask('GET', '/v1/interests', { token: bob.token });
    expect(last.items.map(({ id }: { id: string }) => id)).not.toContain(placeOf(cooked.id));
  });

  it('respects blocks, and friends’ posts tell of interests, too', async () => {
    const { ada, bob, eve } = await scene();
    await bob.wall.ask('PUT', `/v1/blocks/${eve.id}`, { token: bob.token });
    const { items } = await feedOf(bob);
    expect(items).toEqual([]);
    const cat = await somebody(bob.wall, 'Cat');
    await befriend(cat, ada);
    const { body } = await cat.wall.ask('GET', '/v1/interests', { token: cat.token });
    expect(body.items[0].signs[0]).toMatchObject({ kind: 'friend' });
  });

  it('says so when the index does not answer', async () => {
    const { ring, bob } = await scene();
    ring.meaning.faults.can = true;
    const answer = await bob.wall.ask('GET', '/v1/feed?strategy=nearest', { token: bob.token });
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/meaning-unavailable' } });
  });

  it.each([
    [{ weights: [{ id: 'x', steered: 4 }] }, 400],
    [{ weights: [{ id: 'x', steered: -1 }] }, 400],
    [{ addTopics: ['alchemy'] }, 422],
    [{ surprise: 1 }, 400],
  ])('refuses the change %j', async (body, status) => {
    const { bob } = await twoPhones();
    expect(await bob.wall.ask('PATCH', '/v1/interests', { token: bob.token, body })).toMatchObject({ status });
  });

  it('asks for a session', async () => {
    const wall = await openWall();
    for (const [method, path] of [
      ['GET', '/v1/interests'],
      ['GET', '/v1/feed?strategy=nearest'],
    ] as const) {
      expect(await wall.ask(method, path)).toMatchObject({ status: 401 });
    }
  });
});

it('the zones of a phone are boxes of the space', async () => {
  const wall = await openWall();
  const { status, body } = await wall.ask('GET', '/v1/network/zones');
  expect(status).toBe(200);
  expect(body).toMatchObject({ state: 'member', axes: 2, zones: [{ low: [0, 0.25], high: [1, 1] }] });
  expect(body.neighbours[0]).toMatchObject({ load: 2, suspected: false, zones: [{ low: [0, 0], high: [1, 1] }] });
  wall.ring.meaning.faults.can = true;
  expect(await wall.ask('GET', '/v1/network/zones')).toMatchObject({ status: 503 });
});
