/** What else can be done to a post: more or less like it, edit, delete, history, block its author. */
import { useSignal } from '@preact/signals';
import type { ListedPost } from '../../../services/wall-api/client/contract.ts';
import { block } from '../state/blocks.ts';
import { api, me } from '../state/session.ts';
import { Action } from './action.tsx';
import { Dialog } from './dialog.tsx';
import { Edit } from './edit.tsx';
import { History } from './history.tsx';
import { Icon } from './icon.tsx';

interface PostMenuProps {
  readonly post: ListedPost;
  readonly onChange: ((post: ListedPost | undefined) => void) | undefined;
}

type Shown = 'nothing' | 'menu' | 'edit' | 'delete' | 'history';

export function PostMenu({ post, onChange }: PostMenuProps) {
  const shown = useSignal<Shown>('nothing');
  const said = useSignal('');
  const close = (): void => {
    shown.value = 'nothing';
  };
  const steer = async (direction: 'more' | 'less'): Promise<void> => {
    await api.ask(`/v1/feed/${post.id}/${direction}`, { method: 'POST' });
    said.value = direction === 'more' ? 'You will see more like this.' : 'You will see less like this.';
    close();
  };
  const isMine = post.author === me.value?.id;
  return (
    <>
      <span class="said" role="status">
        {said.value}
      </span>
      <button type="button" class="bare" aria-label="More about this post" onClick={() => (shown.value = 'menu')}>
        <Icon name="dots" />
      </button>
      {shown.value === 'menu' && (
        <Dialog title="This post" close={close}>
          <div class="choices">
            <Action act={() => steer('more')}>More like this</Action>
            <Action act={() => steer('less')}>Less like this</Action>
            {post.version > 1 && (
              <button type="button" onClick={() => (shown.value = 'history')}>
                Earlier versions
              </button>
            )}
            {isMine && (
              <button type="button" onClick={() => (shown.value = 'edit')}>
                Edit
              </button>
            )}
            {isMine ? (
              <button type="button" class="danger" onClick={() => (shown.value = 'delete')}>
                Delete
              </button>
            ) : (
              <Action class="danger" act={() => block(post.author)}>
                Block {post.authorName ?? 'its author'}
              </Action>
            )}
          </div>
        </Dialog>
      )}
      {shown.value === 'edit' && <Edit post={post} close={close} onChange={onChange} />}
      {shown.value === 'delete' && <Delete post={post} close={close} onChange={onChange} />}
      {shown.value === 'history' && <History post={post.id} close={close} />}
    </>
  );
}

function Delete({ post, close, onChange }: PostMenuProps & { readonly close: () => void }) {
  const remove = async (): Promise<void> => {
    await api.ask(`/v1/posts/${post.id}`, { method: 'DELETE' });
    close();
    onChange?.(undefined);
  };
  return (
    <Dialog title="Delete this post?" close={close}>
      <p>It goes for good, on every phone: a signed tombstone takes its place, so that no copy can come back.</p>
      <Action class="danger" act={remove}>
        Delete for good
      </Action>
    </Dialog>
  );
}
