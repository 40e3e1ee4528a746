/** A person: who they are, how things stand with them, and their posts. */
import { useSignal } from '@preact/signals';
import type {
  Block,
  Friends,
  Friendship,
  ListedPost,
  Page,
  Profile,
} from '../../../services/wall-api/client/contract.ts';
import { Action } from '../parts/action.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { More } from '../parts/more.tsx';
import { Busy, Empty, Failure, Partial } from '../parts/notice.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { block, blockedNow, liftBlock } from '../state/blocks.ts';
import { useLoading, usePages } from '../state/loading.ts';
import { replaced } from '../state/own-posts.ts';
import { api, me } from '../state/session.ts';

export function PersonPage({ id }: { readonly id: string }) {
  const profile = useLoading(`person ${id}`, (signal) => api.ask<Profile>(`/v1/people/${id}`, { signal }), {
    stays: true,
  });
  const wall = usePages<ListedPost>(`wall ${id} ${me.value?.id}`, (cursor, signal) =>
    api.ask<Page<ListedPost>>(`/v1/people/${id}/wall`, { query: { cursor }, signal }),
  );
  const change = (before: ListedPost, after: ListedPost | undefined): void =>
    wall.change((posts) => replaced(posts, before, after));
  const isMe = id === me.value?.id;
  return (
    <>
      <header class="person">
        <Avatar id={id} size="large" />
        <div>
          <h1>{profile.value?.name ?? (profile.isLoading ? '…' : 'Somebody')}</h1>
          <p class="bio">{profile.value?.bio}</p>
        </div>
      </header>
      {profile.error !== undefined && <Failure error={profile.error} retry={profile.reload} />}
      {isMe && <a href="#/you">Edit your profile</a>}
      {me.value !== undefined && !isMe && <Ties key={id} id={id} />}
      <h2>Posts</h2>
      {!wall.isComplete && <Partial what="Some phones did not answer: posts may be missing." retry={wall.reload} />}
      {wall.items.map((post) => (
        <PostCard key={post.id} post={post} onChange={(after) => change(post, after)} />
      ))}
      {blockedNow.value.has(id) && <Empty>You do not see the posts of somebody you blocked.</Empty>}
      {wall.items.length === 0 && !wall.isLoading && wall.error === undefined && <Empty>No posts yet.</Empty>}
      <More pages={wall} what="posts" />
    </>
  );
}

type Tie = 'friends' | 'incoming' | 'outgoing' | 'none';

/** How things stand with a person. Nothing is offered before it is known what stands. */
function Ties({ id }: { readonly id: string }) {
  const friends = useLoading('friends', (signal) => api.ask<Friends>('/v1/friends', { signal }));
  const blocks = useLoading('blocks', (signal) => api.ask<Page<Block>>('/v1/blocks', { signal }));
  const changed = useSignal<Tie | undefined>(undefined);
  const changedBlock = useSignal<boolean | undefined>(undefined);
  const tie = changed.value ?? tieTo(id, friends.value);
  const isBlocked = changedBlock.value ?? blocks.value?.items.some((block) => block.id === id);
  const befriend = async (): Promise<void> => {
    const { state } = await api.ask<Friendship>(`/v1/friends/${id}`, { method: 'PUT' });
    changed.value = state === 'friends' ? 'friends' : 'outgoing';
  };
  const part = async (): Promise<void> => {
    await api.ask(`/v1/friends/${id}`, { method: 'DELETE' });
    changed.value = 'none';
  };
  const toggleBlock = async (): Promise<void> => {
    await (isBlocked === true ? liftBlock(id) : block(id));
    changedBlock.value = isBlocked !== true;
    changed.value = 'none';
  };
  if (tie === undefined || isBlocked === undefined) {
    const failed = friends.error === undefined ? blocks : friends;
    if (failed.error !== undefined) return <Failure error={failed.error} retry={failed.reload} />;
    return <Busy what="Asking the phones how things stand with them …" />;
  }
  return (
    <div class="row">
      {tie === 'none' && !isBlocked && (
        <Action class="primary" act={befriend}>
          Ask to be friends
        </Action>
      )}
      {tie === 'incoming' && (
        <Action class="primary" act={befriend}>
          Accept as a friend
        </Action>
      )}
      {tie === 'outgoing' && <Action act={part}>Take the request back</Action>}
      {tie === 'friends' && <Action act={part}>End the friendship</Action>}
      <Action class="danger" act={toggleBlock} pressed={isBlocked}>
        {isBlocked ? 'Lift the block' : 'Block'}
      </Action>
    </div>
  );
}

function tieTo(id: string, friends: Friends | undefined): Tie | undefined {
  if (friends === undefined) return undefined;
  for (const tie of ['friends', 'incoming', 'outgoing'] as const) {
    if (friends[tie].some((person) => person.id === id)) return tie;
  }
  return 'none';
}
