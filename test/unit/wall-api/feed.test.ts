import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Id } from '../../../services/shared/core/id.ts';
import { sealRecord } from '../../../services/shared/core/record.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { personOfSeed, type UnlockedPerson } from '../../../services/wall-api/core/identity/person.ts';
import { dayOf, placeOfRecent, RECENT, recentShardOf } from '../../../services/wall-api/core/ring/ring-names.ts';
import {
  allPages,
  befriend,
  later,
  loseAnswers,
  placeOf,
  post,
  type Somebody,
  somebody,
  twoPhones,
} from './social-scene.ts';
import { type Answer, type Json, openWall } from './wall-fixture.ts';

const DAY_MS = 86_400_000;
const texts = (items: Json[]): string[] => items.map((item) => (item.post ?? item).text);
const feed = (me: Somebody, query: string): Promise<Answer> =>
  me.wall.ask('GET', `/v1/feed?${query}`, { token: me.token });

describe('GET /v1/people/{id}/wall', () => {
  it('pages through all posts, newest first, whatever the limit', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const written: string[] = [];
    for (let n = 0; n < 23; n++) written.unshift((await post(ada, `post ${n}`)).text);
    for (const limit of [1, 7, 20, 23, 100]) {
      expect(texts(await allPages(ada, `/v1/people/${ada.id}/wall`, limit))).toEqual(written);
    }
  });

  it('keeps its pages together while posts are deleted and written between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('post', 'delete-shown', 'delete-coming', 'page'), { minLength: 8, maxLength: 24 }),
        async (acts) => {
          const ada = await somebody(await openWall(), 'Ada');
          const path = `/v1/people/${ada.id}/wall`;
          const coming: string[] = [];
          for (let n = 0; n < 8; n++) coming.unshift((await post(ada, `old ${n}`)).id);
          const shown: string[] = [];
          let cursor: string | null = '';
          const page = async (): Promise<void> => {
            if (cursor === null) return;
            const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
            const { body } = await ada.wall.ask('GET', `${path}?limit=3${query}`);
            for (const { id } of body.items) shown.push(id);
            coming.splice(0, coming.length, ...coming.filter((id) => !shown.includes(id)));
            cursor = body.cursor;
          };
          await page();
          for (const act of acts) {
            if (act === 'post') await post(ada, `new ${ada.wall.clock.nowMs}`);
            else if (act === 'page') await page();
            else {
              const id = act === 'delete-shown' ? shown[0] : coming.shift();
              if (id !== undefined) await ada.wall.ask('DELETE', `/v1/posts/${id}`, { token: ada.token });
            }
          }
          for (let n = 0; n < 10; n++) await page();
          expect(new Set(shown).size).toBe(shown.length);
          expect(coming).toEqual([]);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('names what it lists and cannot read', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    await post(ada, 'one');
    const { id } = await post(ada, 'two');
    await post(ada, 'three');
    const restore = loseAnswers(ada.wall.ring, ({ place }) => place === placeOf(id));
    const { body } = await ada.wall.ask('GET', `/v1/people/${ada.id}/wall`);
    restore();
    expect(texts(body.items)).toEqual(['three', 'one']);
    expect(body).toMatchObject({ missing: [id], complete: false, cursor: null });
  });

  it('is incomplete, not empty, when its set cannot be read', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    await post(ada, 'one');
    ada.wall.ring.faults.reachable = 0;
    const { body } = await ada.wall.ask('GET', `/v1/people/${ada.id}/wall`);
    expect(body).toMatchObject({ items: [], complete: false });
  });

  it('takes two rounds of reads for a page', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    for (let n = 0; n < 30; n++) await post(ada, `post ${n}`);
    const names: string[] = [];
    loseAnswers(ada.wall.ring, ({ name }) => {
      names.push(name!);
      return false;
    });
    const { body } = await ada.wall.ask('GET', `/v1/people/${ada.id}/wall?limit=20`);
    expect(body.items).toHaveLength(20);
    expect(names.filter((name) => name === 'own/wall')).toHaveLength(1);
    expect(names.filter((name) => name === 'post')).toHaveLength(20);
    expect(names.filter((name) => name === 'revision')).toHaveLength(20);
  });

  it('refuses cursors that are forged, of another list or of another reader', async () => {
    const { ada, bob } = await twoPhones();
    for (let n = 0; n < 3; n++) await post(ada, `post ${n}`);
    const path = `/v1/people/${ada.id}/wall?limit=1`;
    const { cursor } = (await ada.wall.ask('GET', path)).body;
    expect((await ada.wall.ask('GET', `${path}&cursor=${cursor}`)).status).toBe(200);
    const flipped = (cursor[0] === 'A' ? 'B' : 'A') + cursor.slice(1);
    for (const [where, forged] of [
      [path, flipped],
      [path, 'AAAA'],
      [path, '***'],
      [path, Buffer.from('{"before":"1.2"}').toString('base64url')],
      [`/v1/people/${bob.id}/wall?limit=1`, cursor],
      ['/v1/feed?strategy=recent', cursor],
    ] as const) {
      const answer = await ada.wall.ask('GET', `${where}&cursor=${forged}`);
      expect(answer.body).toMatchObject({ type: '/problems/invalid-cursor', status: 400 });
    }
    const mine = (await feed(ada, 'strategy=recent&limit=1')).body.cursor;
    expect((await ada.wall.ask('GET', `/v1/feed?strategy=recent&limit=1&cursor=${mine}`)).status).toBe(400);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=', 'page=2'])('refuses the query %s', async (query) => {
    const ada = await somebody(await openWall(), 'Ada');
    const answer = await ada.wall.ask('GET', `/v1/people/${ada.id}/wall?${query}`);
    expect(answer.body).toMatchObject({ type: '/problems/invalid-request', status: 400 });
  });
});

describe('GET /v1/feed?strategy=friends', () => {
  it('merges the friends’ walls, newest first, and says whose each post is', async () => {
    const { ada, bob } = await twoPhones();
    const eve = await somebody(bob.wall, 'Eve');
    const zoe = await somebody(bob.wall, 'Zoe');
    await befriend(ada, bob);
    await befriend(ada, eve);
    const expected: string[] = [];
    for (let n = 0; n < 9; n++) {
      expected.unshift((await post(n % 3 === 0 ? eve : bob, `friend ${n}`)).text);
      await post(zoe, `stranger ${n}`);
      await post(ada, `own ${n}`);
    }
    await post(bob, 'for friends', { audience: 'friends' });
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    for (const limit of [1, 4, 50]) {
      const items = await allPages(ada, '/v1/feed?strategy=friends', limit);
      expect(texts(items)).toEqual(['for friends', ...expected]);
      expect(items[0].why).toEqual({ strategy: 'friends', friend: { id: bob.id, name: 'Bob' } });
    }
  });

  it('needs somebody whose friends they are', async () => {
    const wall = await openWall();
    expect((await wall.ask('GET', '/v1/feed?strategy=friends')).body.type).toBe('/problems/session-required');
  });

  it('goes on without a wall that cannot be read, and says so', async () => {
    const { ada, bob, ring } = await twoPhones();
    const eve = await somebody(bob.wall, 'Eve');
    await befriend(ada, bob);
    await befriend(ada, eve);
    await post(bob, 'bob’s');
    await post(eve, 'eve’s');
    ada.wall.clock.nowMs = bob.wall.clock.nowMs;
    const walls = ring.records().filter(({ name }) => name === 'own/wall');
    const lost = walls.find(({ author }) => author === eve.key)!.place;
    const restore = loseAnswers(ring, ({ place }) => place === lost);
    const { body } = await feed(ada, 'strategy=friends');
    restore();
    expect(texts(body.items)).toEqual(['bob’s']);
    expect(body.complete).toBe(false);
  });
});

describe('GET /v1/feed?strategy=recent', () => {
  it('goes back over the days, with no post twice and none lost', async () => {
    let ada = await somebody(await openWall(), 'Ada');
    const expected: string[] = [];
    for (const pauseMs of [0, 1_000, DAY_MS / 2, DAY_MS, 9 * DAY_MS, 3_000, 12 * DAY_MS, 5 * DAY_MS]) {
      ada = await later(ada, pauseMs);
      for (let n = 0; n < 3; n++) expected.unshift((await post(ada, `${pauseMs}/${n}`)).text);
    }
    for (const limit of [1, 2, 5, 100]) {
      expect(texts(await allPages(ada, '/v1/feed?strategy=recent', limit))).toEqual(expected);
    }
    const [first] = (await feed(ada, 'strategy=recent&limit=1')).body.items;
    expect(first.why).toEqual({
      strategy: 'recent',
      day: first.post.createdAt.slice(0, 10),
      shard: expect.any(Number),
    });
  });

  it('ends after thirty days', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    await post(ada, 'long ago');
    const again = await later(ada, 31 * DAY_MS);
    expect(await allPages(again, '/v1/feed?strategy=recent', 20)).toEqual([]);
  });

  it('is the default, and answers whoever asks', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    await post(ada, 'for all');
    expect(texts((await ada.wall.ask('GET', '/v1/feed')).body.items)).toEqual(['for all']);
  });

  it('leaves answers to their threads', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'top');
    await post(ada, 'below', { inReplyTo: id });
    expect(texts((await feed(ada, 'strategy=recent')).body.items)).toEqual(['top']);
  });

  it('is not led astray by entries that others, or clocks, put where they do not belong', async () => {
    const wall = await openWall();
    let ada = await somebody(wall, 'Ada');
    const expected: string[] = [];
    for (let day = 0; day < 4; day++) {
      ada = await later(ada, DAY_MS);
      for (let n = 0; n < 2; n++) expected.unshift((await post(ada, `${day}/${n}`)).text);
    }
    const victim = wall.ring.records().find(({ name }) => name === 'post')!.place;
    await spoil(wall.ring, victim, wall.clock.nowMs);
    for (const limit of [1, 3, 12, 20]) {
      expect(texts(await allPages(ada, '/v1/feed?strategy=recent', limit))).toEqual(expected);
    }
  });

  it('keeps posts from the future for when their time has come', async () => {
    const { ada, bob, tick } = await twoPhones();
    ada.wall.clock.nowMs += 3_600_000;
    await post(ada, 'from the future');
    await post(bob, 'from now');
    expect(texts((await feed(bob, 'strategy=recent')).body.items)).toEqual(['from now']);
    tick(3_600_000);
    expect(texts((await feed(bob, 'strategy=recent')).body.items)).toEqual(['from the future', 'from now']);
  });
});

/** Entries of Mallory's that name somebody else's post, in all shards of today: old ones, future ones, fresh ones. */
async function spoil(ring: Awaited<ReturnType<typeof openWall>>['ring'], victim: Id, nowMs: number): Promise<void> {
  const crypto = createWallCrypto();
  const mallory: UnlockedPerson = personOfSeed(new Uint8Array(64).fill(7), crypto);
  const records = [-20 * DAY_MS, -1, 3_600_000].flatMap((offset) =>
    Array.from({ length: 8 }, (_, shard) => {
      const draft = { kind: 'member', name: RECENT, slot: victim, seq: 1, deleted: false } as const;
      const place = placeOfRecent(dayOf(nowMs), shard, crypto);
      const value = new TextEncoder().encode(`{"n":${offset}}`);
      return sealRecord(
        { ...draft, slot: offset === -1 ? victim : otherSlot(victim, shard), createdAt: nowMs + offset, place, value },
        mallory.authorKey,
        (message) => mallory.sign(message),
        crypto,
      );
    }),
  );
  await ring.service.put({ records: records.map(({ bytes }) => Buffer.from(bytes)) });
}

/** Another post's id of the same shard, that nobody holds. */
function otherSlot(victim: Id, salt: number): string {
  const slot = `${String(salt).repeat(30)}${victim.slice(-2)}`;
  expect(recentShardOf(slot)).toBe(recentShardOf(victim));
  return slot;
}

describe('GET /v1/feed?strategy=random', () => {
  it('draws keys and takes the posts nearest to them, none twice over the pages', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const written = new Set<string>();
    for (let n = 0; n < 20; n++) written.add((await post(ada, `post ${n}`)).id);
    const items = await allPages(ada, '/v1/feed?strategy=random', 4);
    const ids = items.map(({ post }) => post.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(4);
    for (const { post, why } of items) {
      expect(written).toContain(post.id);
      expect(why).toMatchObject({ strategy: 'random', key: expect.stringMatching(/^[0-9a-f]{32}$/) });
      const ring = 1n << 128n;
      const gap = (BigInt(`0x${placeOf(post.id)}`) - BigInt(`0x${why.key}`) + ring) % ring;
      expect(BigInt(`0x${why.distance}`)).toBe(gap);
      expect(why.distanceOfRing).toBeCloseTo(Number(gap) / 2 ** 128);
      expect(post.served).toMatchObject({ hops: 1, phone: expect.any(String) });
    }
  });

  it('is empty on a ring without posts, and ends', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect((await feed(ada, 'strategy=random')).body).toEqual({ items: [], cursor: null, complete: true, missing: [] });
  });

  it('says when it could not ask', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    await post(ada, 'one');
    ada.wall.ring.faults.reachable = 1;
    const { body } = await ada.wall.ask('GET', '/v1/feed?strategy=random');
    expect(body).toMatchObject({ items: [{ post: { text: 'one', complete: false } }], complete: false });
  });
});

describe('feeds that are not there', () => {
  it.each(['nearby', 'constructor', 'RECENT', '%22'])(
    'refuses the strategy %s and names those there are',
    async (name) => {
      const ada = await somebody(await openWall(), 'Ada');
      const answer = await feed(ada, `strategy=${name}`);
      expect(answer.body).toMatchObject({
        type: '/problems/strategy-unavailable',
        status: 400,
        available: ['nearest', 'friends', 'recent', 'random'],
      });
    },
  );
});
