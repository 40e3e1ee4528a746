/**
 * How a post names its pictures: with what a reader needs to lay them out before any of them is fetched, and, in sealed
 * posts, with the keys they are sealed with. The post's author signed it, so a list of posts costs no further reads.
 */
import { type Id, parseId } from '../../../shared/core/id.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';
import { isWithinCharacters } from '../characters.ts';
import type { JsonObject } from '../ring/json-value.ts';
import { isSide, MAX_ALT_CHARACTERS } from './media-format.ts';
import { isPictureType, type PictureType } from './media-picture.ts';
import { MEDIA_KEY_BYTES } from './media-seal.ts';

/** Most pictures of a post. */
export const MAX_POST_MEDIA = 4;

export interface MediaReference {
  readonly id: Id;
  readonly type: PictureType;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly alt: string | null;
  /** Of a sealed medium. */
  readonly key: Uint8Array | undefined;
}

export function referenceJson({ key, ...reference }: MediaReference): JsonObject {
  return key === undefined ? reference : { ...reference, key: toBase64Url(key) };
}

/** The references in a post's value; undefined when they are none. Without the field there are no pictures. */
export function readReferences(json: unknown): readonly MediaReference[] | undefined {
  if (json === undefined) return [];
  if (!Array.isArray(json) || json.length > MAX_POST_MEDIA) return undefined;
  const references = json.flatMap((item: unknown) => readReference(item) ?? []);
  return references.length === json.length ? references : undefined;
}

function readReference(json: unknown): MediaReference | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { id: text, type, width, height, alt, key: keyText } = json as JsonObject;
  const id = typeof text === 'string' ? parseId(text) : undefined;
  if (id === undefined || !isPictureType(type) || !isSide(width) || !isSide(height)) return undefined;
  if (alt !== null && (typeof alt !== 'string' || !isWithinCharacters(alt, MAX_ALT_CHARACTERS))) return undefined;
  const key = typeof keyText === 'string' ? fromBase64Url(keyText, MEDIA_KEY_BYTES) : undefined;
  if (keyText !== undefined && key === undefined) return undefined;
  return { id, type, width, height, alt, key };
}
