/** Posts that were written while the phone was out of reach: kept on this device, and posted once it is back. */
import { effect, signal } from '@preact/signals';
import type { Audience, PublishedPost } from '../../../services/wall-api/client/contract.ts';
import { ProblemError } from '../../shared/problem.ts';
import { addOwn } from './own-posts.ts';
import { api, isReached, me } from './session.ts';
import { keep, recall } from './storage.ts';

export interface PostBody {
  readonly text: string;
  readonly audience: Audience;
  readonly inReplyTo?: string;
  readonly media?: readonly { readonly id: string }[];
}

export interface WaitingPost {
  /** Of the first try: the phone may have taken the post without its answer coming back. */
  readonly key: string;
  readonly author: string;
  readonly body: PostBody;
  /** Why the phone refused it; undefined while it only waits. */
  readonly refusal?: string;
}

/** How long until what failed is tried again, while the phone answers. */
const AGAIN_MS = 10_000;

export const waitingPosts = signal(recall<readonly WaitingPost[]>('waiting') ?? []);

/** Sends a post under a key. Throws as Api.ask does. */
export async function publish(body: PostBody, key: string): Promise<PublishedPost> {
  const published = await api.ask<PublishedPost>('/v1/posts', {
    ...{ method: 'POST', body, headers: { 'idempotency-key': key } },
  });
  addOwn(published);
  return published;
}

export function postLater(post: WaitingPost): void {
  change([...waitingPosts.peek().filter(({ key }) => key !== post.key), post]);
}

export function discard(post: WaitingPost): void {
  change(waitingPosts.peek().filter(({ key }) => key !== post.key));
}

/** Posts what waits whenever the phone is there, from now on. */
export function followWaitingPosts(): void {
  effect(() => {
    if (isReached.value && me.value !== undefined) void postAll(me.value.id);
  });
}

let isPosting = false;

async function postAll(author: string): Promise<void> {
  if (isPosting) return;
  isPosting = true;
  try {
    for (const post of waitingPosts.peek()) {
      if (post.author === author && post.refusal === undefined) await postOne(post);
    }
  } catch {
    // Out of reach again, logged out, or cut off from the others: it waits on.
    setTimeout(() => {
      if (isReached.peek() && me.peek()?.id === author) void postAll(author);
    }, AGAIN_MS);
  } finally {
    isPosting = false;
  }
}

async function postOne(post: WaitingPost): Promise<void> {
  try {
    await publish(post.body, post.key);
    discard(post);
  } catch (error) {
    if (!(error instanceof ProblemError) || mayPass(error)) throw error;
    postLater({ ...post, refusal: error.message });
  }
}

/** Whether the same request may be taken later. */
function mayPass({ status, slug }: ProblemError): boolean {
  return status >= 500 || status === 401 || status === 429 || slug === 'idempotency-conflict';
}

function change(posts: readonly WaitingPost[]): void {
  waitingPosts.value = posts;
  keep('waiting', posts.length === 0 ? undefined : posts);
}
