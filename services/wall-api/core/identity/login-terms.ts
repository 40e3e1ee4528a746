/** What both ends of a login agree on: the statement that is proved, and how the unlock key travels. See login.ts. */
import { type Id, idToBytes } from '../../../shared/core/id.ts';
import type { KdfCost, SchnorrGroup, WallCrypto } from '../wall-crypto.ts';
import { passphraseSecrets } from './passphrase.ts';
import { proveKnowledge, type SchnorrProof } from './schnorr.ts';

/** What a challenge says of itself; all of it is bound into the proof. */
export interface ChallengeTerms {
  readonly challengeId: string;
  readonly person: Id;
  /** Node id of the phone that asks. */
  readonly phone: Id;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  /** E: 32 bytes. */
  readonly ephemeral: Uint8Array;
  /** Milliseconds since the epoch by the phone's clock. */
  readonly expiresAt: number;
}

type TermsCrypto = Pick<WallCrypto, 'sha256' | 'hkdf' | 'randomBytes' | 'scrypt' | 'encrypt' | 'decrypt'>;

const ELEMENT_BYTES = 32;
const UNIFORM_BYTES = 64;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** F, then the encrypted unlock key with its tag. */
export const SEALED_UNLOCK_BYTES = ELEMENT_BYTES + KEY_BYTES + TAG_BYTES;
/** The key it goes with encrypts one message only. */
const NONCE = new Uint8Array(12);
const utf8 = new TextEncoder();
const STATEMENT_TAG = 'ringwall/login/statement/1';
const UNLOCK_TAG = utf8.encode('ringwall/login/unlock/1');

/** The bytes a proof is made for. Every part has a fixed length but the challenge id, which is the last. */
export function loginStatement(terms: ChallengeTerms, sealedUnlock: Uint8Array): Uint8Array {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(terms.expiresAt));
  return joined(
    utf8.encode(STATEMENT_TAG),
    idToBytes(terms.phone),
    idToBytes(terms.person),
    terms.nonce,
    time,
    terms.ephemeral,
    sealedUnlock,
    utf8.encode(terms.challengeId),
  );
}

/**
 * The client's half: proves knowledge of what the passphrase gives, and sends the unlock key along. Throws a
 * RangeError when the phone's ephemeral element is none.
 */
export async function answerChallenge(
  challenge: ChallengeTerms & { readonly salt: Uint8Array; readonly cost: KdfCost },
  passphrase: string,
  group: SchnorrGroup,
  crypto: TermsCrypto,
): Promise<{ readonly proof: SchnorrProof; readonly sealedUnlock: Uint8Array }> {
  const { salt, cost } = challenge;
  const { proofSecret, unlockKey } = await passphraseSecrets(passphrase, salt, cost, group, crypto);
  const ephemeralSecret = group.scalarOf(crypto.randomBytes(UNIFORM_BYTES));
  const shared = [ephemeralSecret, proofSecret].map((secret) => group.multiply(challenge.ephemeral, secret));
  const key = unlockTransportKey(challenge, shared, crypto);
  if (key === undefined) throw new RangeError('the phone’s challenge holds no group element');
  const encrypted = crypto.encrypt(key, NONCE, unlockKey, UNLOCK_TAG);
  const sealedUnlock = joined(group.multiplyBase(ephemeralSecret), encrypted);
  return { proof: proveKnowledge(proofSecret, loginStatement(challenge, sealedUnlock), group, crypto), sealedUnlock };
}

/** The phone's half: the unlock key, or undefined when it was not sealed for this challenge and person. */
export function openUnlockKey(
  terms: ChallengeTerms,
  sealedUnlock: Uint8Array,
  ephemeralSecret: bigint,
  publicElement: Uint8Array,
  group: SchnorrGroup,
  crypto: TermsCrypto,
): Uint8Array | undefined {
  if (sealedUnlock.length !== SEALED_UNLOCK_BYTES) return undefined;
  const elements = [sealedUnlock.subarray(0, ELEMENT_BYTES), publicElement];
  const shared = elements.map((element) => group.multiply(element, ephemeralSecret));
  const key = unlockTransportKey(terms, shared, crypto);
  return key === undefined ? undefined : crypto.decrypt(key, NONCE, sealedUnlock.subarray(ELEMENT_BYTES), UNLOCK_TAG);
}

function unlockTransportKey(
  terms: ChallengeTerms,
  shared: readonly (Uint8Array | undefined)[],
  crypto: TermsCrypto,
): Uint8Array | undefined {
  const [first, second] = shared;
  if (first === undefined || second === undefined) return undefined;
  return crypto.hkdf(joined(first, second), terms.nonce, UNLOCK_TAG, KEY_BYTES);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
