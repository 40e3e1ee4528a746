/** What was written since the page was opened: lists show it at once, wherever they would have it. */
import { signal } from '@preact/signals';
import type { ListedPost, PublishedPost } from '../../../services/wall-api/client/contract.ts';

/** The newest first. */
export const ownPosts = signal<readonly ListedPost[]>([]);

/** A post as lists show it, of what the phone answers to whoever wrote it. */
export function addOwn(published: PublishedPost): void {
  const { custody: _custody, indexed: _indexed, leftOut: _leftOut, ...post } = published;
  const unread = { served: { phone: null, hops: 0, milliseconds: 0 }, reactions: NO_REACTIONS };
  ownPosts.value = [{ ...post, ...unread }, ...ownPosts.peek().filter(({ id }) => id !== post.id)];
}

/** Undefined: it is gone. */
export function changeOwn(before: ListedPost, after: ListedPost | undefined): void {
  ownPosts.value = replaced(ownPosts.peek(), before, after);
}

/** The posts with one of them as it is now. */
export function replaced(
  posts: readonly ListedPost[],
  before: ListedPost,
  after: ListedPost | undefined,
): readonly ListedPost[] {
  return posts.flatMap((post) => (post.id !== before.id ? [post] : after === undefined ? [] : [after]));
}

const NO_REACTIONS = {
  counts: { like: 0, love: 0, laugh: 0, wow: 0, sad: 0, angry: 0 },
  mine: [],
  complete: true,
};
