/**
 * The canonical encoding of records: the bytes that are signed, kept, sent and compared. Exactly one encoding of a
 * record is accepted, so equal records have equal bytes.
 *
 * version u8, kind u8, flags u8 (bit 0 deleted, bit 1 proof), place 16, author key 32, seq u64, createdAt u64,
 * name (u8 length), slot (u8 length), proof (32, if flagged), value (u32 length), signature 64. Numbers are
 * big-endian, texts UTF-8.
 */
import { type Id, idFromBytes, idToBytes } from './id.ts';
import { failure, type Result, success } from './result.ts';

export type RecordKind = 'immutable' | 'mutable' | 'member';

/** What an encoding spells out; the rest of a RingRecord is derived from it. */
export interface RecordFields {
  readonly kind: RecordKind;
  readonly place: Id;
  /** Ed25519 public key, 32 bytes. */
  readonly authorKey: Uint8Array;
  readonly name: string;
  readonly slot: string;
  readonly seq: number;
  readonly createdAt: number;
  readonly deleted: boolean;
  /** 32 bytes, or empty. */
  readonly proof: Uint8Array;
  readonly value: Uint8Array;
}

export const MAX_VALUE_BYTES = 65_536;
export const MAX_NAME_BYTES = 64;
export const MAX_SLOT_BYTES = 128;
export const SIGNATURE_BYTES = 64;
const PROOF_BYTES = 32;
const AUTHOR_KEY_BYTES = 32;
/** Largest encoding of a record, in bytes. */
export const MAX_RECORD_BYTES = MAX_VALUE_BYTES + MAX_NAME_BYTES + MAX_SLOT_BYTES + 256;
/** Names that begin so belong to sets of a single author. */
export const OWN_SET = 'own/';
/**
 * Names of records that are read as the one of their name at a place. No set may have one: its members, which anybody
 * may write anywhere, would be found in their stead.
 */
const SINGLE_NAMES: ReadonlySet<string> = new Set(['post', 'media', 'media-chunk', 'revision', 'profile']);

const VERSION = 1;
const KINDS: readonly RecordKind[] = ['immutable', 'mutable', 'member'];
const DELETED = 1;
const WITH_PROOF = 2;
const HEADER_BYTES = 3 + 16 + AUTHOR_KEY_BYTES + 8 + 8;
const LEAST_BYTES = HEADER_BYTES + 1 + 1 + 4 + SIGNATURE_BYTES;
const NO_BYTES = new Uint8Array(0);

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The encoding up to its signature. Throws a RangeError on fields that the encoding has no room for. */
export function encodeUnsigned(fields: RecordFields): Uint8Array {
  const name = utf8.encode(fields.name);
  const slot = utf8.encode(fields.slot);
  const { proof, value } = fields;
  if (name.length > 255 || slot.length > 255) throw new RangeError('name or slot of a record takes over 255 bytes');
  if (proof.length !== 0 && proof.length !== PROOF_BYTES) throw new RangeError('a proof takes 32 bytes');
  if (fields.authorKey.length !== AUTHOR_KEY_BYTES) throw new RangeError('an author key takes 32 bytes');
  if (!isCount(fields.seq) || !isCount(fields.createdAt)) {
    throw new RangeError('seq and createdAt of a record are whole numbers from 0 on');
  }
  const bytes = new Uint8Array(HEADER_BYTES + 1 + name.length + 1 + slot.length + proof.length + 4 + value.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = KINDS.indexOf(fields.kind);
  bytes[2] = (fields.deleted ? DELETED : 0) | (proof.length > 0 ? WITH_PROOF : 0);
  bytes.set(idToBytes(fields.place), 3);
  bytes.set(fields.authorKey, 19);
  view.setBigUint64(51, BigInt(fields.seq));
  view.setBigUint64(59, BigInt(fields.createdAt));
  let at = HEADER_BYTES;
  for (const text of [name, slot]) {
    bytes[at] = text.length;
    bytes.set(text, at + 1);
    at += 1 + text.length;
  }
  bytes.set(proof, at);
  at += proof.length;
  view.setUint32(at, value.length);
  bytes.set(value, at + 4);
  return bytes;
}

/** Reads an encoding, signature included but not checked. `value` is a view into `bytes`, not a copy. */
export function decodeRecord(bytes: Uint8Array): Result<RecordFields, 'malformed' | 'too-large'> {
  if (bytes.length > MAX_RECORD_BYTES) return failure('too-large');
  if (bytes.length < LEAST_BYTES) return failure('malformed');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[bytes[1]!];
  const flags = bytes[2]!;
  if (bytes[0] !== VERSION || kind === undefined || flags > (DELETED | WITH_PROOF)) return failure('malformed');
  const seq = Number(view.getBigUint64(51));
  const createdAt = Number(view.getBigUint64(59));
  if (!isCount(seq) || !isCount(createdAt)) return failure('malformed');

  let at = HEADER_BYTES;
  const end = bytes.length - SIGNATURE_BYTES;
  const take = (length: number): Uint8Array | undefined => {
    if (at + length > end) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const takeShort = (): Uint8Array | undefined => {
    const length = take(1)?.[0];
    return length === undefined ? undefined : take(length);
  };
  const name = takeShort();
  const slot = takeShort();
  const proof = (flags & WITH_PROOF) === 0 ? NO_BYTES : take(PROOF_BYTES);
  const valueLength = take(4);
  if (name === undefined || slot === undefined || proof === undefined || valueLength === undefined) {
    return failure('malformed');
  }
  const value = take(view.getUint32(at - 4));
  if (value === undefined || at !== end) return failure('malformed');
  if (name.length > MAX_NAME_BYTES || slot.length > MAX_SLOT_BYTES || value.length > MAX_VALUE_BYTES) {
    return failure('too-large');
  }
  const fields: RecordFields | undefined = withTexts(name, slot, {
    kind,
    place: idFromBytes(bytes.subarray(3, 19)),
    authorKey: bytes.slice(19, 51),
    seq,
    createdAt,
    deleted: (flags & DELETED) !== 0,
    proof: proof.slice(),
    value,
  });
  return fields === undefined || !hasShapeOfKind(fields) ? failure('malformed') : success(fields);
}

function withTexts(
  name: Uint8Array,
  slot: Uint8Array,
  rest: Omit<RecordFields, 'name' | 'slot'>,
): RecordFields | undefined {
  try {
    return { ...rest, name: strictUtf8.decode(name), slot: strictUtf8.decode(slot) };
  } catch {
    return undefined; // not UTF-8
  }
}

function hasShapeOfKind({ kind, name, slot, seq, deleted, proof }: RecordFields): boolean {
  if (name.length === 0) return false;
  if (kind === 'immutable') return seq === 0 && slot === '' && !deleted && proof.length === 0;
  if (kind === 'mutable') return seq >= 1 && slot === '' && !name.startsWith(OWN_SET);
  return seq >= 1 && slot !== '' && proof.length === 0 && !SINGLE_NAMES.has(name);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
