/** The wall's cryptography by node:crypto; the curve arithmetic and phrases it lacks are loaded on first use. */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scrypt,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import type { RecordCrypto } from '../../shared/core/record.ts';
import { recordCrypto } from '../../shared/runtime/record-crypto.ts';
import type {
  KdfCost,
  RecoveryPhrases,
  SchnorrGroup,
  SealingKeys,
  SigningKeys,
  WallCrypto,
} from '../core/wall-crypto.ts';

const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** DER headers of 32-byte keys (RFC 8410). */
const ED25519_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const X25519_PRIVATE = Buffer.from('302e020100300506032b656e04220420', 'hex');
const X25519_PUBLIC = Buffer.from('302a300506032b656e032100', 'hex');

/** One for a process is enough. `records` may be shared with the phone's router, for it remembers imported keys. */
export function createWallCrypto(records: RecordCrypto = recordCrypto): WallCrypto {
  return {
    sha256: (...parts) => records.sha256(...parts),
    verify: (publicKey, message, signature) => records.verify(publicKey, message, signature),
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
    hkdf: (secret, salt, info, length) => new Uint8Array(hkdfSync('sha256', secret, salt, info, length)),
    scrypt: deriveByScrypt,
    encrypt,
    decrypt,
    signingKeys,
    sealingKeys,
    agree,
    phrases,
    loadGroup,
  };
}

function deriveByScrypt(passphrase: string, salt: Uint8Array, cost: KdfCost, length: number): Promise<Uint8Array> {
  const options = { N: cost.n, r: cost.r, p: cost.p, maxmem: 128 * cost.r * (cost.n + cost.p + 2) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, length, options, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(error);
    });
  });
}

function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associatedData);
  return new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
}

function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length < TAG_BYTES) return undefined;
  const split = ciphertext.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData).setAuthTag(ciphertext.subarray(split));
  const plaintext = decipher.update(ciphertext.subarray(0, split));
  try {
    return new Uint8Array(Buffer.concat([plaintext, decipher.final()]));
  } catch {
    return undefined;
  }
}

function signingKeys(secret: Uint8Array): SigningKeys {
  const key = privateKey(ED25519_PRIVATE, secret);
  return { publicKey: rawPublicKey(key), sign: (message) => new Uint8Array(sign(null, message, key)) };
}

function sealingKeys(secret: Uint8Array): SealingKeys {
  return { publicKey: rawPublicKey(privateKey(X25519_PRIVATE, secret)), privateKey: secret };
}

function agree(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== KEY_BYTES) return undefined;
  const theirs = createPublicKey({ key: Buffer.concat([X25519_PUBLIC, publicKey]), format: 'der', type: 'spki' });
  try {
    const shared = diffieHellman({ privateKey: privateKey(X25519_PRIVATE, secret), publicKey: theirs });
    return shared.some((byte) => byte !== 0) ? new Uint8Array(shared) : undefined;
  } catch {
    // OpenSSL refuses public keys of small order.
    return undefined;
  }
}

function privateKey(header: Buffer, secret: Uint8Array): KeyObject {
  if (secret.length !== KEY_BYTES) throw new RangeError(`a secret key takes ${KEY_BYTES} bytes`);
  return createPrivateKey({ key: Buffer.concat([header, secret]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES));
}

const WORDS_ALLOWED = new Set([12, 24]);

const phrases: RecoveryPhrases = {
  fromEntropy: async (entropy) => {
    const { bip39, words } = await loadWords();
    return bip39.entropyToMnemonic(entropy, words);
  },
  toEntropy: async (phrase) => {
    const { bip39, words } = await loadWords();
    const normal = normalPhrase(phrase);
    if (!WORDS_ALLOWED.has(normal.split(' ').length) || !bip39.validateMnemonic(normal, words)) return undefined;
    return bip39.mnemonicToEntropy(normal, words);
  },
  toSeed: async (phrase) => {
    const { bip39 } = await loadWords();
    return await bip39.mnemonicToSeed(normalPhrase(phrase));
  },
};

/** As people type it: any case, any space between and around the words. */
function normalPhrase(phrase: string): string {
  return phrase.normalize('NFKD').trim().toLowerCase().split(/\s+/).join(' ');
}

async function loadWords() {
  const [bip39, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    import('@scure/bip39/wordlists/english.js'),
  ]);
  return { bip39, words: wordlist };
}

async function loadGroup(): Promise<SchnorrGroup> {
  const { RISTRETTO } = await import('./ristretto.ts');
  return RISTRETTO;
}
