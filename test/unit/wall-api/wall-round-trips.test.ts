/** The first page of a wall, however long that is: how many times its phone waits for others before the page is there. */
import { expect, test } from 'vitest';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { personIdOf, type RecordCrypto, type RecordDraft, sealRecord } from '../../../services/shared/core/record.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { encodeOpen } from '../../../services/wall-api/core/posts/post-format.ts';
import { PostReader } from '../../../services/wall-api/core/posts/posts.ts';
import { Walls } from '../../../services/wall-api/core/posts/walls.ts';
import { encodeValue } from '../../../services/wall-api/core/ring/json-value.ts';
import type { Ring, RingAnswer } from '../../../services/wall-api/core/ring/ring-client.ts';
import { POST, WALL } from '../../../services/wall-api/core/ring/ring-names.ts';
import { byPosition } from '../../../services/wall-api/core/ring/timeline.ts';

const POSTS = 10_000;
const PAGE = 20;
const LONGEST_PAGE = 50;
const MINUTE_MS = 60_000;

const crypto = createWallCrypto();
/** Nothing here is to be forged, and twenty thousand signatures take seconds. */
const trusting: RecordCrypto = { sha256: (...parts) => crypto.sha256(...parts), verify: () => true };
const authorKey = new Uint8Array(32).fill(7);
const unsigned = new Uint8Array(64);

function seal(draft: RecordDraft): RingRecord {
  return sealRecord(draft, authorKey, () => unsigned, trusting);
}

/** What is asked for without waiting for an answer is asked in one round, and answered together. */
class RingOfRounds {
  rounds = 0;
  readonly #places = new Map<string, RingRecord[]>();
  #waiting: (() => void)[] = [];

  keep(record: RingRecord): void {
    const place = this.#places.get(record.place) ?? [];
    this.#places.set(record.place, place);
    place.push(record);
  }

  readonly ring = {
    get: async ({ place, name, limit = 100 }) => {
      await new Promise<void>((resolve) => {
        if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#answerAll());
      });
      const found = (this.#places.get(place) ?? []).filter((record) => record.name === name).sort(byPosition);
      const records = found.slice(0, limit);
      const next = found.length > limit ? 'more' : undefined;
      const answer: RingAnswer = { records, next, complete: true, answered: [], hops: 1, milliseconds: 0 };
      return answer;
    },
  } satisfies Pick<Ring, 'get'>;

  #answerAll(): void {
    this.rounds++;
    for (const answer of this.#waiting.splice(0)) answer();
  }
}

function longWall(): RingOfRounds {
  const ring = new RingOfRounds();
  for (let number = 0; number < POSTS; number++) {
    const base = { slot: '', createdAt: number * MINUTE_MS, deleted: false };
    const value = encodeOpen({ text: `Number ${number}.`, audience: 'public', inReplyTo: undefined, media: [] });
    const post = seal({ ...base, kind: 'immutable', name: POST, seq: 0, value });
    const about = encodeValue({ audience: 'public' });
    ring.keep(post);
    ring.keep(seal({ ...base, kind: 'member', name: WALL, slot: post.place, seq: 1, value: about }));
  }
  return ring;
}

/** Its list, then its posts, 32 at once: one more round for a long page. Three may be. */
test.each([
  [PAGE, 2],
  [LONGEST_PAGE, 3],
])('the first %d posts of ten thousand take %d rounds of questions', async (limit, rounds) => {
  const wall = longWall();
  const ring = wall.ring as unknown as Ring;
  const walls = new Walls({ ring, crypto, now: () => POSTS * MINUTE_MS, posts: new PostReader(ring, crypto) });
  const page = await walls.page(personIdOf(authorKey, crypto), undefined, undefined, limit);
  expect(page.items).toHaveLength(limit);
  expect(page.items[0]).toMatchObject({ text: `Number ${POSTS - 1}.` });
  expect(page.complete).toBe(true);
  expect(wall.rounds).toBe(rounds);
});
