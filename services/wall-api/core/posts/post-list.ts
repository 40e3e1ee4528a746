/**
 * Lists of posts: a page of entries of some set, each led to its post, until the page is full or a bound is reached.
 * What an entry names and cannot be read is told, never left out silently.
 */
import { type Id, parseId } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { CLOCK_SKEW_MS, type TimelinePage } from '../ring/timeline.ts';
import type { LoadedPost, PostReader } from './posts.ts';

export interface PostPage<Item> {
  readonly items: readonly Item[];
  /** Posts that are listed and could not be read. */
  readonly missing: readonly Id[];
  /** Where to go on; undefined at the end. */
  readonly next: string | undefined;
  /** False: too few phones answered to be sure that this page lacks nothing. */
  readonly complete: boolean;
}

export interface PostListing<Item> {
  /** The next entries after a position. */
  readonly fetch: (before: string | undefined, limit: number) => Promise<TimelinePage>;
  /** Whether an entry may be followed at all. */
  readonly admits: (entry: RingRecord) => boolean;
  readonly itemOf: (post: LoadedPost, entry: RingRecord) => Item;
  readonly posts: PostReader;
  readonly viewer: UnlockedPerson | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Rounds of entries one page may take: deleted and unreadable posts can leave gaps, but not endless ones. */
const MAX_ROUNDS = 6;

/** Reads a page. It may be short, even empty, and have a `next` all the same. */
export async function readPostPage<Item>(
  listing: PostListing<Item>,
  before: string | undefined,
  limit: number,
): Promise<PostPage<Item>> {
  const items: Item[] = [];
  const missing: Id[] = [];
  let complete = true;
  let next = before;
  for (let round = 0; round < MAX_ROUNDS && items.length < limit; round++) {
    const page = await listing.fetch(next, limit - items.length);
    complete &&= page.complete;
    const entries = page.records.filter((entry) => isFollowable(entry, listing));
    const readings = await listing.posts.readMany(entries.map(postOf), listing.viewer);
    for (const [index, reading] of readings.entries()) {
      const entry = entries[index]!;
      if (reading.state === 'missing') {
        missing.push(reading.id);
        complete &&= reading.cause === 'nobody-holds-it';
      } else if (reading.state === 'present' && isEntryOf(entry, reading.post)) {
        items.push(listing.itemOf(reading.post, entry));
        complete &&= reading.post.complete;
      }
    }
    next = page.next;
    if (next === undefined) break;
  }
  return { items, missing, next, complete };
}

/** The newest entries that a page would follow, without reading the posts they name. */
export async function newestEntries(
  listing: Pick<PostListing<unknown>, 'fetch' | 'admits' | 'now'>,
  limit: number,
): Promise<{ readonly entries: readonly RingRecord[]; readonly complete: boolean }> {
  const { records, complete } = await listing.fetch(undefined, limit);
  return { entries: records.filter((entry) => isFollowable(entry, listing)), complete };
}

export function postOf(entry: RingRecord): Id {
  return entry.slot as Id;
}

/** Live, of this time, and naming a post in the one spelling, so that nobody lists a post of theirs twice. */
function isFollowable(entry: RingRecord, listing: Pick<PostListing<unknown>, 'admits' | 'now'>): boolean {
  const isNamed = parseId(entry.slot) === entry.slot;
  return isNamed && !entry.deleted && entry.createdAt <= listing.now + CLOCK_SKEW_MS && listing.admits(entry);
}

/**
 * Whether the author of the post made this entry, with the post's time. Whoever else names it lists it a second
 * time; and as the time is the post's own, the post has one position in the list, so no page repeats it.
 */
function isEntryOf(entry: RingRecord, post: LoadedPost): boolean {
  return entry.author === post.author && entry.createdAt === post.createdAt;
}
