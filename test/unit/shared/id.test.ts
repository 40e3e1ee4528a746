import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  between,
  clockwise,
  distance,
  type Id,
  idFromBytes,
  idFromNumber,
  idToBytes,
  idToNumber,
  inOwnedRange,
  parseId,
  uuidOf,
} from '../../../services/shared/core/id.ts';

const RING = 1n << 128n;
const number = fc.oneof(fc.bigInt(0n, RING - 1n), fc.constantFrom(0n, 1n, RING - 1n), fc.bigInt(0n, 5n));
const ids = number.map(idFromNumber);

describe('ids', () => {
  it('keep their value through every notation', () => {
    fc.assert(
      fc.property(number, (value) => {
        const id = idFromNumber(value);
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(idToNumber(id)).toBe(value);
        expect(idFromBytes(idToBytes(id))).toBe(id);
        expect(parseId(id.toUpperCase())).toBe(id);
        expect(parseId(uuidOf(id))).toBe(id);
      }),
    );
  });

  it('compare as text like the numbers they spell', () => {
    fc.assert(fc.property(number, number, (x, y) => idFromNumber(x) < idFromNumber(y) === x < y));
  });

  it('wrap round the ring in both directions', () => {
    expect(idFromNumber(RING)).toBe(idFromNumber(0n));
    expect(idFromNumber(-1n)).toBe('f'.repeat(32));
    fc.assert(fc.property(ids, number, (id, offset) => distance(id, clockwise(id, offset)) === offset));
  });

  it('are refused when they are no id', () => {
    for (const text of ['', '12', 'g'.repeat(32), '0'.repeat(33), `${'0'.repeat(8)}-${'0'.repeat(24)}`]) {
      expect(parseId(text)).toBeUndefined();
    }
    expect(() => idFromBytes(new Uint8Array(15))).toThrow(RangeError);
  });
});

describe('between', () => {
  it('means strictly nearer going clockwise', () => {
    fc.assert(
      fc.property(ids, ids, ids, (a, x, c) => {
        const whole = a === c ? RING : distance(a, c);
        expect(between(a, x, c)).toBe(x !== a && distance(a, x) < whole);
      }),
    );
  });

  it('gives every key exactly one owner', () => {
    fc.assert(
      fc.property(fc.uniqueArray(ids, { minLength: 1, maxLength: 6 }), ids, (members, key) => {
        const order = members.sort();
        const owners = order.filter((id, i) => inOwnedRange(order[(i + order.length - 1) % order.length]!, key, id));
        expect(owners).toHaveLength(1);
        const first = order.find((id: Id) => id >= key) ?? order[0];
        expect(owners[0]).toBe(first);
      }),
    );
  });
});
