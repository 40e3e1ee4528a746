/** The first page of the wall of somebody who posted ten thousand times, in round trips: all that phones send is kept back. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { PutOutcome } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { RunningChordRouter } from '../../../services/chord-router/start.ts';
import { personIdOf, type RecordDraft, type RingRecord, sealRecord } from '../../../services/shared/core/record.ts';
import { ChordRing } from '../../../services/wall-api/adapters/chord-ring.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { encodeOpen } from '../../../services/wall-api/core/posts/post-format.ts';
import { PostReader } from '../../../services/wall-api/core/posts/posts.ts';
import { Walls } from '../../../services/wall-api/core/posts/walls.ts';
import { encodeValue } from '../../../services/wall-api/core/ring/json-value.ts';
import { POST, WALL } from '../../../services/wall-api/core/ring/ring-names.ts';
import { ADMIN_TOKEN, delayLinks } from '../link-delay.ts';
import { percentile } from '../percentile.ts';
import { RouterRing } from '../router-ring.ts';

export interface LongWallFigures {
  readonly phones: number;
  readonly posts: number;
  readonly roundTripMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Pages for which too few replicas of something answered in time. */
  readonly incomplete: number;
}

const PHONES = 16;
const DELAY_MS = 25;
const PAGE = 20;
const PAGES = 100;
/** Open links, and what phones know of each other's round trips. */
const WARMING_PAGES = 200;
const POSTS_A_PUT = 64;
const FIRST_POST_MS = Date.parse('2025-01-01T00:00:00Z');
const MINUTE_MS = 60_000;

interface Author {
  readonly key: Uint8Array;
  readonly privateKey: KeyObject;
}

const crypto = createWallCrypto();

export async function benchLongWall(posts: number, onProgress: (step: string) => void): Promise<LongWallFigures> {
  onProgress(`${PHONES} chord routers in this process`);
  // What one person may write in a minute is not what is measured.
  const chord = { quotaAuthorWritesPerMinute: Number.MAX_SAFE_INTEGER };
  await using ring = await RouterRing.start(PHONES, { adminToken: ADMIN_TOKEN, chord });
  onProgress(`${posts} posts by one person`);
  const author = newAuthor();
  await writePosts(ring.routers, author, posts);
  for (const router of ring.routers) await delayLinks(router, DELAY_MS);
  onProgress(`the first page of their wall, a round trip takes ${2 * DELAY_MS} ms`);
  const person = personIdOf(author.key, crypto);
  const times: number[] = [];
  let incomplete = 0;
  for (let i = 0; i < WARMING_PAGES + PAGES; i++) {
    const walls = wallsOf(ring.routers[i % PHONES]!);
    const startedAt = performance.now();
    const { items, complete } = await walls.page(person, undefined, undefined, PAGE);
    if (items.length !== PAGE) throw new Error(`a page had ${items.length} posts, not ${PAGE}`);
    if (i < WARMING_PAGES) continue;
    times.push(performance.now() - startedAt);
    if (!complete) incomplete++;
  }
  const [p50Ms, p99Ms] = [percentile(times, 0.5), percentile(times, 0.99)];
  return { phones: PHONES, posts, roundTripMs: 2 * DELAY_MS, p50Ms, p99Ms, incomplete };
}

function wallsOf({ service }: RunningChordRouter): Walls {
  const ring = new ChordRing(service, crypto);
  return new Walls({ ring, crypto, now: Date.now, posts: new PostReader(ring, crypto) });
}

async function writePosts(routers: readonly RunningChordRouter[], author: Author, count: number): Promise<void> {
  for (let from = 0; from < count; from += POSTS_A_PUT) {
    const numbers = Array.from({ length: Math.min(POSTS_A_PUT, count - from) }, (_, i) => from + i);
    const records = numbers.flatMap((number) => recordsOf(author, number)).map(({ bytes }) => Buffer.from(bytes));
    const { service } = routers[(from / POSTS_A_PUT) % routers.length]!;
    const { receipts } = await service.put({ records });
    const failed = receipts.find(({ outcome }) => outcome !== PutOutcome.STORED);
    if (failed !== undefined) throw new Error(`a post was not stored: outcome ${failed.outcome}`);
  }
}

/** The post and its entry in its author's wall, as the wall API writes them. */
function recordsOf(author: Author, number: number): RingRecord[] {
  const createdAt = FIRST_POST_MS + number * MINUTE_MS;
  const text = `Number ${number}: what a day it was.`;
  const value = encodeOpen({ text, audience: 'public', inReplyTo: undefined, media: [] });
  const base = { slot: '', createdAt, deleted: false };
  const post = seal(author, { ...base, kind: 'immutable', name: POST, seq: 0, value });
  const about = encodeValue({ audience: 'public' });
  return [post, seal(author, { ...base, kind: 'member', name: WALL, slot: post.place, seq: 1, value: about })];
}

function seal({ key, privateKey }: Author, draft: RecordDraft): RingRecord {
  return sealRecord(draft, key, (message) => sign(null, message, privateKey), crypto);
}

function newAuthor(): Author {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { key: Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'), privateKey };
}
