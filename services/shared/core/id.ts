/**
 * Ids: the 128-bit positions of phones and keys on the ring.
 *
 * An id is 32 lowercase hexadecimal digits. Strings of one length compare like the numbers they
 * spell, so ownership needs no big integers on the hot path, and an id reads the same in code, logs and JSON
 * (docs/decisions/ids-are-hex-strings.md).
 */

declare const idBrand: unique symbol;

/** A position on the ring: 32 lowercase hexadecimal digits, 0 ≤ id < 2¹²⁸. */
export type Id = string & { readonly [idBrand]: true };

export const ID_BITS = 128;
export const ID_BYTES = 16;

const RING_SIZE = 1n << 128n;
const HEX_ID = /^[0-9a-f]{32}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads an id from 32 hex digits or from a UUID, in either case; undefined when it is neither. */
export function parseId(text: string): Id | undefined {
  const lower = text.toLowerCase();
  if (HEX_ID.test(lower)) return lower as Id;
  if (UUID.test(lower)) return lower.replaceAll('-', '') as Id;
  return undefined;
}

/** The id of the first 16 bytes. Throws a RangeError on fewer. */
export function idFromBytes(bytes: Uint8Array): Id {
  if (bytes.length < ID_BYTES) throw new RangeError(`an id takes ${ID_BYTES} bytes, got ${bytes.length}`);
  return hexOf(bytes, ID_BYTES) as Id;
}

/** The first `length` bytes in lowercase hexadecimal digits. */
export function hexOf(bytes: Uint8Array, length: number = bytes.length): string {
  let text = '';
  for (let i = 0; i < length; i++) text += HEX_OF_BYTE[bytes[i]!];
  return text;
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The 16 bytes of an id, most significant first. */
export function idToBytes(id: Id): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES);
  for (let i = 0; i < ID_BYTES; i++) bytes[i] = Number.parseInt(id.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The id of a whole number, taken modulo 2¹²⁸. */
export function idFromNumber(value: bigint): Id {
  return (((value % RING_SIZE) + RING_SIZE) % RING_SIZE).toString(16).padStart(32, '0') as Id;
}

export function idToNumber(id: Id): bigint {
  return BigInt(`0x${id}`);
}

/** Turns an id into UUID notation (8-4-4-4-12). */
export function uuidOf(id: Id): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}

/** The position `offset` further clockwise. */
export function clockwise(id: Id, offset: bigint): Id {
  return idFromNumber(idToNumber(id) + offset);
}

/** How far clockwise it is from `from` to `to`, 0 ≤ distance < 2¹²⁸. */
export function distance(from: Id, to: Id): bigint {
  const gap = idToNumber(to) - idToNumber(from);
  return gap < 0n ? gap + RING_SIZE : gap;
}

/**
 * Whether x lies strictly between a and c, going clockwise from a. between(a, x, a) holds for every x ≠ a.
 * Source: Zave, "Reasoning about identifier spaces", arXiv 1610.01140, section 3.
 */
export function between(a: Id, x: Id, c: Id): boolean {
  return a < c ? a < x && x < c : a < x || x < c;
}

/** Whether key lies in (from, to]: the range that `to` owns when `from` is its predecessor. A node alone owns all. */
export function inOwnedRange(from: Id, key: Id, to: Id): boolean {
  return key === to || between(from, key, to);
}
