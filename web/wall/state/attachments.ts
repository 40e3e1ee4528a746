/** Pictures on their way into a post, each with what it shows in words. */
import type { Audience, UploadedMedia } from '../../../services/wall-api/client/contract.ts';
import type { Attempts } from './attempts.ts';
import { api } from './session.ts';

export interface Attachment {
  readonly blob: Blob;
  /** Address of the picture in this page. */
  readonly preview: string;
  readonly alt: string;
}

export function attachmentOf(blob: Blob): Attachment {
  return { blob, preview: URL.createObjectURL(blob), alt: '' };
}

export function isUndescribed({ alt }: Pick<Attachment, 'alt'>): boolean {
  return alt.trim() === '';
}

/** Puts the pictures on the ring, one after the other. Those that got there in an earlier attempt are not put twice. */
export async function upload(
  pictures: readonly Attachment[],
  audience: Audience,
  attempts: Attempts,
): Promise<readonly { id: string }[]> {
  const uploaded = [];
  for (const picture of pictures) {
    const { blob, preview } = picture;
    const alt = isUndescribed(picture) ? undefined : picture.alt.trim();
    const headers = {
      'content-type': blob.type,
      'idempotency-key': attempts.keyOf(JSON.stringify([preview, audience, alt])),
    };
    const { id } = await api.ask<UploadedMedia>('/v1/media', {
      ...{ method: 'POST', body: blob, query: { audience, alt }, headers },
    });
    uploaded.push({ id });
  }
  return uploaded;
}
