/** Friends, requests, people one may like, and how to find somebody. */
import { useSignal } from '@preact/signals';
import type { Block, Feed, Friends, Page } from '../../../services/wall-api/client/contract.ts';
import { Action } from '../parts/action.tsx';
import { Avatar } from '../parts/avatar.tsx';
import { Busy, Empty, Failure, Partial } from '../parts/notice.tsx';
import { liftBlock } from '../state/blocks.ts';
import { useChange, useLoading } from '../state/loading.ts';
import { notified } from '../state/news.ts';
import { go } from '../state/route.ts';
import { api, me } from '../state/session.ts';

const ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})/i;
const SUGGESTED = 8;

export function PeoplePage() {
  const friends = useLoading('friends', (signal) => api.ask<Friends>('/v1/friends', { signal }));
  useChange(notified, friends.reload);
  const { value } = friends;
  const tie = async (id: string, method: 'PUT' | 'DELETE'): Promise<void> => {
    await api.ask(`/v1/friends/${id}`, { method });
    friends.reload();
  };
  return (
    <>
      <h1>People</h1>
      <Find />
      {friends.isLoading && value === undefined && <Busy what="Asking the phones for your friends …" />}
      {friends.error !== undefined && <Failure error={friends.error} retry={friends.reload} />}
      {value?.complete === false && (
        <Partial what="Some phones did not answer: somebody may be missing." retry={friends.reload} />
      )}
      {value !== undefined && value.incoming.length > 0 && (
        <section aria-labelledby="incoming">
          <h2 id="incoming">They ask to be your friends</h2>
          <ul class="people">
            {value.incoming.map(({ id, name }) => (
              <PersonRow key={id} id={id} name={name}>
                <Action class="primary" act={() => tie(id, 'PUT')}>
                  Accept
                </Action>
                <Action act={() => tie(id, 'DELETE')}>Decline</Action>
              </PersonRow>
            ))}
          </ul>
        </section>
      )}
      {value !== undefined && (
        <section aria-labelledby="friends">
          <h2 id="friends">Your friends</h2>
          {value.friends.length === 0 && <Empty>None yet: ask somebody whose posts you like.</Empty>}
          <ul class="people">
            {value.friends.map(({ id, name }) => (
              <PersonRow key={id} id={id} name={name} />
            ))}
            {value.outgoing.map(({ id, name }) => (
              <PersonRow key={id} id={id} name={name}>
                <span class="meta">asked</span>
                <Action act={() => tie(id, 'DELETE')}>Take back</Action>
              </PersonRow>
            ))}
          </ul>
        </section>
      )}
      {value !== undefined && <Suggestions friends={value} />}
      <Blocked />
    </>
  );
}

interface PersonRowProps {
  readonly id: string;
  readonly name: string | null;
  readonly children?: preact.ComponentChildren;
}

function PersonRow({ id, name, children }: PersonRowProps) {
  return (
    <li>
      <Avatar id={id} />
      <a href={`#/person/${id}`}>{name ?? 'Somebody'}</a>
      <span class="space" />
      {children}
    </li>
  );
}

/** There is no list of all people anywhere: one is found by what they write, or by a link they sent. */
function Find() {
  const text = useSignal('');
  const said = useSignal('');
  const find = (event: Event): void => {
    event.preventDefault();
    const id = ID.exec(text.peek())?.[1];
    if (id === undefined) said.value = 'That is no person’s link or id. To find people by topic, search for posts.';
    else go(`/person/${id}`);
  };
  const copy = async (): Promise<void> => {
    const link = new URL(`#/person/${me.peek()!.id}`, document.baseURI).href;
    await navigator.clipboard.writeText(link);
    said.value = 'Copied: send it to a friend.';
  };
  return (
    <form class="find" onSubmit={find}>
      <label>
        A friend’s link or id
        <input value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <div class="row">
        <button type="submit">Open</button>
        <Action act={copy}>Copy your own link</Action>
      </div>
      <p class="said" role="status">
        {said.value}
      </p>
    </form>
  );
}

/** Authors of what lies near one's interests. */
function Suggestions({ friends }: { readonly friends: Friends }) {
  const feed = useLoading('suggestions', (signal) =>
    api.ask<Feed>('/v1/feed', { query: { strategy: 'nearest', limit: 40 }, signal }),
  );
  const known = new Set([
    me.value?.id,
    ...[...friends.friends, ...friends.outgoing, ...friends.incoming].map(({ id }) => id),
  ]);
  const authors = new Map<string, { readonly name: string | null; readonly label: string }>();
  for (const { post, why } of feed.value?.items ?? []) {
    if (known.has(post.author) || authors.has(post.author) || authors.size >= SUGGESTED) continue;
    authors.set(post.author, { name: post.authorName, label: why.strategy === 'nearest' ? why.interest.label : '' });
  }
  if (authors.size === 0) return null;
  return (
    <section aria-labelledby="suggestions">
      <h2 id="suggestions">They write about what you care about</h2>
      <ul class="people">
        {[...authors].map(([id, { name, label }]) => (
          <PersonRow key={id} id={id} name={name}>
            <span class="meta">{label}</span>
          </PersonRow>
        ))}
      </ul>
    </section>
  );
}

function Blocked() {
  const blocks = useLoading('blocks', (signal) => api.ask<Page<Block>>('/v1/blocks', { signal }));
  const lift = async (id: string): Promise<void> => {
    await liftBlock(id);
    blocks.reload();
  };
  if (blocks.value === undefined || blocks.value.items.length === 0) return null;
  return (
    <section aria-labelledby="blocked">
      <h2 id="blocked">Blocked</h2>
      <ul class="people">
        {blocks.value.items.map(({ id }) => (
          <PersonRow key={id} id={id} name={id.slice(0, 8)}>
            <Action act={() => lift(id)}>Lift the block</Action>
          </PersonRow>
        ))}
      </ul>
    </section>
  );
}
