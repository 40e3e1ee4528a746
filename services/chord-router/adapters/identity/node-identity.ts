/**
 * Who a phone is: its id follows from where it listens and from its key, so nobody chooses a place on the ring and
 * nobody speaks for another phone. docs/decisions/node-ids.md says why it is made this way.
 *
 *     id = SHA-1(ip, port, nonce)[0..8] ‖ SHA-1(ip, port, nonce, public key)[0..8],   nonce 0 to 127
 *
 * The first half is what the position follows from, the second binds the key.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { NodeRecord } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../../shared/core/contact.ts';
import { type Id, idFromBytes } from '../../../shared/core/id.ts';
import { failure, type Result, success } from '../../../shared/core/result.ts';
import { ipBytes, isCanonicalAddress, parseHostPort } from '../../../shared/runtime/network/host-port.ts';
import { recordCrypto as crypto } from '../../../shared/runtime/record-crypto.ts';

/** How many ids one address may have: enough for a newcomer to find a roomy place, far from enough to choose it. */
export const NONCES = 128;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const HALF_ID_BYTES = 8;
const RECORD_DOMAIN = 'ringwall/node-record/1';
/** DER around a raw Ed25519 private key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface NodeIdentity {
  readonly contact: Contact;
  /** The signed statement that other phones check. */
  readonly record: NodeRecord;
  /** Ed25519 over the message: 64 bytes. */
  sign(message: Uint8Array): Buffer;
}

export interface NodeKey {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer;
  readonly privateKey: KeyObject;
}

/** Why a node record is not to be believed. */
export type RecordFault = 'malformed' | 'bad-signature';

export function generateNodeKey(): NodeKey {
  return keyOf(generateKeyPairSync('ed25519').privateKey);
}

/** The key of 32 secret bytes. Throws on any other number of them. */
export function nodeKeyFromSeed(seed: Uint8Array): NodeKey {
  return keyOf(createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' }));
}

/** The 32 secret bytes a key is made of. */
export function seedOf(key: NodeKey): Buffer {
  return key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_PREFIX.length);
}

/** The id of a phone at a canonical IP address. Throws a RangeError on a nonce or an address that cannot be. */
export function nodeId(address: string, nonce: number, publicKey: Uint8Array): Id {
  const place = placeBytes(address, nonce);
  const position = createHash('sha1').update(place).digest();
  const binding = createHash('sha1').update(place).update(publicKey).digest();
  return idFromBytes(Buffer.concat([position.subarray(0, HALF_ID_BYTES), binding.subarray(0, HALF_ID_BYTES)]));
}

/** Whether a phone with this key may have the id of the contact, at its address. Tries all nonces: NONCES hashes at most. */
export function isIdOf({ id, address }: Contact, publicKey: Uint8Array): boolean {
  if (!isCanonicalAddress(address)) return false;
  const position = id.slice(0, 2 * HALF_ID_BYTES);
  for (let nonce = 0; nonce < NONCES; nonce++) {
    const found = nodeId(address, nonce, publicKey);
    if (found.startsWith(position)) return found === id;
  }
  return false;
}

/** Makes a phone's identity. `address` is a canonical ip:port, `issuedAtMs` the time of the record. */
export function createIdentity(key: NodeKey, address: string, nonce: number, issuedAtMs: number): NodeIdentity {
  const id = nodeId(address, nonce, key.publicKey);
  const unsigned = { publicKey: key.publicKey, address, nonce, issuedAtMs };
  const record = { ...unsigned, signature: sign(null, recordBytes(unsigned), key.privateKey) };
  return { contact: { id, address }, record, sign: (message) => sign(null, message, key.privateKey) };
}

/** Checks a node record by itself: its shape, its nonce and its signature; gives the contact that follows from it. */
export function checkRecord(record: NodeRecord): Result<Contact, RecordFault> {
  const wellFormed =
    record.publicKey.length === PUBLIC_KEY_BYTES &&
    record.signature.length === SIGNATURE_BYTES &&
    record.nonce < NONCES &&
    record.issuedAtMs > 0 &&
    isCanonicalAddress(record.address);
  if (!wellFormed) return failure('malformed');
  if (!crypto.verify(record.publicKey, recordBytes(record), record.signature)) return failure('bad-signature');
  return success({ id: nodeId(record.address, record.nonce, record.publicKey), address: record.address });
}

/** Whether an Ed25519 signature over the message is the phone's. False, too, for keys that are no key. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return crypto.verify(publicKey, message, signature);
}

function keyOf(privateKey: KeyObject): NodeKey {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: der.subarray(-PUBLIC_KEY_BYTES) };
}

/** ip (4 or 16 bytes), port (2 bytes, big-endian), nonce (1 byte). */
function placeBytes(address: string, nonce: number): Buffer {
  const parsed = parseHostPort(address);
  if (parsed === undefined) throw new RangeError(`not ip:port: ${address}`);
  if (!Number.isInteger(nonce) || nonce < 0 || nonce >= NONCES) throw new RangeError(`no such nonce: ${nonce}`);
  return Buffer.from([...ipBytes(parsed.host), parsed.port >> 8, parsed.port & 255, nonce]);
}

/** What the record's signature covers. Every part but the address has a fixed length, and the address is last. */
function recordBytes(record: Omit<NodeRecord, 'signature'>): Buffer {
  const issuedAt = Buffer.alloc(8);
  issuedAt.writeBigUInt64BE(BigInt(record.issuedAtMs));
  return Buffer.concat([
    Buffer.from(RECORD_DOMAIN),
    record.publicKey,
    issuedAt,
    Buffer.from([record.nonce]),
    Buffer.from(record.address),
  ]);
}
