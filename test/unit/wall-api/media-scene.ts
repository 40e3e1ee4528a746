/** Pictures to upload, and what comes back as bytes. */
import sharp, { type Sharp } from 'sharp';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import type { Somebody } from './social-scene.ts';
import type { Answer, Json, Method, WallFixture } from './wall-fixture.ts';

export interface ByteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The body when it is JSON. */
  readonly body: Json;
}

/** Noise does not compress: 1200 x 800 pixels of it take about nine chunks. */
export async function noise(width: number, height: number): Promise<Buffer> {
  return await sharp({
    create: { width, height, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })
    .jpeg()
    .toBuffer();
}

export function plain(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } });
}

export async function animation(frames: number): Promise<Buffer> {
  const stills = Array.from({ length: frames }, (_, i) =>
    sharp({ create: { width: 60, height: 40, channels: 3, background: { r: i * 20, g: 90, b: 0 } } })
      .png()
      .toBuffer(),
  );
  return await sharp(await Promise.all(stills), { join: { animated: true } })
    .gif({ delay: Array.from({ length: frames }, () => 120) })
    .toBuffer();
}

export interface UploadOptions {
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function tryUpload(author: Somebody, payload: Buffer, options: UploadOptions = {}): Promise<Answer> {
  return await author.wall.inject({
    method: 'POST',
    url: `/v1/media${options.query ?? ''}`,
    headers: { authorization: `Bearer ${author.token}`, 'content-type': 'image/jpeg', ...options.headers },
    payload,
  });
}

/** The picture as it is kept, which must have been taken. */
export async function upload(author: Somebody, payload: Buffer, options: UploadOptions = {}): Promise<Json> {
  const answer = await tryUpload(author, payload, options);
  if (answer.status !== 201) throw new Error(`not uploaded: ${answer.text}`);
  return answer.body;
}

/** What a person gets, or, for a phone alone, whoever is not logged in there. */
export async function fetchBytes(
  reader: Somebody | WallFixture,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method: Method = 'GET',
): Promise<ByteAnswer> {
  const [wall, authorization] =
    'token' in reader ? [reader.wall, { authorization: `Bearer ${reader.token}` }] : [reader, {}];
  const response = await wall.wall().app.inject({ method, url, headers: { ...authorization, ...headers } });
  const isJson = /[/+]json\b/.test(String(response.headers['content-type']));
  return {
    status: response.statusCode,
    headers: response.headers as Record<string, string>,
    bytes: response.rawPayload,
    body: isJson ? response.json() : undefined,
  };
}

export function recordsNamed(author: Somebody, name: string): RingRecord[] {
  return author.wall.ring.records().filter((record) => record.name === name);
}
