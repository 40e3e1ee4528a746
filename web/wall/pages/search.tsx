/** Posts by what they mean. */
import { useSignal } from '@preact/signals';
import type { ListedPost, Search } from '../../../services/wall-api/client/contract.ts';
import { Busy, Empty, Failure, Partial } from '../parts/notice.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { useLoading } from '../state/loading.ts';
import { go } from '../state/route.ts';
import { api, me } from '../state/session.ts';

export function SearchPage({ question }: { readonly question: string }) {
  const text = useSignal(question);
  const submit = (event: Event): void => {
    event.preventDefault();
    const asked = text.peek().trim();
    if (asked !== '') go(`/search?q=${encodeURIComponent(asked)}`);
  };
  return (
    <>
      <h1>Search</h1>
      <form class="search" role="search" onSubmit={submit}>
        <label class="hidden" for="question">
          What to look for
        </label>
        <input
          id="question"
          type="search"
          maxLength={1_000}
          placeholder="In your own words"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          Search
        </button>
      </form>
      {question === '' ? (
        <Empty>Posts are found by what they mean, also in other words.</Empty>
      ) : (
        <Found question={question} />
      )}
    </>
  );
}

function Found({ question }: { readonly question: string }) {
  const search = useLoading(
    `search ${question} ${me.value?.id}`,
    (signal) => api.ask<Search>('/v1/search', { query: { q: question }, signal }),
    { stays: true },
  );
  const { value } = search;
  const change = (after: ListedPost | undefined): void => {
    if (after === undefined || value === undefined) search.reload();
    else
      search.replace({
        ...value,
        items: value.items.map((item) => (item.post.id === after.id ? { ...item, post: after } : item)),
      });
  };
  if (search.error !== undefined) return <Failure error={search.error} retry={search.reload} />;
  if (value === undefined) return <Busy what="Asking the phones whose posts mean the like …" />;
  if (!value.understood) return <Empty>The encoder knows none of these words. Try others.</Empty>;
  return (
    <>
      {!value.complete && <Partial what="Some phones did not answer: posts may be missing." retry={search.reload} />}
      <p class="hint" role="status">
        {value.items.length} posts, named by{' '}
        {value.contacted === 0 ? 'this phone alone' : value.contacted === 1 ? '1 phone' : `${value.contacted} phones`}{' '}
        in {Math.round(value.milliseconds)} ms.
      </p>
      {value.items.map(({ post, why }) => (
        <div key={post.id}>
          <p class="likeness">Likeness: {Math.round(100 * why.similarity)} of 100</p>
          <PostCard post={post} onChange={change} />
        </div>
      ))}
      {value.items.length === 0 && <Empty>Nothing found.</Empty>}
    </>
  );
}
