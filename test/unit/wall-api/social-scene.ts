/** People who post and befriend each other over a ring in memory. */
import { vi } from 'vitest';
import type { GetRequest } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { MemoryRing } from './memory-ring.ts';
import { type Answer, type Json, type MadePerson, openWall, type WallFixture } from './wall-fixture.ts';

/** A person at a phone. */
export interface Somebody extends MadePerson {
  readonly wall: WallFixture;
}

export async function somebody(wall: WallFixture, name: string): Promise<Somebody> {
  return { ...(await wall.person(name)), wall };
}

/** The same person logged in anew, after time in which sessions end. */
export async function later(person: Somebody, milliseconds: number): Promise<Somebody> {
  person.wall.clock.nowMs += milliseconds;
  const body = { recoveryPhrase: person.recoveryPhrase, passphrase: person.passphrase };
  const answer = await person.wall.ask('POST', '/v1/identity', { body });
  if (answer.status !== 201) throw new Error(`not back: ${answer.text}`);
  return { ...person, token: answer.body.session.token };
}

/** Two people at two phones of one ring, with one clock. */
export async function twoPhones(): Promise<{
  ring: MemoryRing;
  ada: Somebody;
  bob: Somebody;
  tick: (ms: number) => void;
}> {
  const first = await openWall();
  const second = await openWall({ ring: first.ring });
  const tick = (ms: number): void => {
    first.clock.nowMs += ms;
    second.clock.nowMs += ms;
  };
  return { ring: first.ring, ada: await somebody(first, 'Ada'), bob: await somebody(second, 'Bob'), tick };
}

export interface PostOptions {
  readonly audience?: 'public' | 'friends';
  readonly inReplyTo?: string;
  /** Ids of pictures. */
  readonly media?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What POST /v1/posts answers, a millisecond later than whatever was posted before on this phone. */
export async function tryPost(author: Somebody, text: string, options: PostOptions = {}): Promise<Answer> {
  author.wall.clock.nowMs++;
  const { audience = 'public', inReplyTo, media, headers = {} } = options;
  const body = { text, audience, inReplyTo, media: media?.map((id) => ({ id })) };
  return await author.wall.ask('POST', '/v1/posts', { token: author.token, body, headers });
}

/** The post, which must have been taken. */
export async function post(author: Somebody, text: string, options: PostOptions = {}): Promise<Json> {
  const answer = await tryPost(author, text, options);
  if (answer.status !== 201) throw new Error(`not posted: ${answer.text}`);
  return answer.body;
}

export async function befriend(one: Somebody, other: Somebody): Promise<void> {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.wall.clock.nowMs++;
    const { status, text } = await from.wall.ask('PUT', `/v1/friends/${to.id}`, { token: from.token });
    if (status !== 200) throw new Error(`not befriended: ${text}`);
  }
}

/** All items of a list, page by page; every page must be complete unless told otherwise. */
export async function allPages(reader: Somebody, path: string, limit: number, maxPages = 100): Promise<Json[]> {
  const items: Json[] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null; page++) {
    if (page === maxPages) throw new Error('the list does not end');
    const query: string = `${path.includes('?') ? '&' : '?'}limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const answer: Answer = await reader.wall.ask('GET', `${path}${query}`, { token: reader.token });
    if (answer.status !== 200) throw new Error(`no page: ${answer.text}`);
    if (!answer.body.complete) throw new Error('an incomplete page');
    if (answer.body.items.length > limit) throw new Error('a page over its limit');
    items.push(...answer.body.items);
    cursor = answer.body.cursor;
  }
  return items;
}

/**
 * Lets the ring answer nothing to some queries: too few phones answered, or, when `complete`, none of them holds
 * anything. Answers how to let it answer again.
 */
export function loseAnswers(ring: MemoryRing, isLost: (request: GetRequest) => boolean, complete = false): () => void {
  const get = ring.service.get;
  const spy = vi.spyOn(ring.service, 'get').mockImplementation(async (request) => {
    if (!isLost(request)) return await get(request);
    return { records: [], next: undefined, complete, answered: [], hops: 0, milliseconds: 1 };
  });
  return () => spy.mockRestore();
}

export function placeOf(id: string): string {
  return id.replaceAll('-', '');
}
