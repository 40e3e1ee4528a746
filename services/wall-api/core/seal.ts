/**
 * Friends-only content. A fresh key encrypts the content once; that key is wrapped for each recipient by an ephemeral
 * X25519 agreement (as in RFC 9180's base mode, with HKDF-SHA-256 and AES-256-GCM). Recipients are not named: a
 * two-byte hint under the shared secret lets each find their wrap quickly, and tells nobody else anything.
 *
 * The author's signature on the record that holds the sealed bytes says who wrote them; the associated data, which
 * must be equal to open, ties them to where they belong (the author's id, the kind of record), so that nobody can
 * present another's sealed content as their own.
 *
 * Layout: version u8, ephemeral public key 32, number of wraps u16, wraps (hint 2, wrapped key 48) each, ciphertext.
 */
import type { SealingKeys, WallCrypto } from './wall-crypto.ts';

/** Most recipients of one content, its author among them. */
export const MAX_RECIPIENTS = 500;

const VERSION = 1;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const HINT_BYTES = 2;
const WRAPPED_BYTES = KEY_BYTES + TAG_BYTES;
const WRAP_BYTES = HINT_BYTES + WRAPPED_BYTES;
const HEADER_BYTES = 1 + KEY_BYTES + 2;
/** Every key here encrypts one message only, so its nonce need not vary. */
const NONCE = new Uint8Array(12);
const utf8 = new TextEncoder();
const WRAP_TAG = utf8.encode('ringwall/seal/wrap/1');
const CONTENT_TAG = utf8.encode('ringwall/seal/content/1');

/**
 * Seals content for X25519 public keys; list the author's own, or the author cannot read it either. Throws a
 * RangeError without recipients, with more than MAX_RECIPIENTS, and for a key that is none.
 */
export function sealContent(
  plaintext: Uint8Array,
  recipients: readonly Uint8Array[],
  associatedData: Uint8Array,
  crypto: WallCrypto,
): Uint8Array {
  if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS) {
    throw new RangeError(`content is sealed for 1 to ${MAX_RECIPIENTS} recipients, not ${recipients.length}`);
  }
  const ephemeral = crypto.sealingKeys(crypto.randomBytes(KEY_BYTES));
  const contentKey = crypto.randomBytes(KEY_BYTES);
  const header = new Uint8Array(HEADER_BYTES + recipients.length * WRAP_BYTES);
  header[0] = VERSION;
  header.set(ephemeral.publicKey, 1);
  new DataView(header.buffer).setUint16(1 + KEY_BYTES, recipients.length);
  shuffled(recipients, crypto).forEach((recipient, index) => {
    const shared = crypto.agree(ephemeral.privateKey, recipient);
    if (shared === undefined) throw new RangeError('a recipient’s key is no X25519 public key');
    const { hint, key } = wrapSecrets(shared, ephemeral.publicKey, recipient, crypto);
    const at = HEADER_BYTES + index * WRAP_BYTES;
    header.set(hint, at);
    header.set(crypto.encrypt(key, NONCE, contentKey, associatedData), at + HINT_BYTES);
  });
  const ciphertext = crypto.encrypt(contentKey, NONCE, plaintext, contentData(header, associatedData, crypto));
  return joined(header, ciphertext);
}

/**
 * The content, when it was sealed for these keys with this associated data and nothing in it was changed; undefined
 * otherwise, and for bytes that are no sealed content.
 */
export function openSealed(
  sealed: Uint8Array,
  keys: SealingKeys,
  associatedData: Uint8Array,
  crypto: WallCrypto,
): Uint8Array | undefined {
  if (sealed.length < HEADER_BYTES + WRAP_BYTES + TAG_BYTES || sealed[0] !== VERSION) return undefined;
  const count = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength).getUint16(1 + KEY_BYTES);
  const headerLength = HEADER_BYTES + count * WRAP_BYTES;
  if (count === 0 || count > MAX_RECIPIENTS || sealed.length < headerLength + TAG_BYTES) return undefined;
  const ephemeralKey = sealed.subarray(1, 1 + KEY_BYTES);
  const shared = crypto.agree(keys.privateKey, ephemeralKey);
  if (shared === undefined) return undefined;
  const { hint, key } = wrapSecrets(shared, ephemeralKey, keys.publicKey, crypto);
  const header = sealed.subarray(0, headerLength);
  for (let at = HEADER_BYTES; at < headerLength; at += WRAP_BYTES) {
    if (header[at] !== hint[0] || header[at + 1] !== hint[1]) continue;
    const wrapped = header.subarray(at + HINT_BYTES, at + WRAP_BYTES);
    const contentKey = crypto.decrypt(key, NONCE, wrapped, associatedData);
    if (contentKey === undefined) continue;
    const ciphertext = sealed.subarray(headerLength);
    return crypto.decrypt(contentKey, NONCE, ciphertext, contentData(header, associatedData, crypto));
  }
  return undefined;
}

function wrapSecrets(
  shared: Uint8Array,
  ephemeralKey: Uint8Array,
  recipientKey: Uint8Array,
  crypto: WallCrypto,
): { readonly hint: Uint8Array; readonly key: Uint8Array } {
  const info = joined(WRAP_TAG, joined(ephemeralKey, recipientKey));
  const secrets = crypto.hkdf(shared, new Uint8Array(0), info, HINT_BYTES + KEY_BYTES);
  return { hint: secrets.subarray(0, HINT_BYTES), key: secrets.subarray(HINT_BYTES) };
}

/** The whole header is authenticated, so that no recipient can be taken out or put in unnoticed. */
function contentData(header: Uint8Array, associatedData: Uint8Array, crypto: WallCrypto): Uint8Array {
  return joined(crypto.sha256(CONTENT_TAG, header), associatedData);
}

/** In an order that does not follow the author's list of friends. */
function shuffled(recipients: readonly Uint8Array[], crypto: WallCrypto): Uint8Array[] {
  const order = new DataView(crypto.randomBytes(recipients.length * 4).buffer);
  return recipients
    .map((key, index) => ({ key, rank: order.getUint32(index * 4) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ key }) => key);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
