/**
 * A person: who signs records and opens what was sealed for them. Keys are derived from a recovery phrase's seed,
 * each under a domain tag of its own, so that neither key tells anything about the other.
 */
import type { Id } from '../../../shared/core/id.ts';
import { personIdOf } from '../../../shared/core/record.ts';
import type { SealingKeys, WallCrypto } from '../wall-crypto.ts';

/** Whoever can write records in a person's name. */
export interface Signer {
  readonly person: Id;
  /** Ed25519 public key, 32 bytes. */
  readonly authorKey: Uint8Array;
  /** An Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A person whose keys are in memory, because a session of theirs is open. */
export interface UnlockedPerson extends Signer {
  readonly sealing: SealingKeys;
  /** AES-256 key, and source of others, for what is kept for the person alone: on a phone or on the ring. */
  readonly storageKey: Uint8Array;
}

/** Bytes of the seed a person is made of; BIP-39 gives 64. */
const PERSON_SEED_BYTES = 64;

const utf8 = new TextEncoder();
const NO_SALT = new Uint8Array(0);

/** The person of a seed. The same seed gives the same person on every phone. */
export function personOfSeed(seed: Uint8Array, crypto: WallCrypto): UnlockedPerson {
  if (seed.length !== PERSON_SEED_BYTES) throw new RangeError(`a seed has ${PERSON_SEED_BYTES} bytes`);
  const derive = (purpose: string): Uint8Array =>
    crypto.hkdf(seed, NO_SALT, utf8.encode(`ringwall/person/${purpose}/1`), 32);
  const signing = crypto.signingKeys(derive('ed25519'));
  return {
    person: personIdOf(signing.publicKey, crypto),
    authorKey: signing.publicKey,
    sign: signing.sign,
    sealing: crypto.sealingKeys(derive('x25519')),
    storageKey: derive('storage'),
  };
}
