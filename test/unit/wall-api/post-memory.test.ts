/** Interests are gathered from what the phone remembers of posts: each is read once, and again when it is time to. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { idFromNumber } from '../../../services/shared/core/id.ts';
import { SqlitePostMemory } from '../../../services/wall-api/adapters/post-memory.ts';
import { openWallDatabase } from '../../../services/wall-api/adapters/wall-database.ts';
import { befriend, later, loseAnswers, post, type Somebody, twoPhones } from './social-scene.ts';

const HOUR_MS = 3_600_000;

/** What a person's interests are made of, and which posts were read for it. */
async function signsOf(person: Somebody): Promise<{ readonly labels: string[]; readonly reads: number }> {
  let reads = 0;
  const restore = loseAnswers(person.wall.ring, ({ name }) => {
    if (name === 'post') reads += 1;
    return false;
  });
  const { body, status, text } = await person.wall.ask('GET', '/v1/interests', { token: person.token });
  restore();
  if (status !== 200) throw new Error(text);
  const labels = body.items.flatMap(({ signs }: { signs: { text: string }[] }) => signs.map((sign) => sign.text));
  return { labels: labels.sort(), reads };
}

async function like(person: Somebody, id: string): Promise<void> {
  const answer = await person.wall.ask('PUT', `/v1/posts/${id}/reactions/like`, { token: person.token });
  if (answer.status !== 200) throw new Error(answer.text);
}

it('reads a post once, also over a restart of the phone, and again after hours', async () => {
  const { ada, bob } = await twoPhones();
  for (const text of ['bread and butter', 'goals and penalties']) await like(bob, (await post(ada, text)).id);
  expect(await signsOf(bob)).toEqual({ labels: ['bread and butter', 'goals and penalties'], reads: 2 });
  await like(bob, (await post(ada, 'stars and planets')).id);
  expect(await signsOf(bob)).toMatchObject({ labels: expect.arrayContaining(['stars and planets']), reads: 1 });
  await bob.wall.restart();
  expect((await signsOf(await later(bob, 1))).reads).toBe(0);
  expect((await signsOf(await later(bob, 7 * HOUR_MS))).reads).toBe(3);
});

it('follows at once what one edits and deletes', async () => {
  const { ada } = await twoPhones();
  const first = await post(ada, 'bread and butter');
  const second = await post(ada, 'goals and penalties');
  expect((await signsOf(ada)).labels).toEqual(['bread and butter', 'goals and penalties']);
  const headers = { 'if-match': '*' };
  await ada.wall.ask('PUT', `/v1/posts/${first.id}`, {
    token: ada.token,
    body: { text: 'stars and planets' },
    headers,
  });
  await ada.wall.ask('DELETE', `/v1/posts/${second.id}`, { token: ada.token });
  expect((await signsOf(ada)).labels).toEqual(['stars and planets']);
});

it('keeps nothing of friends-only posts: they are read anew', async () => {
  const { ada, bob } = await twoPhones();
  await befriend(ada, bob);
  await post(ada, 'a secret about bread', { audience: 'friends' });
  await post(ada, 'goals and penalties');
  const labels = ['a secret about bread', 'goals and penalties'];
  expect(await signsOf(bob)).toEqual({ labels, reads: 2 });
  expect(await signsOf(await later(bob, 2 * 60_000))).toEqual({ labels, reads: 1 });
});

it('keeps so many posts, those read last, and vectors of one model apart from those of another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-memory-'));
  const database = openWallDatabase(join(folder, 'wall.sqlite'));
  onTestFinished(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });
  const memory = new SqlitePostMemory(database);
  const ids = Array.from({ length: 4_400 }, (_, i) => idFromNumber(BigInt(i)));
  const vector = Float32Array.of(0.6, 0.8);
  for (const [i, id] of ids.entries()) memory.keep('one', [{ id, label: `post ${i}`, vector }], i);
  const found = memory.find('one', ids, 0);
  expect(found.size).toBeLessThanOrEqual(4_200);
  expect(found.size).toBeGreaterThanOrEqual(4_000);
  expect(found.has(ids[0]!)).toBe(false);
  expect(found.get(ids[4_399]!)).toEqual({ id: ids[4_399], label: 'post 4399', vector });
  expect(memory.find('another', ids, 0).size).toBe(0);
  expect(memory.find('one', ids, 4_390).size).toBe(10);
  memory.keep('one', [{ id: ids[5]!, label: '😀', vector: undefined }], 5_000);
  expect(memory.find('one', [ids[5]!], 0).get(ids[5]!)).toEqual({ id: ids[5], label: '😀', vector: undefined });
  memory.forget(ids[5]!);
  expect(memory.find('one', [ids[5]!], 0).size).toBe(0);
});
