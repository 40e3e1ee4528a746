/**
 * The feed of the essay this network comes from, kept as a baseline: draw 128-bit keys and take the post nearest
 * clockwise to each. It knows nothing of its reader; a post is the likelier the wider the gap before it.
 */
import { distance, hexOf, type Id, idFromBytes } from '../../../shared/core/id.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { mapBounded, PARALLEL_READS } from '../parallel.ts';
import type { PostReader, PostReading } from '../posts/posts.ts';
import { Problem } from '../problem.ts';
import type { NearestAnswer, Ring } from '../ring/ring-client.ts';
import { POST } from '../ring/ring-names.ts';
import type { FeedItem, FeedPage, FeedRequest, FeedStrategy } from './feed.ts';

/** Posts after which the feed ends: a cursor remembers what was shown. */
const MAX_RANDOM_ITEMS = 500;
/** Draws a page may take for each item of it. */
const DRAWS_PER_ITEM = 4;
/** Digits of an id that a cursor remembers; ids are hashes, so 32 bits tell 500 of them apart. */
const MARK_DIGITS = 8;

interface Draw {
  readonly key: Id;
  /** Undefined when the ring could not be asked. */
  readonly answer: NearestAnswer | undefined;
  readonly milliseconds: number;
}

interface Gathering {
  readonly items: FeedItem[];
  readonly missing: Id[];
  complete: boolean;
}

export interface RandomFeedParts {
  readonly ring: Ring;
  readonly now: () => number;
  readonly random: () => number;
  readonly posts: PostReader;
}

export class RandomFeed implements FeedStrategy {
  readonly name = 'random';
  readonly needsViewer = false;
  readonly #parts: RandomFeedParts;

  constructor(parts: RandomFeedParts) {
    this.#parts = parts;
  }

  async page({ viewer, blocked, before, limit }: FeedRequest): Promise<FeedPage> {
    const seen = new Set(before === undefined ? [] : readMarks(before));
    const wanted = Math.min(limit, MAX_RANDOM_ITEMS - seen.size);
    const gathering: Gathering = { items: [], missing: [], complete: true };
    let draws = wanted * DRAWS_PER_ITEM;
    while (draws > 0 && gathering.items.length < wanted) {
      const count = Math.min(draws, PARALLEL_READS, wanted - gathering.items.length);
      draws -= count;
      const drawn = await mapBounded(Array.from({ length: count }), PARALLEL_READS, () => this.#draw());
      await this.#take(drawn, seen, blocked, viewer, gathering);
    }
    const { items, missing, complete } = gathering;
    const more = items.length > 0 && seen.size < MAX_RANDOM_ITEMS;
    return { items, missing, next: more ? writeMarks(seen) : undefined, complete };
  }

  async #draw(): Promise<Draw> {
    const { ring, now, random } = this.#parts;
    const key = idFromBytes(Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)));
    const start = now();
    try {
      const answer = await ring.nearest(key, POST);
      return { key, answer, milliseconds: Math.max(0, now() - start) };
    } catch (error) {
      if (error instanceof Problem) return { key, answer: undefined, milliseconds: Math.max(0, now() - start) };
      throw error;
    }
  }

  /** Adds the drawn posts that were not seen yet, and reads what stands over each. */
  async #take(
    drawn: readonly Draw[],
    seen: Set<string>,
    blocked: ReadonlySet<Id>,
    viewer: UnlockedPerson | undefined,
    gathering: Gathering,
  ): Promise<void> {
    const fresh: Draw[] = [];
    for (const draw of drawn) {
      gathering.complete &&= draw.answer?.complete === true;
      const record = draw.answer?.record;
      if (record === undefined || blocked.has(record.author) || seen.has(markOf(record.place))) continue;
      seen.add(markOf(record.place));
      fresh.push(draw);
    }
    const readings = await mapBounded(fresh, PARALLEL_READS, (draw) => this.#read(draw, viewer));
    for (const [index, reading] of readings.entries()) {
      const { key } = fresh[index]!;
      if (reading.state === 'present') {
        const { post } = reading;
        gathering.items.push({ post, why: { strategy: 'random', key, distance: distance(key, post.id) } });
        gathering.complete &&= post.complete;
      } else if (reading.state === 'missing') {
        gathering.missing.push(reading.id);
        gathering.complete = false;
      }
    }
  }

  async #read({ answer, milliseconds }: Draw, viewer: UnlockedPerson | undefined): Promise<PostReading> {
    const served = { phone: answer?.answered, hops: answer?.hops ?? 0, milliseconds };
    return await this.#parts.posts.readOver(answer!.record!, served, viewer);
  }
}

function markOf(id: Id): string {
  return id.slice(0, MARK_DIGITS);
}

function writeMarks(seen: ReadonlySet<string>): string {
  const digits = [...seen].join('');
  return toBase64Url(
    Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
      Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
    ),
  );
}

function readMarks(text: string): string[] {
  const digits = hexOf(fromBase64Url(text) ?? new Uint8Array(0));
  return Array.from({ length: Math.floor(digits.length / MARK_DIGITS) }, (_, index) =>
    digits.slice(index * MARK_DIGITS, (index + 1) * MARK_DIGITS),
  );
}
