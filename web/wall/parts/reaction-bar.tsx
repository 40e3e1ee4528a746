/** How people reacted to a post, and one's own reactions. Read when the post comes into view. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ReactionKind, Reactions } from '../../../services/wall-api/client/contract.ts';
import { api, me } from '../state/session.ts';
import { Action } from './action.tsx';
import { Icon } from './icon.tsx';
import { ReactionSign } from './reaction-sign.tsx';

const KINDS: readonly ReactionKind[] = ['like', 'love', 'laugh', 'wow', 'sad', 'angry'];

export function ReactionBar({ post }: { readonly post: string }) {
  const reactions = useSignal<Reactions | undefined>(undefined);
  const isChoosing = useSignal(false);
  const bar = useRef<HTMLDivElement>(null);
  const path = `/v1/posts/${post}/reactions`;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return;
      observer.disconnect();
      // Counts are an extra: without them the post stands as it is.
      void api.ask<Reactions>(path).then(
        (answer) => (reactions.value = answer),
        () => undefined,
      );
    });
    observer.observe(bar.current!);
    return () => observer.disconnect();
  }, [post]);

  const mine = new Set(reactions.value?.mine);
  const toggle = async (kind: ReactionKind): Promise<void> => {
    await api.ask(`${path}/${kind}`, { method: mine.has(kind) ? 'DELETE' : 'PUT' });
    isChoosing.value = false;
    reactions.value = await api.ask<Reactions>(path);
  };
  const shown = KINDS.filter((kind) => isChoosing.value || (reactions.value?.counts[kind] ?? 0) > 0);
  return (
    <div ref={bar} class="reactions" role="group" aria-label="Reactions">
      {shown.map((kind) => (
        <Action
          key={kind}
          class="chip"
          act={() => toggle(kind)}
          pressed={mine.has(kind)}
          label={`${kind}, ${reactions.value?.counts[kind] ?? 0}`}
          disabled={me.value === undefined}
        >
          <ReactionSign kind={kind} /> {reactions.value?.counts[kind] ?? 0}
        </Action>
      ))}
      {me.value !== undefined && (
        <button
          type="button"
          class="chip"
          aria-label={isChoosing.value ? 'Close reactions' : 'React'}
          aria-expanded={isChoosing.value}
          onClick={() => (isChoosing.value = !isChoosing.peek())}
        >
          <Icon name={isChoosing.value ? 'close' : 'smile'} />
        </button>
      )}
    </div>
  );
}
