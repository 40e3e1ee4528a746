/** The group ristretto255 by @noble/curves. */
import { ristretto255 } from '@noble/curves/ed25519.js';
import type { SchnorrGroup } from '../core/wall-crypto.ts';

const { Point } = ristretto255;
type Element = InstanceType<typeof Point>;
const ORDER = Point.Fn.ORDER;
const ENCODED_BYTES = 32;

export const RISTRETTO: SchnorrGroup = {
  order: ORDER,
  scalarOf: (uniform) => {
    if (uniform.length !== 64) throw new RangeError('a scalar is made of 64 uniform bytes');
    // 512 bits leave a bias of 2^-259 after the reduction.
    return (numberOf(uniform) % (ORDER - 1n)) + 1n;
  },
  multiplyBase: (scalar) => Point.BASE.multiply(scalar).toBytes(),
  multiply: (element, scalar) => elementOf(element)?.multiply(scalar).toBytes(),
  satisfies: (z, commitment, challenge, publicElement) => {
    const r = elementOf(commitment);
    const x = elementOf(publicElement);
    if (r === undefined || x === undefined || z === 0n) return false;
    return Point.BASE.multiply(z).equals(r.add(x.multiply(challenge)));
  },
  encodeScalar: (scalar) => {
    const bytes = new Uint8Array(ENCODED_BYTES);
    for (let i = 0, rest = scalar; i < ENCODED_BYTES; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
    return bytes;
  },
  decodeScalar: (bytes) => {
    if (bytes.length !== ENCODED_BYTES) return undefined;
    const scalar = numberOf(bytes);
    return scalar < ORDER ? scalar : undefined;
  },
};

/** Undefined for what encodes no element, and for the identity, under which anybody could prove anything. */
function elementOf(bytes: Uint8Array): Element | undefined {
  if (bytes.length !== ENCODED_BYTES) return undefined;
  try {
    const element = Point.fromBytes(bytes);
    return element.equals(Point.ZERO) ? undefined : element;
  } catch {
    return undefined;
  }
}

function numberOf(littleEndian: Uint8Array): bigint {
  let value = 0n;
  for (let i = littleEndian.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(littleEndian[i]!);
  return value;
}
