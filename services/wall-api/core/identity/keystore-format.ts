/**
 * How a person's secret rests on a phone: the entropy of their recovery phrase, encrypted under a key that takes the
 * passphrase and a memory-hard derivation to make, beside what the login proof is checked against.
 */
import type { Id } from '../../../shared/core/id.ts';
import { idToBytes, parseId } from '../../../shared/core/id.ts';
import { fromBase64Url, toBase64Url } from '../base64url.ts';
import type { KdfCost, WallCrypto } from '../wall-crypto.ts';
import { isBearableCost, SALT_BYTES } from './passphrase.ts';

export interface KeystoreEntry {
  readonly person: Id;
  readonly salt: Uint8Array;
  readonly cost: KdfCost;
  /** X = x·G for the x the passphrase gives. Kept from everybody: guesses could be tried on it. */
  readonly publicElement: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** The entries of this phone; adapters/keystore.ts keeps them in files. */
export interface Keystore {
  list(): Promise<readonly KeystoreEntry[]>;
  /** Replaces the person's entry; on disk for good when it resolves. */
  put(entry: KeystoreEntry): Promise<void>;
  /** 32 random bytes that stay the same for the life of this phone's data. */
  phoneSecret(): Promise<Uint8Array>;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const utf8 = new TextEncoder();
const ENTRY_TAG = utf8.encode('ringwall/keystore/1');

/** Encrypts a person's entropy under an unlock key of the passphrase. */
export function sealEntry(
  fields: Pick<KeystoreEntry, 'person' | 'salt' | 'cost' | 'publicElement'>,
  entropy: Uint8Array,
  unlockKey: Uint8Array,
  crypto: WallCrypto,
): KeystoreEntry {
  const nonce = crypto.randomBytes(NONCE_BYTES);
  return { ...fields, nonce, ciphertext: crypto.encrypt(unlockKey, nonce, entropy, boundData(fields.person)) };
}

/** The entropy; undefined when the key is not the entry's, or the entry was tampered with. */
export function openEntry(entry: KeystoreEntry, unlockKey: Uint8Array, crypto: WallCrypto): Uint8Array | undefined {
  return crypto.decrypt(unlockKey, entry.nonce, entry.ciphertext, boundData(entry.person));
}

function boundData(person: Id): Uint8Array {
  const bytes = new Uint8Array(ENTRY_TAG.length + 16);
  bytes.set(ENTRY_TAG);
  bytes.set(idToBytes(person), ENTRY_TAG.length);
  return bytes;
}

export function encodeEntry(entry: KeystoreEntry): string {
  const { person, salt, cost, publicElement, nonce, ciphertext } = entry;
  const document = {
    version: VERSION,
    person,
    kdf: { algorithm: 'scrypt', n: cost.n, r: cost.r, p: cost.p, salt: toBase64Url(salt) },
    login: { group: 'ristretto255', publicElement: toBase64Url(publicElement) },
    secret: { algorithm: 'aes-256-gcm', nonce: toBase64Url(nonce), ciphertext: toBase64Url(ciphertext) },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Reads what encodeEntry wrote; undefined for anything else. */
export function decodeEntry(text: string): KeystoreEntry | undefined {
  const document = parseJson(text);
  const kdf = fieldsOf(document['kdf']);
  const login = fieldsOf(document['login']);
  const secret = fieldsOf(document['secret']);
  if (document['version'] !== VERSION || kdf['algorithm'] !== 'scrypt' || login['group'] !== 'ristretto255') {
    return undefined;
  }
  const person = typeof document['person'] === 'string' ? parseId(document['person']) : undefined;
  const cost = { n: Number(kdf['n']), r: Number(kdf['r']), p: Number(kdf['p']) };
  const salt = bytesOf(kdf['salt'], SALT_BYTES);
  const publicElement = bytesOf(login['publicElement'], 32);
  const nonce = bytesOf(secret['nonce'], NONCE_BYTES);
  const ciphertext = bytesOf(secret['ciphertext']);
  if (person === undefined || salt === undefined || publicElement === undefined) return undefined;
  if (nonce === undefined || ciphertext === undefined || !isBearableCost(cost)) return undefined;
  return { person, salt, cost, publicElement, nonce, ciphertext };
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function bytesOf(value: unknown, length?: number): Uint8Array | undefined {
  return typeof value === 'string' ? fromBase64Url(value, length) : undefined;
}
