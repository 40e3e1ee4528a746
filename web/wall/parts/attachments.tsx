/** Pictures on their way into a post. */
import type { Signal } from '@preact/signals';
import type { Audience, UploadedMedia } from '../../../services/wall-api/client/contract.ts';
import { api } from '../state/session.ts';

export interface Attachment {
  readonly blob: Blob;
  /** Address of the picture in this page. */
  readonly preview: string;
  readonly alt: string;
}

export const MAX_PICTURES = 4;
const MAX_ALT_CHARACTERS = 1_500;

export function Attachments({ pictures }: { readonly pictures: Signal<readonly Attachment[]> }) {
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
              value={alt}
              onInput={(event) => describe(preview, event.currentTarget.value)}
            />
          </label>
          <button type="button" class="quiet" onClick={() => remove(preview)}>
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Puts the pictures on the ring, one after the other. */
export async function upload(pictures: readonly Attachment[], audience: Audience): Promise<readonly { id: string }[]> {
  const uploaded = [];
  for (const { blob, alt } of pictures) {
    const query = { audience, alt: alt.trim() === '' ? undefined : alt.trim() };
    const headers = { 'content-type': blob.type };
    const { id } = await api.ask<UploadedMedia>('/v1/media', { method: 'POST', body: blob, query, headers });
    uploaded.push({ id });
  }
  return uploaded;
}
