/** The pictures of a post that is being written, each with a place for what it shows. */
import type { Signal } from '@preact/signals';
import { MAX_ALT_CHARACTERS } from '../../../services/wall-api/client/bounds.ts';
import { type Attachment, isUndescribed } from '../state/attachments.ts';

interface AttachmentsProps {
  readonly pictures: Signal<readonly Attachment[]>;
  /** Descriptions are missing and asked for. */
  readonly isAsking: boolean;
}

export function Attachments({ pictures, isAsking }: AttachmentsProps) {
  const describe = (preview: string, alt: string): void => {
    pictures.value = pictures.peek().map((picture) => (picture.preview === preview ? { ...picture, alt } : picture));
  };
  const remove = (preview: string): void => {
    URL.revokeObjectURL(preview);
    pictures.value = pictures.peek().filter((picture) => picture.preview !== preview);
  };
  if (pictures.value.length === 0) return null;
  return (
    <ul class="attachments">
      {pictures.value.map(({ preview, alt }, i) => (
        <li key={preview}>
          <img src={preview} alt="" />
          <label>
            <span>What does picture {i + 1} show? For those who cannot see it.</span>
            <textarea
              rows={2}
              maxLength={MAX_ALT_CHARACTERS}
              class={isAsking && isUndescribed({ alt }) ? 'wanted' : ''}
              value={alt}
              onInput={(event) => describe(preview, event.currentTarget.value)}
            />
          </label>
          <button type="button" class="quiet" aria-label={`Remove picture ${i + 1}`} onClick={() => remove(preview)}>
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}
