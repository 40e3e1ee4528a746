/** How people reacted to a post, and one's own reactions. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ListedPost, ReactionKind, Reactions } from '../../../services/wall-api/client/contract.ts';
import { api, me } from '../state/session.ts';
import { Action } from './action.tsx';
import { Icon } from './icon.tsx';
import { ReactionSign } from './reaction-sign.tsx';

const KINDS: readonly ReactionKind[] = ['like', 'love', 'laugh', 'wow', 'sad', 'angry'];

interface ReactionBarProps {
  readonly post: ListedPost;
  /** Others show the post, too: its reactions are not what they were. */
  readonly onChange: ((post: ListedPost) => void) | undefined;
}

export function ReactionBar({ post, onChange }: ReactionBarProps) {
  const reactions = useSignal(post.reactions);
  const isChoosing = useSignal(false);
  useEffect(() => {
    reactions.value = post.reactions;
  }, [post.reactions]);

  const path = `/v1/posts/${post.id}/reactions`;
  const { counts, mine, complete } = reactions.value;
  const read = async (): Promise<void> => {
    reactions.value = await api.ask<Reactions>(path);
    onChange?.({ ...post, reactions: reactions.peek() });
  };
  const toggle = async (kind: ReactionKind): Promise<void> => {
    await api.ask(`${path}/${kind}`, { method: mine.includes(kind) ? 'DELETE' : 'PUT' });
    isChoosing.value = false;
    await read();
  };
  const choose = async (): Promise<void> => {
    isChoosing.value = !isChoosing.peek();
    // Lists count up to a bound: what one reacts beside should be all.
    if (isChoosing.peek() && !complete) await read();
  };
  const shown = KINDS.filter((kind) => isChoosing.value || counts[kind] > 0);
  return (
    <div class="reactions" role="group" aria-label="Reactions">
      {shown.map((kind) => (
        <Action
          key={kind}
          class="chip"
          act={() => toggle(kind)}
          pressed={mine.includes(kind)}
          label={`${kind}, ${complete ? '' : 'at least '}${counts[kind]}`}
          disabled={me.value === undefined}
        >
          <ReactionSign kind={kind} />
          {counts[kind] > 0 && ` ${counts[kind]}${complete ? '' : '+'}`}
        </Action>
      ))}
      {me.value !== undefined && (
        <Action
          class="chip"
          act={choose}
          label={isChoosing.value ? 'Close reactions' : 'React'}
          expanded={isChoosing.value}
        >
          <Icon name={isChoosing.value ? 'close' : 'smile'} />
        </Action>
      )}
    </div>
  );
}
