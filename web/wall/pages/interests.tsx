/** What the phone thinks one cares about, to see and to steer, beside the wall that comes of it. */
import { useSignal } from '@preact/signals';
import type { Feed, Interests } from '../../../services/wall-api/client/contract.ts';
import { Action } from '../parts/action.tsx';
import { Busy, Empty, Failure, Partial } from '../parts/notice.tsx';
import { titleOf } from '../parts/post-title.ts';
import { Reordering } from '../parts/reordering.tsx';
import { reasonOf } from '../parts/why.tsx';
import { useLoading } from '../state/loading.ts';
import { api } from '../state/session.ts';

const SHOWN_POSTS = 10;
const STEPS = [
  [0, 'Off'],
  [0.5, 'Less'],
  [1, 'As it is'],
  [2, 'More'],
  [3, 'Most'],
] as const;

export function InterestsPage() {
  const interests = useLoading('interests', (signal) => api.ask<Interests>('/v1/interests', { signal }));
  const changes = useSignal(0);
  const change = async (body: unknown): Promise<void> => {
    interests.replace(await api.ask<Interests>('/v1/interests', { method: 'PATCH', body }));
    changes.value++;
  };
  const { value } = interests;
  return (
    <>
      <h1>Interests</h1>
      <p class="hint">
        Gathered on this phone from what you write, react to and choose. Only you can read your choices.
      </p>
      {interests.isLoading && value === undefined && <Busy what="Reading what you care about …" />}
      {interests.error !== undefined && <Failure error={interests.error} retry={interests.reload} />}
      {value?.complete === false && (
        <Partial what="Something that tells of your interests could not be read." retry={interests.reload} />
      )}
      {value !== undefined && <Topics topics={value.topics} change={change} />}
      {value !== undefined && <Weights items={value.items} change={change} />}
      {value !== undefined && value.items.length > 0 && <Preview changes={changes.value} />}
    </>
  );
}

type Change = (body: unknown) => Promise<void>;

export function Topics({ topics, change }: { readonly topics: Interests['topics']; readonly change: Change }) {
  return (
    <section aria-labelledby="topics">
      <h2 id="topics">Topics</h2>
      <div class="chips">
        {topics.map(({ name, chosen }) => (
          <Action
            key={name}
            class="chip"
            pressed={chosen}
            act={() => change(chosen ? { removeTopics: [name] } : { addTopics: [name] })}
          >
            {name}
          </Action>
        ))}
      </div>
    </section>
  );
}

function Weights({ items, change }: { readonly items: Interests['items']; readonly change: Change }) {
  return (
    <section aria-labelledby="weights">
      <h2 id="weights">What you care about</h2>
      {items.length === 0 && <Empty>Nothing yet: choose topics above, write, or react to posts.</Empty>}
      <ul class="interests">
        {items.map(({ id, label, weight, steered, signs }) => (
          <li key={id}>
            <p class="label">{label}</p>
            <meter min={0} max={1} value={weight} aria-label={`Part of all interests: ${label}`} />
            <span class="meta">{Math.round(100 * weight)} % of your wall</span>
            <div class="tabs small" role="group" aria-label={`How much of: ${label}`}>
              {STEPS.map(([step, name]) => (
                <Action key={step} pressed={steered === step} act={() => change({ weights: [{ id, steered: step }] })}>
                  {name}
                </Action>
              ))}
            </div>
            <details>
              <summary>Why the phone thinks so</summary>
              <ul>
                {signs.map((sign) => (
                  <li key={`${sign.kind} ${sign.text}`}>
                    {SIGNS[sign.kind] ?? sign.kind}:{' '}
                    {sign.post === undefined ? sign.text : <a href={`#/post/${sign.post}`}>{sign.text}</a>}
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

const SIGNS: Readonly<Record<string, string>> = {
  own: 'You wrote',
  reacted: 'You reacted to',
  more: 'You asked for more like',
  friend: 'A friend wrote',
  topic: 'You chose',
};

/** The beginning of the wall; its posts move to their new places after each change. */
function Preview({ changes }: { readonly changes: number }) {
  const feed = useLoading('preview', (signal) => readPreview(signal));
  const last = useSignal(changes);
  if (last.peek() !== changes) {
    last.value = changes;
    feed.reload();
  }
  return (
    <section aria-labelledby="preview" aria-busy={feed.isLoading}>
      <h2 id="preview">Your wall now</h2>
      {feed.isLoading && <Busy what="Asking the phones …" />}
      {feed.error !== undefined && <Failure error={feed.error} retry={feed.reload} />}
      <Reordering>
        {(feed.value?.items ?? []).map(({ post, why }) => (
          <li key={post.id} data-key={post.id}>
            <a href={`#/post/${post.id}`}>{titleOf(post)}</a>
            <span class="meta">{reasonOf(why)}</span>
          </li>
        ))}
      </Reordering>
    </section>
  );
}

async function readPreview(signal: AbortSignal): Promise<Feed> {
  return await api.ask<Feed>('/v1/feed', { query: { strategy: 'nearest', limit: SHOWN_POSTS }, signal });
}
