/**
 * The cryptography the wall's core asks for, as primitives; adapters/node-crypto.ts does it with node:crypto and
 * @noble/curves. Everything here works on plain bytes and keeps no state but the system's generator.
 */
import type { RecordCrypto } from '../../shared/core/record.ts';

/** Cost of scrypt (RFC 7914): `n` is a power of two; memory is 128·n·r bytes. */
export interface KdfCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

export interface SigningKeys {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** An X25519 key pair, 32 bytes each. */
export interface SealingKeys {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export interface WallCrypto extends RecordCrypto {
  /** Bytes from the system's generator. */
  randomBytes(length: number): Uint8Array;
  /** Whether two byte strings are equal, in time that depends on their lengths alone. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
  /** HKDF with SHA-256 (RFC 5869). */
  hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** scrypt (RFC 7914), off the event loop. */
  scrypt(passphrase: string, salt: Uint8Array, cost: KdfCost, length: number): Promise<Uint8Array>;
  /** AES-256-GCM: the ciphertext with its 16-byte tag at the end. Key 32 bytes, nonce 12. */
  encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array;
  /** The plaintext, or undefined when key, nonce, ciphertext or associated data are not those of `encrypt`. */
  decrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    associatedData: Uint8Array,
  ): Uint8Array | undefined;
  /** Ed25519 keys of a 32-byte secret. */
  signingKeys(secret: Uint8Array): SigningKeys;
  /** X25519 keys of a 32-byte secret. */
  sealingKeys(secret: Uint8Array): SealingKeys;
  /** X25519: the shared secret, 32 bytes; undefined for a public key of small order. */
  agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
  readonly phrases: RecoveryPhrases;
  /** Loads the group on first use: a phone that nobody logs in to does without. */
  loadGroup(): Promise<SchnorrGroup>;
}

/** BIP-39 phrases in English. */
export interface RecoveryPhrases {
  /** The words of 16 or 32 bytes of entropy: 12 or 24. */
  fromEntropy(entropy: Uint8Array): Promise<string>;
  /** The entropy of a phrase of 12 or 24 words; undefined when a word, their number or the checksum is wrong. */
  toEntropy(phrase: string): Promise<Uint8Array | undefined>;
  /** The 64-byte seed of a phrase without passphrase (PBKDF2 with 2048 rounds), off the event loop. */
  toSeed(phrase: string): Promise<Uint8Array>;
}

/** The prime-order group ristretto255 (RFC 9496) with its generator G. Elements are their 32-byte encodings. */
export interface SchnorrGroup {
  readonly order: bigint;
  /** A scalar in [1, order) from 64 uniform bytes. */
  scalarOf(uniform: Uint8Array): bigint;
  /** scalar·G. */
  multiplyBase(scalar: bigint): Uint8Array;
  /** scalar·element; undefined when the bytes encode no element, or the identity. */
  multiply(element: Uint8Array, scalar: bigint): Uint8Array | undefined;
  /** Whether z·G = R + c·X; false, too, for encodings that are no element. */
  satisfies(z: bigint, commitment: Uint8Array, challenge: bigint, publicElement: Uint8Array): boolean;
  /** 32 bytes, little-endian. */
  encodeScalar(scalar: bigint): Uint8Array;
  /** The scalar; undefined when the bytes are not the one encoding of a number below the order. */
  decodeScalar(bytes: Uint8Array): bigint | undefined;
}
