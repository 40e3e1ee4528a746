import { describe, expect, it } from 'vitest';
import { openRecord, personIdOf } from '../../../services/shared/core/record.ts';
import { recordCrypto } from '../../../services/shared/runtime/record-crypto.ts';
import { befriend, loseAnswers, placeOf, post, type Somebody, twoPhones } from './social-scene.ts';
import type { Json } from './wall-fixture.ts';

async function takeAway(me: Somebody): Promise<Json[]> {
  const { status, text, headers } = await me.wall.ask('GET', '/v1/export', { token: me.token });
  if (status !== 200) throw new Error(text);
  expect(headers['content-type']).toBe('application/x-ndjson');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('GET /v1/export', () => {
  it('holds every record of the person, opened and with its signature', async () => {
    const { ada, bob, ring } = await twoPhones();
    await befriend(ada, bob);
    const open = await post(ada, 'open');
    await ada.wall.ask('PUT', `/v1/posts/${open.id}`, {
      token: ada.token,
      body: { text: 'edited' },
      headers: { 'if-match': '*' },
    });
    await post(ada, 'sealed', { audience: 'friends' });
    const theirs = await post(bob, 'theirs');
    await ada.wall.ask('PUT', `/v1/posts/${theirs.id}/reactions/like`, { token: ada.token });
    await ada.wall.ask('PUT', `/v1/blocks/${'0'.repeat(32)}`, { token: ada.token });
    const [header, ...lines] = await takeAway(ada);
    const end = lines.pop();
    expect(header).toMatchObject({ type: 'header', format: 'ringwall-export/1', person: ada.id });
    expect(end).toEqual({ type: 'end', records: lines.length, missing: [], complete: true });

    const crypto = recordCrypto;
    const authorKey = Buffer.from(header.authorKey, 'base64url');
    expect(personIdOf(authorKey, crypto)).toBe(ada.key);
    for (const { record, place, name } of lines) {
      const checked = openRecord(Buffer.from(record, 'base64url'), crypto);
      expect(checked).toMatchObject({ ok: true, value: { place: placeOf(place), name, author: ada.key } });
    }
    const contents = (name: string): unknown[] =>
      lines.filter((line) => line.name === name).map(({ content }) => content);
    expect(contents('profile')).toMatchObject([{ name: 'Ada' }]);
    expect(contents('post')).toMatchObject([{ text: 'sealed', audience: 'friends' }, { text: 'open' }]);
    expect(contents('revision')).toMatchObject([{ text: 'edited' }]);
    expect(contents('revisions')).toMatchObject([{ text: 'edited' }]);
    expect(contents('own/private')).toMatchObject([{ type: 'block', person: '0'.repeat(32) }]);
    expect(contents('own/friends')).toHaveLength(1);
    expect(contents('own/reactions')).toHaveLength(1);
    const exported = new Set(lines.map(({ record }) => record));
    const elsewhere = new Set(['befriended', 'inbox', 'recent', 'reactions', 'replies']);
    for (const { bytes, author, name } of ring.records()) {
      if (author !== ada.key || elsewhere.has(name)) continue;
      expect(exported.has(Buffer.from(bytes).toString('base64url'))).toBe(true);
    }
  });

  it('says what it could not get', async () => {
    const { ada, ring } = await twoPhones();
    const kept = await post(ada, 'kept');
    const lost = await post(ada, 'lost');
    const restore = loseAnswers(ring, ({ place }) => place === placeOf(lost.id));
    const lines = await takeAway(ada);
    restore();
    expect(lines.at(-1)).toMatchObject({ type: 'end', missing: [lost.id], complete: false });
    expect(lines.filter(({ name }) => name === 'post').map(({ place }) => place)).toEqual([kept.id]);
  });

  it('is one’s own', async () => {
    const { ada } = await twoPhones();
    expect((await ada.wall.ask('GET', '/v1/export')).body.type).toBe('/problems/session-required');
  });
});
