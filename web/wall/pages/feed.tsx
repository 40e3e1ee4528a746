/** The wall: posts by the strategy of choice, with one's own to write above them. */
import { useSignal } from '@preact/signals';
import type { Feed, FeedItem, Post } from '../../../services/wall-api/client/contract.ts';
import { UnreachableError } from '../../shared/problem.ts';
import { Composer } from '../parts/composer.tsx';
import { Moment } from '../parts/moment.tsx';
import { More } from '../parts/more.tsx';
import { Empty, Partial } from '../parts/notice.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { usePages } from '../state/loading.ts';
import { newPosts } from '../state/news.ts';
import { api, me } from '../state/session.ts';
import { keep, recall } from '../state/storage.ts';

const STRATEGIES = [
  {
    name: 'nearest',
    label: 'For you',
    about: 'Posts near to what you care about, from people you may never have met.',
  },
  { name: 'friends', label: 'Friends', about: 'Your friends’ posts, newest first.' },
  { name: 'recent', label: 'Newest', about: 'Everybody’s public posts, newest first.' },
  { name: 'random', label: 'Random', about: 'Drawn by chance: a wall without any choice, to compare with.' },
] as const;

type Strategy = (typeof STRATEGIES)[number]['name'];
const PAGE_SIZE = 20;

export function FeedPage() {
  const strategy = useSignal<Strategy>(recall<Strategy>('strategy') ?? (me.value === undefined ? 'recent' : 'nearest'));
  const choose = (name: Strategy): void => {
    strategy.value = name;
    keep('strategy', name);
  };
  const about = STRATEGIES.find(({ name }) => name === strategy.value)!.about;
  return (
    <>
      <h1 class="hidden">Your wall</h1>
      <div class="tabs" role="group" aria-label="Which posts">
        {STRATEGIES.map(({ name, label }) => (
          <button key={name} type="button" aria-pressed={strategy.value === name} onClick={() => choose(name)}>
            {label}
          </button>
        ))}
      </div>
      <p class="hint">{about}</p>
      <FeedList key={`${strategy.value} ${me.value?.id ?? ''}`} strategy={strategy.value} />
    </>
  );
}

interface Kept {
  readonly at: string;
  readonly items: readonly FeedItem[];
}

function FeedList({ strategy }: { readonly strategy: Strategy }) {
  const own = useSignal<readonly Post[]>([]);
  const gone = useSignal<ReadonlySet<string>>(new Set());
  const keptName = `feed ${strategy} ${me.value?.id ?? ''}`;
  const kept = useSignal<Kept | undefined>(undefined);
  const contacted = useSignal<number | undefined>(undefined);

  const pages = usePages<FeedItem>(keptName, async (cursor, signal) => {
    try {
      const query = { strategy, cursor, limit: PAGE_SIZE };
      const page = await api.ask<Feed>('/v1/feed', { query, signal });
      contacted.value = page.contacted;
      if (cursor === undefined) {
        kept.value = undefined;
        newPosts.value = 0;
        keep(keptName, { at: new Date().toISOString(), items: page.items });
      }
      return page;
    } catch (error) {
      if (error instanceof UnreachableError && cursor === undefined) kept.value = recall<Kept>(keptName);
      throw error;
    }
  });

  if (strategy !== 'recent' && strategy !== 'random' && me.value === undefined) {
    return (
      <Empty>
        <a href="#/welcome">Join</a> to see posts to your taste. <b>Newest</b> shows what is public.
      </Empty>
    );
  }
  const changed = (before: Post, after: Post | undefined): void => {
    if (after === undefined) gone.value = new Set([...gone.peek(), before.id]);
    else pages.change((items) => items.map((item) => (item.post.id === after.id ? { ...item, post: after } : item)));
    own.value = own.peek().flatMap((post) => (post.id !== before.id ? [post] : after === undefined ? [] : [after]));
  };
  const written = new Set(own.value.map(({ id }) => id));
  const items = [...pages.items, ...(kept.value?.items ?? [])].filter(
    ({ post }) => !gone.value.has(post.id) && !written.has(post.id),
  );
  return (
    <>
      {me.value !== undefined && <Composer onPosted={(post) => (own.value = [post, ...own.peek()])} />}
      {newPosts.value > 0 && (
        <button type="button" class="primary wide" onClick={pages.reload}>
          {newPosts.value === 1 ? 'A friend posted: show it' : `Friends posted ${newPosts.value} times: show them`}
        </button>
      )}
      {!pages.isComplete && (
        <Partial what="Some phones did not answer: posts may be missing here." retry={pages.reload} />
      )}
      {kept.value !== undefined && (
        <Partial what="The phone cannot be reached. This is what you read here last." retry={pages.reload} />
      )}
      {own.value.map((post) => (
        <PostCard key={post.id} post={post} onChange={(after) => changed(post, after)} />
      ))}
      {items.map(({ post, why }) => (
        <PostCard key={post.id} post={post} why={why} onChange={(after) => changed(post, after)} />
      ))}
      {items.length === 0 && !pages.isLoading && pages.error === undefined && <Nothing strategy={strategy} />}
      <More pages={pages} what="posts" />
      {kept.value !== undefined && (
        <p class="hint">
          Read <Moment at={kept.value.at} />.
        </p>
      )}
      {contacted.value !== undefined && <p class="hint">{contacted.value} phones were asked for this wall.</p>}
    </>
  );
}

function Nothing({ strategy }: { readonly strategy: Strategy }) {
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
