import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { MAX_RECIPIENTS, openSealed, sealContent } from '../../../services/wall-api/core/seal.ts';

const crypto = createWallCrypto();
const newKeys = () => crypto.sealingKeys(crypto.randomBytes(32));
const AUTHOR = new TextEncoder().encode('post/author');
const friends = [newKeys(), newKeys(), newKeys()];
const publicKeys = friends.map(({ publicKey }) => publicKey);
const stranger = newKeys();

/** Of a header, a wrap for each of three recipients, and the tag of the content. */
const OVERHEAD_BYTES = 35 + 3 * 50 + 16;

describe('sealed content', () => {
  it('opens for each recipient, and for nobody else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.uint8Array({ maxLength: 40 }), (plaintext, data) => {
        const sealed = sealContent(plaintext, publicKeys, data, crypto);
        expect(sealed.length).toBe(plaintext.length + OVERHEAD_BYTES);
        for (const keys of friends) expect(openSealed(sealed, keys, data, crypto)).toEqual(plaintext);
        expect(openSealed(sealed, stranger, data, crypto)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('does not open when any byte of it was changed', () => {
    const plaintext = crypto.randomBytes(100);
    const sealed = sealContent(plaintext, publicKeys, AUTHOR, crypto);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = changed[at]! ^ 0x40;
      for (const keys of friends) expect(openSealed(changed, keys, AUTHOR, crypto)).toBeUndefined();
    }
  });

  it('does not open as anybody else’s', () => {
    const sealed = sealContent(crypto.randomBytes(10), publicKeys, AUTHOR, crypto);
    expect(openSealed(sealed, friends[0]!, new TextEncoder().encode('post/thief'), crypto)).toBeUndefined();
  });

  it('takes any bytes for what they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = 1;
        expect(openSealed(bytes, stranger, AUTHOR, crypto)).toBeUndefined();
      }),
    );
    const sealed = sealContent(crypto.randomBytes(50), publicKeys, AUTHOR, crypto);
    for (let length = 0; length < sealed.length; length++) {
      expect(openSealed(sealed.subarray(0, length), friends[0]!, AUTHOR, crypto)).toBeUndefined();
    }
  });

  it('does not repeat itself, and names no recipient', () => {
    const plaintext = new Uint8Array(64);
    const [one, two] = [1, 2].map(() => Buffer.from(sealContent(plaintext, publicKeys, AUTHOR, crypto)));
    expect(one!.equals(two!)).toBe(false);
    for (const key of publicKeys) expect(one!.includes(Buffer.from(key))).toBe(false);
    expect(one!.includes(Buffer.from(plaintext))).toBe(false);
  });

  it('bounds its recipients', () => {
    const many = Array.from({ length: MAX_RECIPIENTS }, () => publicKeys[0]!);
    expect(openSealed(sealContent(AUTHOR, many, AUTHOR, crypto), friends[0]!, AUTHOR, crypto)).toEqual(AUTHOR);
    expect(() => sealContent(AUTHOR, [...many, publicKeys[0]!], AUTHOR, crypto)).toThrow(RangeError);
    expect(() => sealContent(AUTHOR, [], AUTHOR, crypto)).toThrow(RangeError);
    expect(() => sealContent(AUTHOR, [new Uint8Array(32)], AUTHOR, crypto)).toThrow(RangeError);
  });
});
