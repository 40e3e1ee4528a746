import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { Cursors } from '../../../services/wall-api/core/cursor.ts';

const crypto = createWallCrypto();
const list = ['wall', 'a'];

describe('cursors', () => {
  it('give back their position, for their own list', () => {
    const cursors = new Cursors(crypto);
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (position, name) => {
        const clean = position.toWellFormed();
        expect(cursors.read(name, cursors.make(name, clean))).toBe(clean);
      }),
    );
  });

  it('are refused with any one character changed', () => {
    const cursors = new Cursors(crypto);
    const cursor = cursors.make(list, '1763812800000.00ff');
    for (let at = 0; at < cursor.length; at++) {
      for (const other of ['A', 'z', '.', '%']) {
        const forged = cursor.slice(0, at) + other + cursor.slice(at + 1);
        if (Buffer.from(forged, 'base64url').equals(Buffer.from(cursor, 'base64url')) && /^[\w-]*$/.test(forged))
          continue;
        expect(() => cursors.read(list, forged)).toThrow(/cursor/i);
      }
    }
  });

  it('are refused for another list, by another phone, and when there is nothing to them', () => {
    const cursors = new Cursors(crypto);
    const cursor = cursors.make(list, 'x');
    expect(() => cursors.read(['wall', 'b'], cursor)).toThrow(/cursor/i);
    expect(() => cursors.read(['walla'], cursor)).toThrow(/cursor/i);
    expect(() => new Cursors(crypto).read(list, cursor)).toThrow(/cursor/i);
    for (const text of ['', 'AAAA', 'x'.repeat(5)]) expect(() => cursors.read(list, text)).toThrow(/cursor/i);
  });
});
