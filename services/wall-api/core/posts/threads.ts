/**
 * Threads: what a post answers, and what answers it. Half a thread that looks whole is the loudest complaint about
 * networks of many servers, so every answer that is known of is listed, also when it cannot be shown.
 */
import { type Id, parseId } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import type { Blocks } from '../friends/blocks.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { mapBounded, PARALLEL_READS } from '../parallel.ts';
import { Problem } from '../problem.ts';
import type { Ring } from '../ring/ring-client.ts';
import { REPLIES } from '../ring/ring-names.ts';
import type { LoadedPost, PostReader, PostReading } from './posts.ts';

export const MAX_ANCESTORS = 32;
export const MAX_DEPTH = 8;
export const MAX_REPLIES = 200;
/** Answers to one post that are followed. */
const MAX_REPLIES_PER_POST = 100;

export type ThreadEntryState = 'present' | 'deleted' | 'unreadable' | 'missing' | 'blocked';

export interface ThreadEntry {
  readonly id: Id;
  /** Unknown of an ancestor that is missing. */
  readonly author: Id | undefined;
  readonly state: ThreadEntryState;
  /** When present. */
  readonly post: LoadedPost | undefined;
}

export interface ThreadReply extends ThreadEntry {
  /** The post it answers. */
  readonly parent: Id;
  /** 1 for answers to the post asked for. */
  readonly depth: number;
  /** There are answers to it beyond the bounds. */
  readonly more: boolean;
}

export interface Thread {
  readonly post: LoadedPost;
  /** What it answers, the beginning of the thread first. */
  readonly ancestors: readonly ThreadEntry[];
  /** Every post after the one it answers, older answers first. */
  readonly replies: readonly ThreadReply[];
  /** The thread goes on beyond the bounds: upwards, or below an entry with `more`. */
  readonly truncated: boolean;
  /** False: too few phones answered to be sure that nothing is missing beyond what is listed as missing. */
  readonly complete: boolean;
}

interface Walk {
  readonly viewer: UnlockedPerson | undefined;
  readonly blocked: ReadonlySet<Id>;
  complete: boolean;
  truncated: boolean;
}

/** An answer as its parent's set names it. */
interface Listed {
  readonly id: Id;
  readonly author: Id;
  readonly parent: Id;
}

/** A known answer on its way into the thread. */
interface Found {
  readonly entry: ThreadEntry;
  readonly parent: Id;
  readonly depth: number;
  more: boolean;
}

export class Threads {
  readonly #ring: Ring;
  readonly #posts: PostReader;
  readonly #blocks: Blocks;

  constructor(ring: Ring, posts: PostReader, blocks: Blocks) {
    this.#ring = ring;
    this.#posts = posts;
    this.#blocks = blocks;
  }

  /** The thread around a post, within bounds. Throws what reading the post itself throws. */
  async read(id: Id, viewer: UnlockedPerson | undefined): Promise<Thread> {
    const [post, blocked] = await Promise.all([this.#posts.require(id, viewer), this.#blocks.of(viewer)]);
    const walk: Walk = { viewer, blocked, complete: post.complete, truncated: false };
    const [ancestors, replies] = await Promise.all([this.#ancestorsOf(post, walk), this.#repliesTo(post, walk)]);
    return { post, ancestors, replies, truncated: walk.truncated, complete: walk.complete };
  }

  /** Upwards one by one, for only a post tells what it answers. */
  async #ancestorsOf(post: LoadedPost, walk: Walk): Promise<ThreadEntry[]> {
    const ancestors: ThreadEntry[] = [];
    const met = new Set<Id>([post.id]);
    let parent = post.inReplyTo;
    while (parent !== undefined && !met.has(parent)) {
      if (ancestors.length === MAX_ANCESTORS) {
        walk.truncated = true;
        break;
      }
      met.add(parent);
      const reading = await this.#posts.read(parent, walk.viewer);
      ancestors.unshift(entryOf(reading, walk));
      parent = reading.state === 'present' ? reading.post.inReplyTo : undefined;
    }
    return ancestors;
  }

  /** Downwards level by level: the answers to all posts of a level are read together. */
  async #repliesTo(root: LoadedPost, walk: Walk): Promise<ThreadReply[]> {
    const found = new Map<Id, Found>();
    let level: readonly Id[] = [root.id];
    // The last round only asks whether there are deeper answers.
    for (let depth = 1; depth <= MAX_DEPTH + 1 && level.length > 0; depth++) {
      const listed = (await this.#listLevel(level, found, walk)).filter(({ id }) => id !== root.id && !found.has(id));
      const room = depth > MAX_DEPTH ? 0 : MAX_REPLIES - found.size;
      for (const { parent } of listed.slice(room)) markMore(found.get(parent), walk);
      level = await this.#readLevel(listed.slice(0, room), depth, found, walk);
    }
    return inOrder(root.id, found);
  }

  /** Who answered the posts of a level, by what stands in their sets. */
  async #listLevel(level: readonly Id[], found: ReadonlyMap<Id, Found>, walk: Walk): Promise<Listed[]> {
    const listings = await mapBounded(level, PARALLEL_READS, (parent) => this.#listReplies(parent, walk));
    for (const [index, { more }] of listings.entries()) {
      if (more) markMore(found.get(level[index]!), walk);
    }
    return listings.flatMap(({ replies }) => replies);
  }

  /** Reads the answers and adds those that are; their ids are the next level. */
  async #readLevel(listed: readonly Listed[], depth: number, found: Map<Id, Found>, walk: Walk): Promise<Id[]> {
    const ids = listed.map(({ id }) => id);
    const readings = await this.#posts.readMany(ids, walk.viewer);
    const level: Id[] = [];
    for (const [index, reading] of readings.entries()) {
      const reply = replyOf(reading, listed[index]!, depth, walk);
      if (reply === undefined || found.has(reply.entry.id)) continue;
      found.set(reply.entry.id, reply);
      level.push(reply.entry.id);
    }
    return level;
  }

  /** Who answered one post; older first. */
  async #listReplies(parent: Id, walk: Walk): Promise<{ readonly replies: readonly Listed[]; readonly more: boolean }> {
    try {
      const answer = await this.#ring.get({ place: parent, name: REPLIES, limit: MAX_REPLIES_PER_POST });
      walk.complete &&= answer.complete;
      const replies = answer.records.flatMap((record) => {
        const id = replyIdOf(record);
        return id === undefined ? [] : [{ id, author: record.author, parent }];
      });
      return { replies: replies.reverse(), more: answer.next !== undefined };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      walk.complete = false;
      return { replies: [], more: false };
    }
  }
}

function replyIdOf(record: RingRecord): Id | undefined {
  return record.kind === 'member' && !record.deleted ? parseId(record.slot) : undefined;
}

function markMore(reply: Found | undefined, walk: Walk): void {
  walk.truncated = true;
  if (reply !== undefined) reply.more = true;
}

/** What a listed answer turned out to be; undefined when it answers something else or is not its lister's. */
function replyOf(reading: PostReading, listed: Listed, depth: number, walk: Walk): Found | undefined {
  if (reading.state === 'present') {
    const { author, inReplyTo } = reading.post;
    if (author !== listed.author || inReplyTo !== listed.parent) return undefined;
  } else if (reading.state !== 'missing' && reading.author !== listed.author) {
    return undefined;
  }
  const entry = { ...entryOf(reading, walk), author: listed.author };
  const blocked = walk.blocked.has(listed.author);
  return {
    entry: blocked ? { ...entry, state: 'blocked', post: undefined } : entry,
    parent: listed.parent,
    depth,
    more: false,
  };
}

function entryOf(reading: PostReading, walk: Walk): ThreadEntry {
  switch (reading.state) {
    case 'present': {
      const { id, author, complete } = reading.post;
      walk.complete &&= complete;
      if (walk.blocked.has(author)) return { id, author, state: 'blocked', post: undefined };
      return { id, author, state: 'present', post: reading.post };
    }
    case 'missing':
      walk.complete &&= reading.cause === 'nobody-holds-it';
      return { id: reading.id, author: undefined, state: 'missing', post: undefined };
    case 'deleted':
    case 'unreadable':
      return { id: reading.id, author: reading.author, state: reading.state, post: undefined };
  }
}

/** Each answer after what it answers, siblings in the order they were found. */
function inOrder(root: Id, found: ReadonlyMap<Id, Found>): ThreadReply[] {
  const children = Map.groupBy(found.values(), ({ parent }) => parent);
  const ordered: ThreadReply[] = [];
  const waiting = (children.get(root) ?? []).toReversed();
  for (let reply = waiting.pop(); reply !== undefined; reply = waiting.pop()) {
    const { entry, parent, depth, more } = reply;
    ordered.push({ ...entry, parent, depth, more });
    waiting.push(...(children.get(entry.id) ?? []).toReversed());
  }
  return ordered;
}
