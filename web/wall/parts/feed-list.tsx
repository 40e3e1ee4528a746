/** The posts of a feed, with one's own new ones before them, and how complete and how old it is. */
import { useSignal } from '@preact/signals';
import type { ListedPost } from '../../../services/wall-api/client/contract.ts';
import { useFeed } from '../state/feed-reading.ts';
import { newPosts } from '../state/news.ts';
import { changeOwn, ownPosts } from '../state/own-posts.ts';
import { me } from '../state/session.ts';
import { Moment } from './moment.tsx';
import { More } from './more.tsx';
import { Empty, Partial } from './notice.tsx';
import { PostCard } from './post-card.tsx';

export function FeedList({ strategy }: { readonly strategy: string }) {
  const { pages, kept, contacted } = useFeed(strategy);
  const gone = useSignal<ReadonlySet<string>>(new Set());
  const change = (before: ListedPost, after: ListedPost | undefined): void => {
    if (after === undefined) gone.value = new Set([...gone.peek(), before.id]);
    pages.change((items) =>
      items.flatMap((item) =>
        item.post.id !== before.id ? [item] : after === undefined ? [] : [{ ...item, post: after }],
      ),
    );
    changeOwn(before, after);
  };
  const items = [...pages.items, ...(kept?.items ?? [])].filter(({ post }) => !gone.value.has(post.id));
  const listed = new Set(items.map(({ post }) => post.id));
  const own = ownPosts.value.filter(
    ({ id, author, inReplyTo }) => author === me.value?.id && inReplyTo === undefined && !listed.has(id),
  );
  return (
    <>
      {newPosts.value > 0 && (
        <button type="button" class="primary wide" onClick={pages.reload}>
          {newPosts.value === 1 ? 'A friend posted: show it' : `Friends posted ${newPosts.value} times: show them`}
        </button>
      )}
      {!pages.isComplete && (
        <Partial what="Some phones did not answer: posts may be missing here." retry={pages.reload} />
      )}
      {kept !== undefined && (
        <Partial what="The phone cannot be reached. This is what you read here last." retry={pages.reload} />
      )}
      {own.map((post) => (
        <PostCard key={post.id} post={post} onChange={(after) => change(post, after)} />
      ))}
      {items.map(({ post, why }) => (
        <PostCard key={post.id} post={post} why={why} onChange={(after) => change(post, after)} />
      ))}
      {items.length + own.length === 0 && !pages.isLoading && pages.error === undefined && (
        <Nothing strategy={strategy} />
      )}
      <More pages={pages} what="posts" />
      {kept !== undefined && (
        <p class="hint">
          Read <Moment at={kept.at} />.
        </p>
      )}
      {contacted !== undefined && <p class="hint">{contacted} phones were asked for this wall.</p>}
    </>
  );
}

function Nothing({ strategy }: { readonly strategy: string }) {
  if (strategy === 'friends') {
    return (
      <Empty>
        Your friends have not posted yet. <a href="#/people">Find people</a>
      </Empty>
    );
  }
  if (strategy === 'nearest') {
    return (
      <Empty>
        Nothing near to your interests yet. <a href="#/interests">Choose topics</a>, or react to what you like.
      </Empty>
    );
  }
  return <Empty>Nobody has posted yet. Be the first.</Empty>;
}
