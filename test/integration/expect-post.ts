/** Posts that were acknowledged, read on other phones. */
import { expect } from 'vitest';
import { type PostBody, requestUntilTold } from './wall-client.ts';

/** Asserts that the phone at `api` gives a post as it was written. */
export async function expectPost(api: string, { id, text }: Pick<PostBody, 'id' | 'text'>): Promise<void> {
  const answer = await requestUntilTold(`${api}/v1/posts/${id}`);
  expect(answer, `post ${id} at ${api}`).toMatchObject({ status: 200, body: { text } });
}

/** Asserts it of each of the posts, on one of the phones after the other. */
export async function expectPosts(apis: readonly string[], posts: readonly PostBody[]): Promise<void> {
  for (const [i, post] of posts.entries()) await expectPost(apis[i % apis.length]!, post);
}
