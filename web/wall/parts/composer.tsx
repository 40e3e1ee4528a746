/** Writing a post: text, pictures with their descriptions, and who may read it. What is written survives a reload. */
import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import type { Audience, Post, PublishedPost } from '../../../services/wall-api/client/contract.ts';
import { api, isReached } from '../state/session.ts';
import { keep, recall } from '../state/storage.ts';
import { Action } from './action.tsx';
import { type Attachment, Attachments, MAX_PICTURES, upload } from './attachments.tsx';
import { Icon } from './icon.tsx';

export interface ComposerProps {
  readonly inReplyTo?: string;
  readonly onPosted: (post: Post) => void;
}

const MAX_CHARACTERS = 10_000;

export function Composer({ inReplyTo, onPosted }: ComposerProps) {
  const draft = `draft ${inReplyTo ?? ''}`;
  const text = useSignal(recall<string>(draft) ?? '');
  const audience = useSignal<Audience>('public');
  const pictures = useSignal<readonly Attachment[]>([]);
  const said = useSignal('');
  const file = useRef<HTMLInputElement>(null);
  const textId = useId();
  const isReply = inReplyTo !== undefined;

  const write = (next: string): void => {
    text.value = next;
    keep(draft, next === '' ? undefined : next);
  };
  const addPictures = (files: FileList | null): void => {
    const added = [...(files ?? [])].map((blob) => ({ blob, preview: URL.createObjectURL(blob), alt: '' }));
    pictures.value = [...pictures.peek(), ...added].slice(0, MAX_PICTURES);
  };
  const post = async (): Promise<void> => {
    const media = await upload(pictures.peek(), audience.peek());
    const reply = inReplyTo === undefined ? {} : { inReplyTo };
    const body = { text: text.peek(), audience: audience.peek(), ...reply, ...(media.length > 0 ? { media } : {}) };
    const published = await api.ask<PublishedPost>('/v1/posts', { method: 'POST', body });
    write('');
    pictures.value = [];
    said.value = custodyText(published);
    onPosted({ ...published, served: { phone: null, hops: 0, milliseconds: 0 } });
  };
  const isEmpty = text.value.trim() === '';
  return (
    <section class="composer" aria-label={isReply ? 'Write a reply' : 'Write a post'}>
      <label for={textId} class="hidden">
        {isReply ? 'Your reply' : 'Your post'}
      </label>
      <textarea
        id={textId}
        rows={isReply ? 2 : 3}
        maxLength={MAX_CHARACTERS}
        placeholder={isReply ? 'Write a reply' : 'What is on your mind?'}
        value={text.value}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <Attachments pictures={pictures} />
      <div class="row">
        <input
          ref={file}
          class="hidden"
          type="file"
          tabIndex={-1}
          aria-label="Picture files"
          accept="image/jpeg,image/png,image/webp,image/gif"
          multiple
          onChange={(event) => addPictures(event.currentTarget.files)}
        />
        <button type="button" class="bare" aria-label="Add pictures" onClick={() => file.current?.click()}>
          <Icon name="camera" />
        </button>
        <select
          aria-label="Who may read it"
          value={audience.value}
          onChange={(event) => (audience.value = event.currentTarget.value as Audience)}
        >
          <option value="public">Everybody</option>
          <option value="friends">Friends</option>
        </select>
        <span class="space" />
        <Action class="primary" act={post} disabled={isEmpty}>
          {isReply ? 'Reply' : 'Post'}
        </Action>
      </div>
      {!isReached.value && !isEmpty && <p class="hint">Kept on this device until the phone is back.</p>}
      <p class="said" role="status">
        {said.value}
      </p>
    </section>
  );
}

function custodyText({ custody, indexed, leftOut }: PublishedPost): string {
  const kept = `Posted: ${custody.acknowledged} of ${custody.replicas} phones have it.`;
  const listed = indexed ? '' : ' It will be in all lists in a few minutes.';
  const left = leftOut.length === 0 ? '' : ` ${leftOut.length} friends cannot read it: their keys were out of reach.`;
  return kept + listed + left;
}
