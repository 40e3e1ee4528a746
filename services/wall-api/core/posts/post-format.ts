/**
 * What the value of a post, and of its revisions, says. A public one is a JSON object; a friends-only one is the
 * byte 1 and then that same object sealed to the friends' keys, so that its text is never in clear on the ring.
 */
import { type Id, idToBytes, parseId } from '../../../shared/core/id.ts';
import { wordsOfPost } from '../../../shared/core/post-words.ts';
import { MAX_VALUE_BYTES } from '../../../shared/core/record.ts';
import { isWithinCharacters } from '../characters.ts';
import { type MediaReference, readReferences, referenceJson } from '../media/media-reference.ts';
import { Problem } from '../problem.ts';
import { decodeValue, encodeValue, type JsonObject } from '../ring/json-value.ts';
import { openSealed, sealContent } from '../seal.ts';
import type { SealingKeys, WallCrypto } from '../wall-crypto.ts';

export type Audience = 'public' | 'friends';

/** In Unicode characters (code points). */
export const MAX_TEXT_CHARACTERS = 10_000;

export interface PostContent {
  readonly text: string;
  readonly audience: Audience;
  /** The post this one answers. */
  readonly inReplyTo: Id | undefined;
  readonly media: readonly MediaReference[];
}

/** What the post says, its pictures' descriptions with it: what it is embedded by. */
export function wordsOf({ text, media }: PostContent): string {
  return wordsOfPost(
    text,
    media.map(({ alt }) => alt),
  );
}

/** `sealed`: to keys the viewer does not have. `malformed`: no post, for authors may sign anything. */
export type ContentReading =
  | { readonly state: 'open'; readonly content: PostContent }
  | { readonly state: 'sealed' }
  | { readonly state: 'malformed' };

const SEALED = 1;
const utf8 = new TextEncoder();

/** The value of a public post. Throws Problem unprocessable-content on a text that no record can hold. */
export function encodeOpen(content: PostContent): Uint8Array {
  return bounded(encodeValue(jsonOf(content)));
}

/** The value of a post that only the holders of the recipients' keys can read. Throws as encodeOpen does. */
export function encodeSealed(
  content: PostContent,
  author: Id,
  recipients: readonly Uint8Array[],
  crypto: WallCrypto,
): Uint8Array {
  const sealed = sealContent(encodeValue(jsonOf(content)), recipients, sealContext(author), crypto);
  const value = new Uint8Array(1 + sealed.length);
  value[0] = SEALED;
  value.set(sealed, 1);
  return bounded(value);
}

/** Reads a post's value, with the viewer's keys where it is sealed. */
export function decodePost(
  value: Uint8Array,
  author: Id,
  viewer: SealingKeys | undefined,
  crypto: WallCrypto,
): ContentReading {
  if (value[0] !== SEALED) return readJson(decodeValue(value), 'public');
  const opened = viewer === undefined ? undefined : openSealed(value.subarray(1), viewer, sealContext(author), crypto);
  return opened === undefined ? { state: 'sealed' } : readJson(decodeValue(opened), 'friends');
}

function sealContext(author: Id): Uint8Array {
  const tag = utf8.encode('ringwall/sealed-post/1');
  const context = new Uint8Array(tag.length + 16);
  context.set(tag);
  context.set(idToBytes(author), tag.length);
  return context;
}

function jsonOf(content: PostContent): JsonObject {
  const { text, audience, inReplyTo, media } = content;
  return {
    ...{ text, audience },
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(media.length === 0 ? {} : { media: media.map(referenceJson) }),
  };
}

function readJson(json: JsonObject | undefined, audience: Audience): ContentReading {
  if (json === undefined || json['audience'] !== audience) return { state: 'malformed' };
  const { text, inReplyTo } = json;
  const media = readReferences(json['media']);
  if (typeof text !== 'string' || !isWithinCharacters(text, MAX_TEXT_CHARACTERS)) return { state: 'malformed' };
  const parent = typeof inReplyTo === 'string' ? parseId(inReplyTo) : undefined;
  if ((inReplyTo !== undefined && parent === undefined) || media === undefined) return { state: 'malformed' };
  return { state: 'open', content: { text, audience, inReplyTo: parent, media } };
}

function bounded(value: Uint8Array): Uint8Array {
  if (value.length <= MAX_VALUE_BYTES) return value;
  throw new Problem(
    'unprocessable-content',
    `Text, pictures’ descriptions and recipients take ${value.length} bytes together; a record holds ${MAX_VALUE_BYTES}.`,
  );
}
