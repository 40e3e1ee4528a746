/** What a person's wall is like meanwhile: the newest posts, read again and again at one phone while others die. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Feed, FeedItem } from '../../../services/wall-api/client/contract.ts';
import { faultText } from '../../shared/problem.ts';
import { ask, urlOf } from '../state/gateway.ts';
import { look } from '../state/lookup.ts';
import { asked } from '../state/phones.ts';
import { repeat } from '../state/repeat.ts';

const READ_MS = 1_500;
const SHOWN = 12;
/** A reading that takes longer is told of while it goes on, s. */
const PATIENCE_S = 2;

interface Reading {
  readonly feed: Feed | undefined;
  readonly fault: string;
  readonly milliseconds: number;
}

export function WallWatch() {
  const n = asked.value?.n;
  const reading = useSignal<Reading | undefined>(undefined);
  /** Posts seen so far, the newest reading's order first: what is missing now stays on the list. */
  const seen = useSignal<readonly FeedItem[]>([]);
  /** How long the reading that is under way takes already, s. */
  const waited = useSignal(0);
  useEffect(() => {
    if (n === undefined) return undefined;
    return repeat(READ_MS, async (abort) => {
      const began = performance.now();
      const clock = setInterval(() => {
        waited.value = Math.floor((performance.now() - began) / 1_000);
      }, 1_000);
      const answer = await read(n, abort);
      clearInterval(clock);
      waited.value = 0;
      if (answer === undefined) return;
      const { feed } = answer;
      if (feed !== undefined) seen.value = merged(feed.items, seen.peek());
      reading.value = { ...answer, milliseconds: performance.now() - began };
    });
  }, [n]);
  const now = reading.value;
  const isLate = waited.value >= PATIENCE_S;
  const present = new Set(now?.feed?.items.map(({ post }) => post.id));
  const missing = new Set(now?.feed?.missing);
  return (
    <section aria-labelledby="wall-watch">
      <h2 id="wall-watch">
        The wall of phone {n ?? '?'} {n !== undefined && <a href={urlOf(`/phones/${n}/`)}>open</a>}
      </h2>
      {now !== undefined && (
        <p class={isLate || !isWell(now) ? 'verdict bad' : 'verdict good'} role="status">
          {isLate
            ? `Reading for ${waited.value} s: phones that should answer do not. Below is what was there before.`
            : verdictOf(now, seen.value.filter(({ post }) => !present.has(post.id)).length)}
        </p>
      )}
      <ul class="wall">
        {seen.value.map(({ post }) => (
          <li key={post.id} class={present.has(post.id) ? '' : 'missing'}>
            <b>{post.authorName ?? 'Somebody'}</b> <span class="text">{post.text}</span>
            <span class="meta">
              {present.has(post.id)
                ? `${howFast(post.served.milliseconds)}, ${post.complete ? 'sure to be the newest' : 'perhaps not the newest'}`
                : missing.has(post.id)
                  ? 'known of, and no phone that answered has it'
                  : 'not on this reading'}{' '}
              <button
                type="button"
                class="quiet"
                aria-label={`Look up the post by ${post.authorName ?? 'somebody'}`}
                onClick={() => void look(post.id)}
              >
                Look up
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function read(n: number, abort: AbortSignal): Promise<Omit<Reading, 'milliseconds'> | undefined> {
  try {
    const feed = await ask<Feed>(`/phones/${n}/v1/feed?strategy=recent&limit=${SHOWN}`, abort);
    return { feed, fault: '' };
  } catch (error) {
    if (abort.aborted) return undefined;
    return { feed: undefined, fault: faultText(error) };
  }
}

function merged(now: readonly FeedItem[], before: readonly FeedItem[]): readonly FeedItem[] {
  const ids = new Set(now.map(({ post }) => post.id));
  return [...now, ...before.filter(({ post }) => !ids.has(post.id))].slice(0, SHOWN);
}

/** What a phone has itself takes no time. */
function howFast(milliseconds: number): string {
  return milliseconds < 0.5 ? 'at hand' : `${milliseconds.toFixed(0)} ms`;
}

function isWell({ fault, feed }: Reading): boolean {
  return fault === '' && feed?.complete === true;
}

function verdictOf({ feed, fault, milliseconds }: Reading, absent: number): string {
  if (fault !== '') return `No wall: ${fault}`;
  const whole = feed?.complete === true ? 'complete' : 'some phones did not answer: it may not be complete';
  return `Read in ${milliseconds.toFixed(0)} ms, ${whole}${absent > 0 ? `; ${absent} ${absent === 1 ? 'post is' : 'posts are'} not there now` : ''}.`;
}
