/** What a passphrase is good for: a secret to prove knowledge of, and a key to the person's keystore entry. */
import type { KdfCost, SchnorrGroup, WallCrypto } from '../wall-crypto.ts';

export interface PassphraseSecrets {
  /** The x of the login proof. */
  readonly proofSecret: bigint;
  /** AES-256 key of the keystore entry. */
  readonly unlockKey: Uint8Array;
}

/** As short as a phone's PIN: it guards one file on the owner's own phone. */
export const MIN_PASSPHRASE_CHARACTERS = 4;
export const MAX_PASSPHRASE_CHARACTERS = 256;
export const SALT_BYTES = 16;
const UNIFORM_BYTES = 64;
const UNLOCK_KEY_BYTES = 32;

/** Bounds of the cost a client does for a phone, so that no phone can make it work for ever: 1 GiB at most. */
export function isBearableCost(cost: KdfCost): boolean {
  const { n, r, p } = cost;
  const isPowerOfTwo = Number.isInteger(n) && n >= 2 && (n & (n - 1)) === 0;
  return isPowerOfTwo && r >= 1 && p >= 1 && p <= 16 && Number.isInteger(r) && Number.isInteger(p) && n * r <= 2 ** 23;
}

/** Derives the secrets; takes as long as `cost` says. The same text in any Unicode form gives the same secrets. */
export async function passphraseSecrets(
  passphrase: string,
  salt: Uint8Array,
  cost: KdfCost,
  group: SchnorrGroup,
  crypto: Pick<WallCrypto, 'scrypt'>,
): Promise<PassphraseSecrets> {
  const bytes = await crypto.scrypt(passphrase.normalize('NFKC'), salt, cost, UNIFORM_BYTES + UNLOCK_KEY_BYTES);
  return { proofSecret: group.scalarOf(bytes.subarray(0, UNIFORM_BYTES)), unlockKey: bytes.slice(UNIFORM_BYTES) };
}
