import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { hexOf, type Id } from '../../../services/shared/core/id.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { personOfSeed } from '../../../services/wall-api/core/identity/person.ts';
import { encodeMedia, type MediaContent } from '../../../services/wall-api/core/media/media-format.ts';
import { PICTURE_TYPES, type Picture, sniffPicture } from '../../../services/wall-api/core/media/media-picture.ts';
import { sign } from '../../../services/wall-api/core/ring/writer.ts';
import { headOf, sendAllThenRead } from '../shared/blind-sender.ts';
import { fetchBytes, noise, plain, recordsNamed, tryUpload, upload } from './media-scene.ts';
import { post, somebody } from './social-scene.ts';
import { openWall, type WallFixture } from './wall-fixture.ts';

const crypto = createWallCrypto();
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
const LIMIT = 8 * 1024 * 1024;

/** A PNG of a few bytes whose header promises 256 megapixels. */
async function bombPng(): Promise<Buffer> {
  const png = await plain(1, 1).png().toBuffer();
  // The signature takes 8 bytes, the header's length and name 8, then come width, height, 5 further bytes and its CRC.
  png.writeUInt32BE(16_000, 16);
  png.writeUInt32BE(16_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

describe('an upload that is no picture', () => {
  it.each([
    ['text', async () => Buffer.from('not a picture'), 415, 'not-a-picture'],
    ['an SVG', async () => Buffer.from(SVG), 415, 'not-a-picture'],
    ['a TIFF', async () => await plain(9, 9).tiff().toBuffer(), 415, 'not-a-picture'],
    ['an AVIF', async () => await plain(9, 9).avif().toBuffer(), 415, 'not-a-picture'],
    ['an SVG behind the first bytes of a GIF', async () => Buffer.from(`GIF89a${SVG}`), 422, 'picture-unreadable'],
    ['a JPEG cut off', async () => (await noise(300, 200)).subarray(0, 9_000), 422, 'picture-unreadable'],
    ['a PNG cut off', async () => (await plain(300, 200).png().toBuffer()).subarray(0, 200), 422, 'picture-unreadable'],
    ['three bytes of a JPEG', async () => Buffer.from([0xff, 0xd8, 0xff]), 422, 'picture-unreadable'],
    ['a pixel bomb', bombPng, 422, 'picture-too-large'],
    ['nothing', async () => Buffer.alloc(0), 400, 'empty-body'],
  ])('%s is refused', async (_what, make, status, slug) => {
    const ada = await somebody(await openWall(), 'Ada');
    const answer = await tryUpload(ada, await make());
    expect(answer.body).toMatchObject({ status, type: `/problems/${slug}` });
    expect(recordsNamed(ada, 'media-chunk')).toEqual([]);
    expect((await tryUpload(ada, await plain(9, 9).png().toBuffer())).status).toBe(201);
  });

  it('is refused with more frames than an animation may have', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const still = (i: number) => sharp(Buffer.from([i, i, i]), { raw: { width: 1, height: 1, channels: 3 } }).png();
    const stills = await Promise.all(Array.from({ length: 257 }, (_, i) => still((i % 2) * 255).toBuffer()));
    const long = await sharp(stills, { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer();
    expect((await sharp(long).metadata()).pages).toBe(257);
    expect((await tryUpload(ada, long)).body).toMatchObject({ type: '/problems/picture-too-large' });
  });

  it.each([
    ['text/html', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/octet-stream', 201],
    ['image/gif', 201],
    ['image/svg+xml', 201],
  ])('with the content type %s: %s, for the content of a picture alone decides', async (type, status) => {
    const ada = await somebody(await openWall(), 'Ada');
    const answer = await tryUpload(ada, await plain(9, 9).png().toBuffer(), { headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(
      status === 201 ? { type: 'image/webp' } : { type: '/problems/unsupported-media-type' },
    );
  });

  it.each([
    ['JSON', 'application/json', '{"picture":1}', 415, 'unsupported-media-type'],
    ['broken JSON', 'application/json', '{', 400, 'malformed-json'],
  ])('as %s is refused', async (_what, type, payload, status, slug) => {
    const ada = await somebody(await openWall(), 'Ada');
    const answer = await tryUpload(ada, Buffer.from(payload), { headers: { 'content-type': type } });
    expect(answer.body).toMatchObject({ status, type: `/problems/${slug}` });
  });

  it.each([
    ['?alt=', '/alt'],
    [`?alt=${'x'.repeat(1_501)}`, '/alt'],
    ['?audience=all', '/audience'],
    ['?name=x', '/name'],
  ])('with the query %s is refused', async (query, pointer) => {
    const ada = await somebody(await openWall(), 'Ada');
    const answer = await tryUpload(ada, await plain(9, 9).png().toBuffer(), { query });
    expect(answer.body).toMatchObject({ status: 400, type: '/problems/invalid-request', errors: [{ pointer }] });
  });

  it('needs a session', async () => {
    const wall = await openWall();
    const headers = { 'content-type': 'image/png' };
    const answer = await wall.inject({ method: 'POST', url: '/v1/media', payload: Buffer.from('x'), headers });
    expect(answer.body).toMatchObject({ status: 401, type: '/problems/session-required' });
  });
});

describe('a picture over its bound', () => {
  it('is refused by its length before it is read', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const answer = await tryUpload(ada, Buffer.alloc(LIMIT + 1, 0xff));
    expect(answer.body).toMatchObject({ status: 413, type: '/problems/payload-too-large', limitBytes: LIMIT });
  });

  it.each([
    ['of a length that it tells', 2 * LIMIT, { 'content-length': 2 * LIMIT }],
    ['of a length that it does not tell', 2 * LIMIT, {}],
    ['whose sender closes the connection afterwards', 2 * LIMIT, { 'content-length': 2 * LIMIT, connection: 'close' }],
    ['one byte over it', LIMIT + 1, {}],
  ])('gets its answer, %s, also when nobody reads that before all is sent', async (_what, size, headers) => {
    const wall = await openWall();
    const ada = await somebody(wall, 'Ada');
    const { app } = wall.wall();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    // An answer that is missed is missed by chance.
    for (let time = 0; time < 3; time++) {
      const head = { ...headers, authorization: `Bearer ${ada.token}`, 'content-type': 'image/jpeg' };
      const answer = await sendAllThenRead(port, '/v1/media', head, Buffer.alloc(size, 0xff));
      expect(answer).toMatchObject({ status: 413, type: '/problems/payload-too-large', limitBytes: LIMIT });
    }
    expect(wall.ring.records().filter(({ name }) => name !== 'profile')).toEqual([]);
  });

  it('leaves its place to others before its sender is done', async () => {
    const wall = await openWall();
    const ada = await somebody(wall, 'Ada');
    const { app } = wall.wall();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const sockets = [];
    for (let sender = 0; sender < 5; sender++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      sockets.push(socket);
      const head = { authorization: `Bearer ${ada.token}`, 'content-type': 'image/jpeg', 'content-length': 2 * LIMIT };
      socket.write(headOf('/v1/media', head));
      const [start] = (await once(socket, 'data')) as [Buffer];
      expect(start.toString()).toMatch(/^HTTP\/1.1 413 /);
    }
    for (const socket of sockets) socket.destroy();
  });

  it('that ends before its own length is told so, and changes nothing', async () => {
    const wall = await openWall();
    const ada = await somebody(wall, 'Ada');
    const { app } = wall.wall();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const head = { authorization: `Bearer ${ada.token}`, 'content-type': 'image/jpeg', 'content-length': LIMIT };
    const answer = await sendAllThenRead(port, '/v1/media', head, Buffer.alloc(LIMIT / 2, 0xff));
    expect(answer).toMatchObject({ status: 400, type: '/problems/bad-request' });
    expect(recordsNamed(ada, 'media-chunk')).toEqual([]);
    expect((await tryUpload(ada, await plain(9, 9).png().toBuffer())).status).toBe(201);
  });
});

describe('what is kept under an id that is asked for as a picture', () => {
  const forger = personOfSeed(new Uint8Array(64).fill(7), crypto);
  const put = async (wall: WallFixture, name: string, value: Uint8Array): Promise<RingRecord> => {
    const draft = { kind: 'immutable', name, slot: '', seq: 0, createdAt: 1, deleted: false, value } as const;
    const record = sign(forger, draft, crypto);
    await wall.ring.service.put({ records: [Buffer.from(record.bytes)] }, { timeoutMs: 1_000 });
    return record;
  };
  const rootOf = (chunks: readonly Id[], bytes: number): MediaContent => {
    const described = {
      type: 'image/webp',
      width: 9,
      height: 9,
      alt: null,
      sha256: hexOf(new Uint8Array(32)),
    } as const;
    return { ...described, bytes, chunks, thumbnail: new Uint8Array(3) };
  };

  it('is no picture when it is a post', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { id } = await post(ada, 'text');
    for (const path of [`/v1/media/${id}`, `/v1/media/${id}/thumbnail`]) {
      expect((await fetchBytes(ada.wall, path)).body).toMatchObject({ status: 404, type: '/problems/nobody-holds-it' });
    }
    const answer = await ada.wall.ask('DELETE', `/v1/media/${id}`, { token: ada.token });
    expect(answer.body).toMatchObject({ type: '/problems/nobody-holds-it' });
    expect((await ada.wall.ask('GET', `/v1/posts/${id}`)).status).toBe(200);
  });

  it('is no picture when its root names the chunks of others', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const { bytes } = await upload(ada, await plain(90, 90).png().toBuffer());
    const [chunk] = recordsNamed(ada, 'media-chunk');
    const { place } = await put(ada.wall, 'media', encodeMedia(rootOf([chunk!.place], bytes)));
    const answer = await fetchBytes(ada.wall, `/v1/media/${place}`);
    expect(answer.body).toMatchObject({ status: 404, type: '/problems/nobody-holds-it', missing: 1, chunks: 1 });
  });

  it('is no picture when a chunk has another length than its root says', async () => {
    const ada = await somebody(await openWall(), 'Ada');
    const chunk = await put(ada.wall, 'media-chunk', new Uint8Array(10));
    const { place } = await put(ada.wall, 'media', encodeMedia(rootOf([chunk.place], 11)));
    expect((await fetchBytes(ada.wall, `/v1/media/${place}`)).body).toMatchObject({ missing: 1, chunks: 1 });
    const right = await put(ada.wall, 'media', encodeMedia(rootOf([chunk.place], 10)));
    expect((await fetchBytes(ada.wall, `/v1/media/${right.place}`)).bytes).toHaveLength(10);
  });

  it.each([
    ['no JSON', 'x'],
    ['JSON of something else', '{"text":"x"}'],
    ['a type that runs', JSON.stringify({ type: 'text/html', width: 1, height: 1, bytes: 1, alt: null })],
    ['sealed bytes that are none', '\u0001'],
  ])('is no picture when its root is %s', async (_what, value) => {
    const ada = await somebody(await openWall(), 'Ada');
    const { place } = await put(ada.wall, 'media', new TextEncoder().encode(value));
    const { status } = await fetchBytes(ada, `/v1/media/${place}`);
    expect(status).toBe(value === '\u0001' ? 403 : 404);
  });

  it.each([
    ['/v1/media/x', 'invalid-id'],
    [`/v1/media/${'0'.repeat(32)}?key=short`, 'invalid-request'],
    [`/v1/media/${'0'.repeat(32)}?size=1`, 'invalid-request'],
  ])('%s is refused', async (url, slug) => {
    const wall = await openWall();
    expect((await fetchBytes(wall, url)).body).toMatchObject({ status: 400, type: `/problems/${slug}` });
  });

  it.each(['bytes=x', 'bytes=5-1', 'bytes=0-1,3-4', 'lines=1', ''])('comes whole for the range %j', async (range) => {
    const ada = await somebody(await openWall(), 'Ada');
    const { url, bytes } = await upload(ada, await plain(9, 9).png().toBuffer());
    const answer = await fetchBytes(ada.wall, url, { range });
    expect({ status: answer.status, length: answer.bytes.length }).toEqual({ status: 200, length: bytes });
  });
});

describe('the first bytes of a picture', () => {
  it.each(PICTURE_TYPES)('tell %s', async (type) => {
    const format = type.slice('image/'.length) as 'jpeg' | 'png' | 'webp' | 'gif';
    expect(sniffPicture(await plain(2, 2).toFormat(format).toBuffer())).toBe(type satisfies Picture['type']);
  });

  it.each(['', 'GIF', 'RIFF', 'RIFF1234WAVE', ' <svg', '%PDF-1.7'])('tell nothing of %j', (text) => {
    expect(sniffPicture(Buffer.from(text))).toBeUndefined();
  });
});
