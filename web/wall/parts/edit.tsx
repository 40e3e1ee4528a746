/** Editing a post: of the newest version that the phones have, so that no other edit is lost. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { MAX_TEXT_CHARACTERS } from '../../../services/wall-api/client/bounds.ts';
import type { ListedPost, Post, PublishedPost } from '../../../services/wall-api/client/contract.ts';
import { useLoading } from '../state/loading.ts';
import { api } from '../state/session.ts';
import { Action } from './action.tsx';
import { Dialog } from './dialog.tsx';
import { Busy, Failure } from './notice.tsx';

export interface EditProps {
  readonly post: ListedPost;
  readonly close: () => void;
  readonly onChange: ((post: ListedPost) => void) | undefined;
}

export function Edit({ post, close, onChange }: EditProps) {
  const newest = useLoading(post.id, (signal) => readVersion(post.id, signal));
  const text = useSignal('');
  useEffect(() => {
    text.value = newest.value?.post.text ?? '';
  }, [newest.value]);
  const save = async (): Promise<void> => {
    const headers = { 'if-match': newest.value!.tag };
    const body = { text: text.peek() };
    const edited = await api.ask<PublishedPost>(`/v1/posts/${post.id}`, { method: 'PUT', body, headers });
    close();
    onChange?.({ ...post, text: edited.text, version: edited.version, editedAt: edited.editedAt });
  };
  return (
    <Dialog title="Edit your post" close={close}>
      {newest.isLoading && <Busy what="Reading its newest version …" />}
      {newest.error !== undefined && <Failure error={newest.error} retry={newest.reload} />}
      {newest.value !== undefined && (
        <>
          <textarea
            aria-label="Text of the post"
            rows={6}
            maxLength={MAX_TEXT_CHARACTERS}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
          <p class="hint">Earlier versions stay readable in its history.</p>
          <Action class="primary" act={save} disabled={text.value.trim() === '' && post.media.length === 0}>
            Save
          </Action>
        </>
      )}
    </Dialog>
  );
}

async function readVersion(id: string, signal: AbortSignal): Promise<{ readonly post: Post; readonly tag: string }> {
  const response = await api.open(`/v1/posts/${id}`, { signal });
  return { post: (await response.json()) as Post, tag: response.headers.get('etag') ?? '*' };
}
