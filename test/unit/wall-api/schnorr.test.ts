import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { proveKnowledge, verifyKnowledge } from '../../../services/wall-api/core/identity/schnorr.ts';

const crypto = createWallCrypto();
const group = await crypto.loadGroup();
const newSecret = () => group.scalarOf(crypto.randomBytes(64));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a proof of knowledge', () => {
  it('holds for its secret and statement, and for no other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (statement, other) => {
        const secret = newSecret();
        const element = group.multiplyBase(secret);
        const proof = proveKnowledge(secret, statement, group, crypto);
        expect(verifyKnowledge(proof, element, statement, group, crypto)).toBe(true);
        expect(verifyKnowledge(proof, group.multiplyBase(newSecret()), statement, group, crypto)).toBe(false);
        const isSame = Buffer.from(statement).equals(other);
        expect(verifyKnowledge(proof, element, other, group, crypto)).toBe(isSame);
      }),
      { numRuns: 25 },
    );
  });

  it('cannot be made of bytes without the secret', () => {
    const element = group.multiplyBase(newSecret());
    fc.assert(
      fc.property(bytes32, bytes32, (commitment, response) => {
        expect(verifyKnowledge({ commitment, response }, element, commitment, group, crypto)).toBe(false);
      }),
    );
  });

  it('takes each response in one encoding only, and no identity element', () => {
    const secret = newSecret();
    const proof = proveKnowledge(secret, crypto.randomBytes(8), group, crypto);
    const shifted = group.decodeScalar(proof.response)! + group.order;
    expect(group.decodeScalar(group.encodeScalar(shifted))).toBeUndefined();
    const zero = new Uint8Array(32);
    expect(verifyKnowledge({ commitment: zero, response: zero }, zero, zero, group, crypto)).toBe(false);
    expect(group.multiply(zero, 5n)).toBeUndefined();
  });
});
