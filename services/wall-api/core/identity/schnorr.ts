/**
 * Schnorr's proof of knowledge of a discrete logarithm (C. P. Schnorr, 1991), made non-interactive by Fiat and
 * Shamir's hash over everything the proof is bound to (RFC 8235). The verifier learns that the prover knows x with
 * X = x·G, and nothing of x.
 */
import type { SchnorrGroup, WallCrypto } from '../wall-crypto.ts';

export interface SchnorrProof {
  /** R = k·G for a fresh random k: 32 bytes. */
  readonly commitment: Uint8Array;
  /** k + c·x modulo the group's order: 32 bytes, little-endian. */
  readonly response: Uint8Array;
}

type Hash = Pick<WallCrypto, 'sha256' | 'hkdf' | 'randomBytes'>;

const utf8 = new TextEncoder();
const CHALLENGE_TAG = utf8.encode('ringwall/schnorr/challenge/1');
const UNIFORM_BYTES = 64;
const NO_SALT = new Uint8Array(0);

/** Proves knowledge of `secret` for this statement and no other. */
export function proveKnowledge(secret: bigint, statement: Uint8Array, group: SchnorrGroup, crypto: Hash): SchnorrProof {
  const publicElement = group.multiplyBase(secret);
  const nonce = group.scalarOf(crypto.randomBytes(UNIFORM_BYTES));
  const commitment = group.multiplyBase(nonce);
  const challenge = challengeOf(commitment, publicElement, statement, group, crypto);
  return { commitment, response: group.encodeScalar((nonce + challenge * secret) % group.order) };
}

/** Whether the proof holds for the public element and the statement. */
export function verifyKnowledge(
  proof: SchnorrProof,
  publicElement: Uint8Array,
  statement: Uint8Array,
  group: SchnorrGroup,
  crypto: Hash,
): boolean {
  const response = group.decodeScalar(proof.response);
  if (response === undefined || proof.commitment.length !== 32) return false;
  const challenge = challengeOf(proof.commitment, publicElement, statement, group, crypto);
  return group.satisfies(response, proof.commitment, challenge, publicElement);
}

/** Commitment and element have a fixed length, so their concatenation is unambiguous; the statement goes in hashed. */
function challengeOf(
  commitment: Uint8Array,
  publicElement: Uint8Array,
  statement: Uint8Array,
  group: SchnorrGroup,
  crypto: Hash,
): bigint {
  const transcript = crypto.sha256(CHALLENGE_TAG, commitment, publicElement, crypto.sha256(statement));
  return group.scalarOf(crypto.hkdf(transcript, NO_SALT, CHALLENGE_TAG, UNIFORM_BYTES));
}
