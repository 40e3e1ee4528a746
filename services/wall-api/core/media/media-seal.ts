/**
 * Media for friends: root and chunks are encrypted with one key (AES-256-GCM) that travels inside the sealed posts
 * that show the medium. The key follows from a secret of the author's and all that is encrypted with it (as in
 * synthetic-IV constructions): the author's other phones find it again, a repeated upload gives the very same records,
 * and no nonce ever meets two plaintexts under one key. Nonces count the parts: the root is 0, chunk i is i + 1.
 */
import { type Id, idToBytes } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { WallCrypto } from '../wall-crypto.ts';

export const MEDIA_KEY_BYTES = 32;
export const SALT_BYTES = 16;
/** What encryption adds to a part. */
export const PART_OVERHEAD_BYTES = 16;
export const ROOT_PART = 0;

const NONCE_BYTES = 12;
const utf8 = new TextEncoder();
const SALT_TAG = utf8.encode('ringwall/media/salt/1');
const KEY_TAG = utf8.encode('ringwall/media/key/1');
const PART_TAG = utf8.encode('ringwall/media/part/1');

/** The salt of a medium: `contentHash` covers everything that will be encrypted. */
export function mediaSalt(author: UnlockedPerson, contentHash: Uint8Array, crypto: WallCrypto): Uint8Array {
  return crypto.hkdf(author.storageKey, contentHash, SALT_TAG, SALT_BYTES);
}

/** The key of a medium of the author's, from the salt in its root. */
export function mediaKey(author: UnlockedPerson, salt: Uint8Array, crypto: WallCrypto): Uint8Array {
  return crypto.hkdf(author.storageKey, salt, KEY_TAG, MEDIA_KEY_BYTES);
}

export function sealPart(
  key: Uint8Array,
  part: number,
  plaintext: Uint8Array,
  author: Id,
  crypto: WallCrypto,
): Uint8Array {
  return crypto.encrypt(key, nonceOf(part), plaintext, contextOf(author));
}

/** The part; undefined when it is not what sealPart made with this key, number and author. */
export function openPart(
  key: Uint8Array,
  part: number,
  sealed: Uint8Array,
  author: Id,
  crypto: WallCrypto,
): Uint8Array | undefined {
  return crypto.decrypt(key, nonceOf(part), sealed, contextOf(author));
}

function nonceOf(part: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, part);
  return nonce;
}

function contextOf(author: Id): Uint8Array {
  const context = new Uint8Array(PART_TAG.length + 16);
  context.set(PART_TAG);
  context.set(idToBytes(author), PART_TAG.length);
  return context;
}
