/** The hash and signature functions of records, by node:crypto. */
import { createHash, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { RecordCrypto } from '../core/record.ts';

/** Imported keys remembered: an import costs about as much as a hash of 50 KiB, and authors come in bursts. */
const REMEMBERED_KEYS = 256;
/** DER header of an Ed25519 public key (RFC 8410, section 4). */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex');
/** Signatures found right that are remembered; 120 bytes each. The last half of them at least is. */
const REMEMBERED_SIGNATURES = 2_048;
/** Hashed in one call when all parts together are no longer than this; a copy is cheaper than a hash object. */
const COPIED_BYTES = 4096;

/**
 * Encodings of points of small order, sign bit cleared: under such a "key" anybody can make signatures that verify.
 * The list is libsodium's (ge25519_has_small_order), canonical and not.
 */
const SMALL_ORDER_KEYS = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

class NodeRecordCrypto implements RecordCrypto {
  /** In order of last use, the oldest first. */
  readonly #keys = new Map<string, KeyObject>();
  /** Hashes of key, signature and message: a check takes 40 times as long, and many phones may share a process. */
  #verified = new Set<string>();
  #verifiedEarlier = new Set<string>();

  sha256(...parts: readonly Uint8Array[]): Uint8Array {
    if (parts.length === 1) return hash('sha256', parts[0]!, 'buffer');
    let length = 0;
    for (const part of parts) length += part.length;
    if (length <= COPIED_BYTES) return hash('sha256', Buffer.concat(parts, length), 'buffer');
    const sum = createHash('sha256');
    for (const part of parts) sum.update(part);
    return sum.digest();
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const name = hash('sha256', Buffer.concat([publicKey, signature, message]), 'base64');
    if (this.#verified.has(name) || this.#verifiedEarlier.has(name)) return true;
    const key = this.#import(publicKey);
    if (key === undefined || !verify(null, message, key, signature)) return false;
    if (this.#verified.size >= REMEMBERED_SIGNATURES / 2) {
      this.#verifiedEarlier = this.#verified;
      this.#verified = new Set();
    }
    this.#verified.add(name);
    return true;
  }

  #import(publicKey: Uint8Array): KeyObject | undefined {
    const name = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('hex');
    const known = this.#keys.get(name);
    if (known !== undefined) {
      this.#keys.delete(name);
      this.#keys.set(name, known);
      return known;
    }
    if (isOfSmallOrder(publicKey)) return undefined;
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEADER, publicKey]), format: 'der', type: 'spki' });
    if (this.#keys.size >= REMEMBERED_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(name, key);
    return key;
  }
}

function isOfSmallOrder(publicKey: Uint8Array): boolean {
  const unsigned = Buffer.from(publicKey);
  unsigned[31] = unsigned[31]! & 0x7f;
  return SMALL_ORDER_KEYS.has(unsigned.toString('hex'));
}

/** One for the whole process, for it remembers: a record that many phones of a process keep is checked once. */
export const recordCrypto: RecordCrypto = new NodeRecordCrypto();
