/** Pictures as the API shows them. */
import type { Id } from '../../shared/core/id.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { toBase64Url } from '../core/base64url.ts';
import { MAX_POST_MEDIA, type MediaReference } from '../core/media/media-reference.ts';
import { IdText, idText } from './schema.ts';

export const MEDIA_PROPERTIES = {
  id: IdText,
  type: Type.Union(
    [Type.Literal('image/jpeg'), Type.Literal('image/png'), Type.Literal('image/webp'), Type.Literal('image/gif')],
    { description: 'Of what is kept; this phone keeps every picture as WebP.' },
  ),
  width: Type.Integer({ description: 'Pixels.' }),
  height: Type.Integer({ description: 'Pixels.' }),
  alt: Type.Union([Type.String(), Type.Null()], {
    description: 'What the picture shows, for those who do not see it; null when its author did not say.',
  }),
  url: Type.String({
    description: 'Path of the picture at this API. That of a friends-only one holds its key: whoever has it may look.',
  }),
  thumbnailUrl: Type.String({ description: 'Path of a small version, which is there even when pieces are missing.' }),
};

/** A picture of a post. */
export const MediaSchema = Type.Object(MEDIA_PROPERTIES, { additionalProperties: false });

export const PostMediaSchema = Type.Array(MediaSchema, {
  maxItems: MAX_POST_MEDIA,
  description: 'Pictures, in order.',
});

export function mediaText({ id, type, width, height, alt, key }: MediaReference): Static<typeof MediaSchema> {
  return { id: idText(id), type, width, height, alt, ...mediaUrls(id, key) };
}

function mediaUrls(id: Id, key: Uint8Array | undefined): { readonly url: string; readonly thumbnailUrl: string } {
  const path = `/v1/media/${idText(id)}`;
  const query = key === undefined ? '' : `?key=${toBase64Url(key)}`;
  return { url: `${path}${query}`, thumbnailUrl: `${path}/thumbnail${query}` };
}
