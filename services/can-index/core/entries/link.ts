/**
 * Links: each entry knows the posts nearest to it and where they are kept, so a search that has found one near post finds
 * the next. They make the entries of all phones one graph of near neighbours.
 *
 * Source: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
 * small world graphs" (HNSW), 2016, for the graph; here it has no layers, for the CAN leads to its right part.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import { estimateSimilarity, type Sketch } from './sketch.ts';

export interface Link {
  readonly post: Id;
  readonly sketch: Sketch;
  /** Phones that keep it, as last heard. */
  readonly at: readonly Contact[];
}

/** Links of one entry: more find more and cost memory and words (docs/experiments/feed-recall.md). */
export const MAX_LINKS = 16;
/** Phones that keep one entry. */
export const COPIES = 3;

/** The links with one more, the nearest of all; the same array when it is none of them. */
export function withLink(links: readonly Link[], sketch: Sketch, added: Link): readonly Link[] {
  const known = links.findIndex(({ post }) => post === added.post);
  if (known >= 0) return sameContacts(links[known]!.at, added.at) ? links : links.with(known, added);
  if (links.length < MAX_LINKS) return [...links, added];
  let furthest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, link] of links.entries()) {
    const similarity = estimateSimilarity(sketch, link.sketch);
    if (similarity < least) [furthest, least] = [i, similarity];
  }
  return estimateSimilarity(sketch, added.sketch) > least ? links.with(furthest, added) : links;
}

export function withoutLink(links: readonly Link[], post: Id): readonly Link[] {
  return links.some((link) => link.post === post) ? links.filter((link) => link.post !== post) : links;
}

/** The links without a phone, of these posts or, undefined, of all. A link may end with no place: its post is elsewhere. */
export function withoutPlace(links: readonly Link[], phone: Id, posts: ReadonlySet<Id> | undefined): readonly Link[] {
  const isStale = ({ post, at }: Link): boolean =>
    (posts === undefined || posts.has(post)) && at.some(({ id }) => id === phone);
  if (!links.some(isStale)) return links;
  return links.map((link) => (isStale(link) ? { ...link, at: link.at.filter(({ id }) => id !== phone) } : link));
}

export function sameContacts(a: readonly Contact[], b: readonly Contact[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]!.id);
}
