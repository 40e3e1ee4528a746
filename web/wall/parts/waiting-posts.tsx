/** Posts that wait for the phone, or that it refused. */

import { me } from '../state/session.ts';
import { discard, postLater, type WaitingPost, waitingPosts } from '../state/waiting-posts.ts';

/** `inReplyTo`: only answers to this post; without it, all. */
export function WaitingPosts({ inReplyTo }: { readonly inReplyTo?: string | undefined }) {
  const shown = waitingPosts.value.filter(
    ({ author, body }) => author === me.value?.id && (inReplyTo === undefined || body.inReplyTo === inReplyTo),
  );
  if (shown.length === 0) return null;
  return (
    <ul class="waiting" aria-label="Waiting to be posted">
      {shown.map((post) => (
        <li key={post.key}>
          <p class="text" dir="auto">
            {post.body.text}
          </p>
          <p class="meta">{stateOf(post)}</p>
          {post.refusal !== undefined && (
            <button type="button" class="quiet" onClick={() => postLater({ ...post, refusal: undefined })}>
              Try again
            </button>
          )}
          <button type="button" class="quiet" onClick={() => discard(post)}>
            Discard
          </button>
        </li>
      ))}
    </ul>
  );
}

function stateOf({ refusal }: WaitingPost): string {
  if (refusal === undefined) return 'Kept on this device. It will be posted when the phone is back.';
  return `The phone did not take it: ${refusal}`;
}
