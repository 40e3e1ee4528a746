/**
 * What the records of a medium say. Its root is a JSON object, signed like every record, that lists its chunks by their
 * ids, and so by their content: whoever believes the root need believe nobody else. The root of a sealed medium is
 * the byte 1, a salt, and that same object encrypted (media-seal.ts).
 */
import { type Id, parseId } from '../../../shared/core/id.ts';
import { MAX_VALUE_BYTES } from '../../../shared/core/record.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';
import { isWithinCharacters } from '../characters.ts';
import { decodeValue, encodeValue, type JsonObject } from '../ring/json-value.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { isPictureType, MAX_THUMBNAIL_BYTES, type PictureType } from './media-picture.ts';
import { openPart, PART_OVERHEAD_BYTES, ROOT_PART, SALT_BYTES, sealPart } from './media-seal.ts';

/** Content of every chunk but the last, sealed or not. */
export const CHUNK_BYTES = MAX_VALUE_BYTES - PART_OVERHEAD_BYTES;
export const MAX_CHUNKS = 64;
/** Largest medium that is kept, bytes. */
export const MAX_MEDIA_BYTES = CHUNK_BYTES * MAX_CHUNKS;
/** Of the description for those who do not see it, in Unicode characters. */
export const MAX_ALT_CHARACTERS = 1_500;
/** Far beyond any picture that a phone makes; others may sign anything. */
const MAX_SIDE = 100_000;
const SEALED = 1;
const HASH = /^[0-9a-f]{64}$/;

export interface MediaContent {
  readonly type: PictureType;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Length of the content. */
  readonly bytes: number;
  readonly alt: string | null;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
  /** In the order of the content; each record by the root's author. */
  readonly chunks: readonly Id[];
  readonly thumbnail: Uint8Array;
}

export type MediaReading =
  | { readonly state: 'open'; readonly content: MediaContent }
  | { readonly state: 'sealed' }
  | { readonly state: 'malformed' };

export function encodeMedia(content: MediaContent): Uint8Array {
  return encodeValue({ ...content, thumbnail: toBase64Url(content.thumbnail) });
}

/** The root's value of a medium that only holders of the key can open. */
export function encodeSealedMedia(
  content: MediaContent,
  author: Id,
  salt: Uint8Array,
  key: Uint8Array,
  crypto: WallCrypto,
): Uint8Array {
  const sealed = sealPart(key, ROOT_PART, encodeMedia(content), author, crypto);
  const value = new Uint8Array(1 + SALT_BYTES + sealed.length);
  value[0] = SEALED;
  value.set(salt, 1);
  value.set(sealed, 1 + SALT_BYTES);
  return value;
}

/** The salt of a sealed root; undefined when it is not sealed. */
export function saltOf(value: Uint8Array): Uint8Array | undefined {
  return value[0] === SEALED && value.length > 1 + SALT_BYTES ? value.subarray(1, 1 + SALT_BYTES) : undefined;
}

/** Reads a root's value, with the key where it is sealed. */
export function decodeMedia(
  value: Uint8Array,
  author: Id,
  key: Uint8Array | undefined,
  crypto: WallCrypto,
): MediaReading {
  if (value[0] !== SEALED) return readJson(decodeValue(value));
  const sealed = value.subarray(1 + SALT_BYTES);
  const opened = key === undefined ? undefined : openPart(key, ROOT_PART, sealed, author, crypto);
  return opened === undefined ? { state: 'sealed' } : readJson(decodeValue(opened));
}

/** Where a chunk's content lies in the medium's. */
export function chunkRange(index: number, bytes: number): { readonly from: number; readonly to: number } {
  return { from: index * CHUNK_BYTES, to: Math.min((index + 1) * CHUNK_BYTES, bytes) };
}

function readJson(json: JsonObject | undefined): MediaReading {
  const { type, width, height, bytes, alt, sha256, chunks, thumbnail } = json ?? {};
  const isDescribed = alt === null || (typeof alt === 'string' && isWithinCharacters(alt, MAX_ALT_CHARACTERS));
  if (!isPictureType(type) || !isSide(width) || !isSide(height) || !isDescribed) return { state: 'malformed' };
  if (!isLength(bytes) || typeof sha256 !== 'string' || !HASH.test(sha256)) return { state: 'malformed' };
  const ids = readChunks(chunks, bytes);
  const small = typeof thumbnail === 'string' ? fromBase64Url(thumbnail) : undefined;
  if (ids === undefined || small === undefined || small.length > MAX_THUMBNAIL_BYTES) return { state: 'malformed' };
  return { state: 'open', content: { type, width, height, bytes, alt, sha256, chunks: ids, thumbnail: small } };
}

function readChunks(chunks: unknown, bytes: number): readonly Id[] | undefined {
  if (!Array.isArray(chunks) || chunks.length !== Math.ceil(bytes / CHUNK_BYTES)) return undefined;
  const ids = chunks.flatMap((chunk) => (typeof chunk === 'string' ? (parseId(chunk) ?? []) : []));
  return ids.length === chunks.length ? ids : undefined;
}

export function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_MEDIA_BYTES;
}
