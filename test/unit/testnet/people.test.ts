/** People and posts are put onto a wall, here one of a stand-in API that keeps them in memory. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planOf, readCorpus } from '../../../testnet/people/corpus.ts';
import { populate, readPeople } from '../../../testnet/people/people.ts';
import { askWall } from '../../../testnet/people/wall-request.ts';

interface Post {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly inReplyTo?: string;
}

/** A wall API with no rules: persons by recovery phrase, tokens that are person ids. */
class StandInWall {
  readonly posts: Post[] = [];
  readonly people = new Map<string, { name: string; bio: string }>();
  readonly friends = new Set<string>();
  readonly reactions = new Set<string>();
  /** How many requests to refuse with 429 before serving any. */
  busyFor = 0;
  /** Requests that are served before all further ones are refused for good. */
  breaksAfter = Number.POSITIVE_INFINITY;
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (this.busyFor-- > 0) {
      response.writeHead(429, { 'retry-after': '0' }).end();
      return;
    }
    if (this.breaksAfter-- <= 0) {
      answer(507, { title: 'The quota is used up', detail: 'no room' });
      return;
    }
    const author = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const path = request.url!.split('?')[0]!.split('/').slice(2);
    answer(200, this.#answerOf(request.method!, path, author, text === '' ? {} : JSON.parse(text)));
  }

  #answerOf(method: string, path: string[], author: string, body: Record<string, string>): unknown {
    const [noun, id, what, detail] = path;
    if (noun === 'identity') {
      const person = body['recoveryPhrase']!;
      this.people.set(person, { name: body['name']!, bio: this.people.get(person)?.bio ?? '' });
      return { person: { id: person }, session: { token: person } };
    }
    if (noun === 'profile') this.people.set(author, { name: body['name']!, bio: body['bio']! });
    if (noun === 'friends') this.friends.add(`${author} ${decodeURIComponent(id!)}`);
    if (what === 'wall') return { items: this.posts.filter((post) => post.author === decodeURIComponent(id!)) };
    if (what === 'reactions') this.reactions.add(`${author} ${id} ${detail}`);
    if (noun !== 'posts' || method !== 'POST') return {};
    const post = { ...body, id: `post-${this.posts.length}`, author } as Post;
    this.posts.push(post);
    return post;
  }
}

let wall: StandInWall;
let api: string;
let dataDir: string;

beforeEach(async () => {
  wall = new StandInWall();
  api = await wall.listen();
  dataDir = mkdtempSync(join(tmpdir(), 'ringwall-people-'));
});

afterEach(() => {
  wall.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const fill = (seed = 1): Promise<void> => populate({ seed, apis: [api], dataDir, onProgress: () => undefined });

describe('populate', () => {
  test('does all that the plan has', async () => {
    const plan = planOf(await readCorpus(), 1);
    await fill();
    const replies = plan.posts.flatMap((post) => post.replies);
    const wanted = [...plan.posts, ...replies].map(({ text }) => text);
    expect(wall.posts.map((post) => post.text).sort()).toEqual(wanted.sort());
    expect(wall.posts.filter((post) => post.inReplyTo !== undefined)).toHaveLength(replies.length);
    expect([...wall.people.values()].map(({ bio }) => bio).sort()).toEqual(plan.people.map(({ bio }) => bio).sort());
    expect(wall.friends.size).toBe(2 * plan.friendships.length);
    expect(wall.reactions.size).toBeGreaterThan(plan.posts.length / 2);
  });

  test('a second time writes no post again', async () => {
    await fill();
    const before = wall.posts.length;
    await fill();
    expect(wall.posts).toHaveLength(before);
  });

  test('takes up again what was cut short', async () => {
    wall.breaksAfter = 200;
    await expect(fill()).rejects.toThrow('answered 507: The quota is used up: no room');
    const before = wall.posts.length;
    expect(before).toBeGreaterThan(0);
    wall.breaksAfter = Number.POSITIVE_INFINITY;
    await fill();
    expect(new Set(wall.posts.map((post) => post.text)).size).toBe(wall.posts.length);
    expect(wall.posts.length).toBeGreaterThan(before);
  });

  test('the same seed gives the same people, another seed others', async () => {
    await fill(1);
    const people = await readPeople(dataDir);
    await fill(1);
    expect(await readPeople(dataDir)).toEqual(people);
    await fill(2);
    const others = await readPeople(dataDir);
    expect(others.map(({ name }) => name)).toEqual(people.map(({ name }) => name));
    expect(others.map(({ id }) => id)).not.toEqual(people.map(({ id }) => id));
  });

  test('keeps the keys of people from the eyes of others', async () => {
    await fill();
    expect(statSync(join(dataDir, 'people.json')).mode & 0o077).toBe(0);
  });

  test('no people where there is no file', async () => {
    expect(await readPeople(join(dataDir, 'nowhere'))).toEqual([]);
  });
});

describe('askWall', () => {
  test('asks again when the phone asks for patience', async () => {
    wall.busyFor = 3;
    expect(await askWall(`${api}/v1/people/x/wall`)).toEqual({ items: [] });
  });

  test('gives up on a phone that never serves', async () => {
    wall.busyFor = 1_000;
    await expect(askWall(`${api}/v1/people/x/wall`)).rejects.toThrow('answered 429');
  });

  test('says so when no phone answers', async () => {
    wall.close();
    await expect(askWall(`${api}/v1/people/x/wall`)).rejects.toThrow('does not answer');
  });
});
