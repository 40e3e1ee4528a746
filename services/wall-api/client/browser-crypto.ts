/**
 * The cryptography of a login in a browser: @noble's, for the browser's own does no scrypt, and is not there at all on
 * pages that came over plain HTTP from another machine.
 */
import { gcm } from '@noble/ciphers/aes.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { RISTRETTO } from '../adapters/ristretto.ts';
import type { LoginCrypto } from './login-client.ts';

export const BROWSER_CRYPTO: LoginCrypto = {
  sha256: (...parts) => {
    const hash = sha256.create();
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  randomBytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  hkdf: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
  // Gives way to the page every few milliseconds.
  scrypt: async (passphrase, salt, cost, length) =>
    await scryptAsync(passphrase, salt, { N: cost.n, r: cost.r, p: cost.p, dkLen: length, maxmem: 2 ** 30 + 1024 }),
  encrypt: (key, nonce, plaintext, associatedData) => gcm(key, nonce, associatedData).encrypt(plaintext),
  decrypt: (key, nonce, ciphertext, associatedData) => {
    try {
      return gcm(key, nonce, associatedData).decrypt(ciphertext);
    } catch {
      return undefined;
    }
  },
  loadGroup: () => Promise.resolve(RISTRETTO),
};
