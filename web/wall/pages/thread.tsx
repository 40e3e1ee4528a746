/** A post with what it answers and what answers it. Every answer that is known of is shown, also one that is gone. */
import { useSignal } from '@preact/signals';
import type { ListedPost, Thread, ThreadEntry } from '../../../services/wall-api/client/contract.ts';
import { Composer } from '../parts/composer.tsx';
import { Busy, Empty, Failure, Partial } from '../parts/notice.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { blockedNow } from '../state/blocks.ts';
import { useLoading } from '../state/loading.ts';
import { changeOwn, ownPosts } from '../state/own-posts.ts';
import { api, me } from '../state/session.ts';

const GONE: Readonly<Record<Exclude<ThreadEntry['state'], 'present'>, string>> = {
  deleted: 'Its author deleted this post.',
  unreadable: 'This post is for its author’s friends.',
  missing: 'No phone that answered has this post now.',
  blocked: 'By somebody you blocked.',
};
const DEEPEST_INDENT = 4;

export function ThreadPage({ id }: { readonly id: string }) {
  const thread = useLoading(
    `thread ${id} ${me.value?.id}`,
    (signal) => api.ask<Thread>(`/v1/posts/${id}/thread`, { signal }),
    { stays: true },
  );
  const isDeleted = useSignal(false);
  const { value } = thread;
  if (isDeleted.value) return <Empty>The post is deleted.</Empty>;
  const replaceMain = (post: ListedPost | undefined): void => {
    if (post === undefined) isDeleted.value = true;
    else if (value !== undefined) thread.replace({ ...value, post });
  };
  const changeEntry = (post: ListedPost | undefined): void => {
    if (post === undefined || value === undefined) thread.reload();
    else thread.replace(withPost(value, post));
  };
  const known = new Set(value?.replies.map((reply) => reply.id));
  const written = ownPosts.value.filter(
    (post) => post.inReplyTo === id && post.author === me.value?.id && !known.has(post.id),
  );
  return (
    <>
      <h1>Conversation</h1>
      {thread.isLoading && value === undefined && <Busy what="Asking the phones for the conversation …" />}
      {thread.error !== undefined && <Failure error={thread.error} retry={thread.reload} />}
      {value?.complete === false && (
        <Partial what="Some phones did not answer: replies may be missing." retry={thread.reload} />
      )}
      {value?.ancestors.map((entry) => (
        <Entry key={entry.id} entry={entry} onChange={changeEntry} />
      ))}
      {value !== undefined && (
        <div class="main-post">
          <PostCard post={value.post} isMain onChange={replaceMain} />
        </div>
      )}
      {value !== undefined && me.value !== undefined && <Composer inReplyTo={id} />}
      {value !== undefined && <h2>Replies</h2>}
      {written.map((post) => (
        <PostCard key={post.id} post={post} onChange={(after) => changeOwn(post, after)} />
      ))}
      {value?.replies.map((reply) => (
        <div key={reply.id} class={`reply depth-${Math.min(reply.depth, DEEPEST_INDENT)}`}>
          <Entry entry={reply} onChange={changeEntry} />
          {reply.more && <a href={`#/post/${reply.id}`}>More answers to it</a>}
        </div>
      ))}
      {value?.replies.length === 0 && written.length === 0 && <Empty>No replies yet.</Empty>}
      {value?.truncated === true && <p class="hint">The conversation goes on: open a reply to read further.</p>}
    </>
  );
}

/** The conversation with one of its posts as it is now. */
function withPost(thread: Thread, post: ListedPost): Thread {
  const renewed = <Kind extends ThreadEntry>(entry: Kind): Kind => (entry.id === post.id ? { ...entry, post } : entry);
  return { ...thread, ancestors: thread.ancestors.map(renewed), replies: thread.replies.map(renewed) };
}

interface EntryProps {
  readonly entry: ThreadEntry;
  readonly onChange: (post: ListedPost | undefined) => void;
}

function Entry({ entry, onChange }: EntryProps) {
  if (blockedNow.value.has(entry.post?.author ?? '')) return <p class="post gone">{GONE.blocked}</p>;
  if (entry.post !== undefined) return <PostCard post={entry.post} onChange={onChange} />;
  const state = entry.state === 'present' ? 'missing' : entry.state;
  return <p class="post gone">{GONE[state]}</p>;
}
