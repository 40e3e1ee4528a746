/** Writing a post: text, pictures with their descriptions, and who may read it. */
import { useId } from 'preact/hooks';
import { MAX_TEXT_CHARACTERS } from '../../../services/wall-api/client/bounds.ts';
import type { Audience } from '../../../services/wall-api/client/contract.ts';
import { type Composing, useComposing } from '../state/composing.ts';
import type { Draft } from '../state/draft.ts';
import { isReached } from '../state/session.ts';
import { Action } from './action.tsx';
import { Attachments } from './attachments.tsx';
import { PicturePicker } from './picture-picker.tsx';
import { WaitingPosts } from './waiting-posts.tsx';

export function Composer({ inReplyTo }: { readonly inReplyTo?: string }) {
  const composing = useComposing(inReplyTo);
  const { draft, pictures, isAsking } = composing;
  const isReply = inReplyTo !== undefined;
  const verb = isReply ? 'Reply' : 'Post';
  return (
    <section class="composer" aria-label={isReply ? 'Write a reply' : 'Write a post'}>
      <Words draft={draft} isReply={isReply} onFiles={composing.addPictures} />
      <Attachments pictures={pictures} isAsking={isAsking} />
      <Remarks composing={composing} />
      <div class="row">
        <PicturePicker onPicked={(files) => void composing.addPictures(files)} />
        <AudienceChoice draft={draft} />
        <span class="space" />
        <Action class="primary" act={composing.post} disabled={composing.isEmpty}>
          {isAsking ? `${verb} without it` : verb}
        </Action>
      </div>
      <p class="said" role="status">
        {composing.said}
      </p>
      <WaitingPosts inReplyTo={inReplyTo} />
    </section>
  );
}

interface WordsProps {
  readonly draft: Draft;
  readonly isReply: boolean;
  readonly onFiles: (files: readonly File[]) => Promise<void>;
}

function Words({ draft, isReply, onFiles }: WordsProps) {
  const id = useId();
  const paste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void onFiles(files);
  };
  return (
    <>
      <label for={id} class="hidden">
        {isReply ? 'Your reply' : 'Your post'}
      </label>
      <textarea
        id={id}
        rows={isReply ? 2 : 3}
        maxLength={MAX_TEXT_CHARACTERS}
        placeholder={isReply ? 'Write a reply' : 'What is on your mind?'}
        value={draft.text.value}
        onInput={(event) => draft.write({ text: event.currentTarget.value })}
        onPaste={paste}
      />
    </>
  );
}

/** What stands in the way of the post, and what becomes of it while the phone is gone. */
function Remarks({ composing: { refusals, isAsking, isEmpty, pictures } }: { readonly composing: Composing }) {
  return (
    <>
      {refusals.map((refusal) => (
        <p key={refusal} class="fault" role="alert">
          {refusal}
        </p>
      ))}
      {isAsking && (
        <p class="hint" role="alert">
          A picture has no description yet: those who cannot see it will not know what it shows.
        </p>
      )}
      {!isReached.value && !isEmpty && (
        <p class="hint">
          {pictures.value.length === 0
            ? 'Kept on this device until the phone is back.'
            : 'Your words are kept on this device; pictures only while this page is open. Post when the phone is back.'}
        </p>
      )}
    </>
  );
}

function AudienceChoice({ draft }: { readonly draft: Draft }) {
  return (
    <select
      aria-label="Who may read it"
      value={draft.audience.value}
      onChange={(event) => draft.write({ audience: event.currentTarget.value as Audience })}
    >
      <option value="public">Everybody</option>
      <option value="friends">Friends</option>
    </select>
  );
}
