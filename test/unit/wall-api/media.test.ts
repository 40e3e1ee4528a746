import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PutOutcome } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { CHUNK_BYTES } from '../../../services/wall-api/core/media/media-format.ts';
import { animation, fetchBytes, noise, plain, recordsNamed, tryUpload, upload } from './media-scene.ts';
import { befriend, loseAnswers, placeOf, post, type Somebody, somebody, twoPhones } from './social-scene.ts';
import { type Json, openWall } from './wall-fixture.ts';

const tryPostWith = (author: Somebody, media: Json[], audience = 'public', text = 'look') => {
  author.wall.clock.nowMs++;
  const body = { text, audience, media: media.map(({ id }) => ({ id })) };
  return author.wall.ask('POST', '/v1/posts', { token: author.token, body });
};

describe('POST /v1/media', () => {
  it('answers with the picture as it is kept, and where', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { status, body, headers } = await tryUpload(ada, await plain(400, 300).png().toBuffer(), {
      query: `?alt=${encodeURIComponent('Türkis – ganz')}`,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...{ id: body.id, type: 'image/webp', width: 400, height: 300, alt: 'Türkis – ganz', author: ada.id },
      ...{ url: `/v1/media/${body.id}`, thumbnailUrl: `/v1/media/${body.id}/thumbnail`, audience: 'public' },
      ...{ bytes: expect.any(Number), createdAt: '2025-11-22T12:00:00.000Z' },
      custody: { replicas: 3, acknowledged: 3 },
    });
    expect(headers['location']).toBe(`/v1/media/${body.id}`);
  });

  it('takes a picture without a description, and says so', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    expect(await upload(ada, await plain(10, 10).png().toBuffer())).toMatchObject({ alt: null });
  });

  it('turns a picture upright and leaves out where and by what it was taken', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const original = await plain(600, 400)
      .withExif({ IFD0: { Make: 'SecretCamera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect((await sharp(original).metadata()).orientation).toBe(6);
    const { width, height, url, thumbnailUrl } = await upload(ada, original);
    expect({ width, height }).toEqual({ width: 400, height: 600 });
    for (const path of [url, thumbnailUrl]) {
      const { bytes } = await fetchBytes(ada.wall, path);
      const { exif, orientation, xmp, icc } = await sharp(bytes).metadata();
      expect({ exif, orientation, xmp, icc }).toEqual({});
      expect(bytes.includes('SecretCamera')).toBe(false);
    }
  });

  it('drops what stands behind the end of a picture', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const polyglot = Buffer.concat([await plain(50, 50).jpeg().toBuffer(), Buffer.from('PK\u0003\u0004<script>x')]);
    const { url } = await upload(ada, polyglot);
    const { bytes } = await fetchBytes(ada.wall, url);
    expect(bytes.includes('<script>')).toBe(false);
    expect(bytes.includes('PK\u0003\u0004')).toBe(false);
  });

  it('keeps animations moving, with a still thumbnail', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { url, thumbnailUrl, width, height } = await upload(ada, await animation(5));
    expect({ width, height }).toEqual({ width: 60, height: 40 });
    const { pages, delay } = await sharp((await fetchBytes(ada.wall, url)).bytes).metadata();
    expect({ pages, delay }).toEqual({ pages: 5, delay: [120, 120, 120, 120, 120] });
    expect((await sharp((await fetchBytes(ada.wall, thumbnailUrl)).bytes).metadata()).pages).toBeUndefined();
  });

  it('is done once under an idempotency key', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const picture = await noise(300, 200);
    const headers = { 'idempotency-key': 'once' };
    const first = await tryUpload(ada, picture, { headers, query: '?alt=one' });
    ada.wall.clock.nowMs += 1_000;
    const again = await tryUpload(ada, picture, { headers, query: '?alt=one' });
    expect(again.text).toBe(first.text);
    expect(recordsNamed(ada, 'media')).toHaveLength(1);
    const other = await tryUpload(ada, picture, { headers, query: '?alt=two' });
    expect(other.body).toMatchObject({ status: 422, type: '/problems/idempotency-key-reused' });
  });

  it.each(['public', 'friends'])(
    'makes the same %s records when it failed half-way and comes again',
    async (audience) => {
      const ada = await somebody(await openWall(), 'Ada');
      const picture = await noise(1_000, 800);
      const options = { headers: { 'idempotency-key': 'again' }, query: `?audience=${audience}` };
      ada.wall.ring.faults.refuse = (record) => (record.name === 'media' ? PutOutcome.UNAVAILABLE : undefined);
      expect((await tryUpload(ada, picture, options)).body).toMatchObject({ type: '/problems/too-few-replicas' });
      const before = recordsNamed(ada, 'media-chunk').map(({ place }) => place);
      expect(before.length).toBeGreaterThan(4);
      ada.wall.ring.heal();
      ada.wall.clock.nowMs += 1_000;
      await upload(ada, picture, options);
      expect(recordsNamed(ada, 'media-chunk').map(({ place }) => place)).toEqual(before);
    },
  );

  it('puts the root last, and not at all when a chunk found no quorum', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    let chunks = 0;
    ada.wall.ring.faults.refuse = ({ name }) =>
      name === 'media-chunk' && ++chunks > 6 ? PutOutcome.UNAVAILABLE : undefined;
    const answer = await tryUpload(ada, await noise(1_200, 800));
    expect(answer.body).toMatchObject({ status: 503, type: '/problems/too-few-replicas' });
    expect(ada.wall.ring.attempts.some(({ name }) => name === 'media')).toBe(false);
    // Those that were stored, and those that may be on some phones, are withdrawn: nobody will ask for them.
    expect(ada.wall.wall().context.social.outbox.counts.waiting).toBe(Math.min(12, chunks));
  });

  it('tells of a quota that is used up', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    ada.wall.ring.faults.refuse = ({ name }) => (name === 'media-chunk' ? PutOutcome.OVER_QUOTA : undefined);
    expect((await tryUpload(ada, await noise(100, 80))).body).toMatchObject({ type: '/problems/over-quota' });
  });

  it('takes in few at once', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const picture = await plain(800, 800).jpeg().toBuffer();
    const answers = await Promise.all(Array.from({ length: 8 }, () => tryUpload(ada, picture)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBe(4);
    expect(refused[0]).toMatchObject({ body: { type: '/problems/pictures-busy' }, headers: { 'retry-after': '2' } });
    expect((await tryUpload(ada, picture)).status).toBe(201);
  });
});

describe('GET /v1/media/{id}', () => {
  it('gives the whole picture on another phone, without a session, for ever', async () => {
    const { ada, bob } = await twoPhones();
    const { id, url, bytes: length } = await upload(ada, await noise(1_200, 800));
    expect(recordsNamed(ada, 'media-chunk').length).toBe(Math.ceil(length / CHUNK_BYTES));
    const { status, headers, bytes } = await fetchBytes(bob.wall, url);
    expect(status).toBe(200);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 1_200, height: 800 });
    expect(headers).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(length),
      'content-disposition': `inline; filename="${id}.webp"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
  });

  it('gives ranges, across chunks too', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { url, bytes: length } = await upload(ada, await noise(1_200, 800));
    const { bytes: whole, headers } = await fetchBytes(ada.wall, url);
    const etag = headers['etag']!;
    for (const [from, to] of [
      [0, 1],
      [CHUNK_BYTES - 1, CHUNK_BYTES + 1],
      [10, 5 * CHUNK_BYTES + 10],
      [length - 5, length],
    ] as const) {
      const answer = await fetchBytes(ada.wall, url, { range: `bytes=${from}-${to - 1}` });
      expect(answer.status).toBe(206);
      expect(answer.headers['content-range']).toBe(`bytes ${from}-${to - 1}/${length}`);
      expect(answer.headers['content-length']).toBe(String(to - from));
      expect(answer.bytes.equals(whole.subarray(from, to))).toBe(true);
    }
    expect((await fetchBytes(ada.wall, url, { range: 'bytes=0-0', 'if-range': etag })).status).toBe(206);
    expect((await fetchBytes(ada.wall, url, { range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    const outside = await fetchBytes(ada.wall, url, { range: `bytes=${length}-` });
    expect(outside.body).toMatchObject({ status: 416, type: '/problems/range-not-satisfiable' });
    expect(outside.headers['content-range']).toBe(`bytes */${length}`);
    expect(outside.headers['cache-control']).toBe('no-store');
  });

  it('answers HEAD and If-None-Match without fetching a chunk', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { url, thumbnailUrl, bytes: length } = await upload(ada, await noise(300, 200));
    const { headers } = await fetchBytes(ada.wall, url);
    const found = loseAnswers(ada.wall.ring, ({ name }) => name === 'media-chunk');
    const head = await fetchBytes(ada.wall, url, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(length), etag: headers['etag'] } });
    expect(head.bytes).toHaveLength(0);
    const known = await fetchBytes(ada.wall, url, { 'if-none-match': `"x", ${headers['etag']}` });
    expect(known).toMatchObject({ status: 304, headers: { etag: headers['etag'] } });
    expect(known.bytes).toHaveLength(0);
    const small = await fetchBytes(ada.wall, thumbnailUrl);
    expect(small).toMatchObject({ status: 200, headers: { 'content-type': 'image/webp' } });
    const smallKnown = await fetchBytes(ada.wall, thumbnailUrl, { 'if-none-match': small.headers['etag']! });
    expect(smallKnown.status).toBe(304);
    found();
  });

  it('tells how many chunks are missing, and whether for good, and still has the thumbnail', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { url, thumbnailUrl } = await upload(ada, await noise(1_200, 800));
    const [first, , third] = recordsNamed(ada, 'media-chunk').map(({ place }) => place as string);
    const chunks = recordsNamed(ada, 'media-chunk').length;
    for (const complete of [false, true]) {
      const found = loseAnswers(ada.wall.ring, ({ place }) => place === first || place === third, complete);
      const { status, body } = await fetchBytes(ada.wall, url);
      expect(status).toBe(complete ? 404 : 503);
      const type = complete ? '/problems/nobody-holds-it' : '/problems/media-incomplete';
      expect(body).toMatchObject({ type, missing: 2, chunks });
      expect((await fetchBytes(ada.wall, thumbnailUrl)).status).toBe(200);
      found();
    }
  });

  it('breaks off when a chunk goes missing under way', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { url, bytes: length } = await upload(ada, await noise(1_200, 800));
    const last = recordsNamed(ada, 'media-chunk').at(-1)!.place as string;
    loseAnswers(ada.wall.ring, ({ place }) => place === last);
    const { app } = ada.wall.wall();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const [response] = (await once(get({ host: '127.0.0.1', port, path: url }), 'response')) as [IncomingMessage];
    let received = 0;
    response.on('data', (part: Buffer) => (received += part.length));
    const [error] = (await once(response, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect(response.statusCode).toBe(200);
    expect(received).toBeLessThan(length);
  });

  it('says when it is nowhere, and when that is not known', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const url = '/v1/media/00000000-0000-0000-0000-000000000000';
    expect((await fetchBytes(ada.wall, url)).body).toMatchObject({ status: 404, type: '/problems/nobody-holds-it' });
    ada.wall.ring.faults.reachable = 1;
    expect((await fetchBytes(ada.wall, url)).body).toMatchObject({ status: 503, type: '/problems/ring-unavailable' });
  });
});

describe('a picture in a post', () => {
  it('is told with all that is needed to lay it out, also after an edit', async () => {
    const { ada, bob } = await twoPhones();
    const one = await upload(ada, await plain(40, 30).png().toBuffer(), { query: '?alt=one' });
    const two = await upload(ada, await plain(20, 10).png().toBuffer());
    const { status, body } = await tryPostWith(ada, [one, two]);
    expect(status).toBe(201);
    const wanted = [one, two].map(({ id, type, width, height, alt, url, thumbnailUrl }) => {
      return { id, type, width, height, alt, url, thumbnailUrl };
    });
    expect(body.media).toEqual(wanted);
    expect((await bob.wall.ask('GET', `/v1/posts/${body.id}`)).body.media).toEqual(wanted);
    const headers = { 'if-match': (await bob.wall.ask('GET', `/v1/posts/${body.id}`)).headers['etag']! };
    const edit = { token: ada.token, body: { text: 'other words' }, headers };
    expect((await ada.wall.ask('PUT', `/v1/posts/${body.id}`, edit)).body).toMatchObject({ version: 2, media: wanted });
    const feed = await bob.wall.ask('GET', '/v1/feed?strategy=recent');
    expect(feed.body.items[0].post.media).toEqual(wanted);
  });

  it('may stand alone, also after an edit; a post of neither words nor pictures may not', async () => {
    const { ada, bob } = await twoPhones();
    const picture = await upload(ada, await plain(40, 30).png().toBuffer());
    const { status, body } = await tryPostWith(ada, [picture], 'public', '');
    expect({ status, text: body.text }).toEqual({ status: 201, text: '' });
    expect((await bob.wall.ask('GET', `/v1/posts/${body.id}`)).body).toMatchObject({ text: '', media: [{}] });
    const edit = async (id: string, text: string) =>
      (await ada.wall.ask('PUT', `/v1/posts/${id}`, { token: ada.token, body: { text }, headers: { 'if-match': '*' } }))
        .body;
    expect(await edit(body.id, 'with words')).toMatchObject({ text: 'with words', version: 2 });
    expect(await edit(body.id, '')).toMatchObject({ text: '', version: 3 });

    const blank = { status: 400, type: '/problems/invalid-request', errors: [{ pointer: '/text' }] };
    expect((await tryPostWith(ada, [], 'public', ' ')).body).toMatchObject(blank);
    const words = await post(ada, 'only words');
    expect(await edit(words.id, '')).toMatchObject(blank);
  });

  it('for friends is opened by friends alone', async () => {
    const { ada, bob } = await twoPhones();
    const eve = await somebody(bob.wall, 'Eve');
    await befriend(ada, bob);
    const medium = await upload(ada, await noise(600, 400), { query: '?audience=friends&alt=secret' });
    const { body } = await tryPostWith(ada, [medium], 'friends');
    const seen = (await bob.wall.ask('GET', `/v1/posts/${body.id}`, { token: bob.token })).body.media[0];
    expect(seen).toMatchObject({ alt: 'secret', url: expect.stringMatching(/\?key=[\w-]{43}$/) });
    const { status, bytes, headers } = await fetchBytes(bob.wall, seen.url);
    expect({ status, cache: headers['cache-control'] }).toEqual({
      status: 200,
      cache: 'private, max-age=31536000, immutable',
    });
    expect((await sharp(bytes).metadata()).width).toBe(600);
    expect((await fetchBytes(bob.wall, seen.thumbnailUrl)).status).toBe(200);
    const part = await fetchBytes(bob.wall, seen.url, { range: 'bytes=65530-65539' });
    expect(part.bytes.equals(bytes.subarray(65_530, 65_540))).toBe(true);

    const bare = `/v1/media/${medium.id}`;
    for (const path of [bare, `${bare}/thumbnail`, `${bare}?key=${'A'.repeat(43)}`]) {
      expect((await fetchBytes(eve, path)).body).toMatchObject({ status: 403, type: '/problems/not-readable' });
    }
    expect((await fetchBytes(ada, bare)).status).toBe(200);
    for (const record of ada.wall.ring.records()) {
      expect(Buffer.from(record.bytes).includes('secret')).toBe(false);
      expect(Buffer.from(record.bytes).includes('WEBP')).toBe(false);
    }
  });

  it('must be the author’s own, for the same audience, and there', async () => {
    const { ada, bob } = await twoPhones();
    const open = await upload(ada, await plain(10, 10).png().toBuffer());
    const sealed = await upload(ada, await plain(10, 11).png().toBuffer(), { query: '?audience=friends' });
    const posted = await post(ada, 'no picture');
    const unprocessable = { status: 422, type: '/problems/unprocessable-content' };
    expect((await tryPostWith(bob, [open])).body).toMatchObject(unprocessable);
    expect((await tryPostWith(bob, [sealed], 'friends')).body).toMatchObject({ type: '/problems/not-readable' });
    expect((await tryPostWith(ada, [open], 'friends')).body).toMatchObject(unprocessable);
    expect((await tryPostWith(ada, [sealed])).body).toMatchObject(unprocessable);
    expect((await tryPostWith(ada, [posted])).body).toMatchObject({ type: '/problems/nobody-holds-it' });
    expect((await tryPostWith(ada, [open, open, open, open, open])).body).toMatchObject({
      type: '/problems/invalid-request',
    });
    expect(recordsNamed(ada, 'post')).toHaveLength(1);
  });
});

describe('DELETE /v1/media/{id}', () => {
  it.each(['public', 'friends'])('removes root and chunks of a %s picture for good', async (audience) => {
    const { ada, bob } = await twoPhones();
    const { id, url } = await upload(ada, await noise(600, 400), { query: `?audience=${audience}` });
    const path = `/v1/media/${id}`;
    expect((await bob.wall.ask('DELETE', path, { token: bob.token })).body).toMatchObject({
      type: '/problems/forbidden',
    });
    const { status, body } = await ada.wall.ask('DELETE', path, { token: ada.token });
    expect({ status, body }).toMatchObject({ status: 200, body: { id, custody: { acknowledged: 3 } } });
    expect(recordsNamed(ada, 'media')).toEqual([]);
    expect(recordsNamed(ada, 'media-chunk')).toEqual([]);
    expect((await fetchBytes(bob.wall, url)).body).toMatchObject({ status: 410, type: '/problems/deleted' });
    expect((await ada.wall.ask('GET', `/v1/media/${placeOf(id)}`)).status).toBe(410);
  });
});
