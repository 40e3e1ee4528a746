/**
 * Records: what phones keep for each other. Three kinds share one canonical encoding:
 *
 * - immutable: a post or a piece of one. Its place on the ring is a UUIDv8 made of a hash of its content and
 *   author, so the place proves both.
 * - mutable: (author, name) → value. The highest seq wins. Its place is a hash of author and name, or, for one
 *   that is about an immutable record of the same author (a revision, a tombstone), the place of that record,
 *   proved by `proof`.
 * - member: one entry of a set under one place that many authors write to; the last write of each
 *   (author, name, slot) wins. `name` is the set ("replies", "reactions", …). Names that begin with "own/" are
 *   sets of a single author: their place is the hash of author and name.
 *
 * All of them are signed by their author with Ed25519 over the encoding itself, so the bytes that were signed
 * are the bytes that are kept, sent and checked: nothing is ever encoded again.
 */
import type { Id } from './id.ts';
import { idFromBytes, idToBytes } from './id.ts';
import { failure, type Result, success } from './result.ts';

export type RecordKind = 'immutable' | 'mutable' | 'member';

/** What an author decides; `sealRecord` derives the rest. */
export interface RecordDraft {
  readonly kind: RecordKind;
  readonly name: string;
  /** Members only: which of the author's entries in the set this is. Empty otherwise. */
  readonly slot: string;
  /** Version; 0 for immutable records, at least 1 otherwise. */
  readonly seq: number;
  /** Milliseconds since the Unix epoch by the author's clock. */
  readonly createdAt: number;
  /** A mutable or member that stands for its own removal. Kept, so that what it removed cannot come back. */
  readonly deleted: boolean;
  readonly value: Uint8Array;
  /** Members outside "own/" only: where the set is. */
  readonly place?: Id;
  /** Mutables only: the content hash (see contentHash) of the author's immutable record this one is about. */
  readonly proof?: Uint8Array;
}

export interface RingRecord {
  readonly kind: RecordKind;
  readonly place: Id;
  /** Ed25519 public key, 32 bytes. */
  readonly authorKey: Uint8Array;
  /** The author's person id: see personIdOf. */
  readonly author: Id;
  readonly name: string;
  readonly slot: string;
  readonly seq: number;
  readonly createdAt: number;
  readonly deleted: boolean;
  /** 32 bytes, or empty. */
  readonly proof: Uint8Array;
  readonly value: Uint8Array;
  /** SHA-256 of `bytes` in hex: breaks ties between equal seqs, and is what replicas compare. */
  readonly hash: string;
  /** The canonical encoding with its signature: what is stored and sent. */
  readonly bytes: Uint8Array;
}

/** The hash and signature functions records need; node:crypto's in production (shared/runtime/record-crypto.ts). */
export interface RecordCrypto {
  /** SHA-256 of the parts, one after the other: 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** Whether an Ed25519 signature over the message is the public key's. False, too, for keys that are no key. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export type RecordFault =
  | 'malformed' // not the canonical encoding of a record
  | 'too-large' // value, name or slot over its bound
  | 'wrong-place' // the place does not follow from what the record says of itself
  | 'bad-signature';

export const MAX_VALUE_BYTES = 65_536;
export const MAX_NAME_BYTES = 64;
export const MAX_SLOT_BYTES = 128;
export const SIGNATURE_BYTES = 64;
/** Largest encoding of a record, in bytes. */
export const MAX_RECORD_BYTES = MAX_VALUE_BYTES + MAX_NAME_BYTES + MAX_SLOT_BYTES + 256;

const VERSION = 1;
const KINDS: readonly RecordKind[] = ['immutable', 'mutable', 'member'];
const HEADER_BYTES = 1 + 1 + 1 + 16 + 32 + 8 + 8;
const PROOF_BYTES = 32;
const OWN_SET = 'own/';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Person id: the first 128 bits of SHA-256 over a domain tag and the Ed25519 public key. */
export function personIdOf(authorKey: Uint8Array, crypto: RecordCrypto): Id {
  return idFromBytes(crypto.sha256(utf8.encode('ringwall/person/1'), authorKey));
}

/** Where a person's mutable record, or a set only they write to, lives. */
export function placeOfName(author: Id, name: string, crypto: RecordCrypto): Id {
  return idFromBytes(crypto.sha256(utf8.encode('ringwall/name/1'), idToBytes(author), utf8.encode(name)));
}

/** Hash of an immutable record's content, 32 bytes: with the author it makes the record's place. */
export function contentHash(name: string, createdAt: number, value: Uint8Array, crypto: RecordCrypto): Uint8Array {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(createdAt));
  return crypto.sha256(utf8.encode(`ringwall/content/1/${name}/`), time, value);
}

/** Place of an immutable record: a UUIDv8 (RFC 9562, section 5.8) whose free bits hash author and content. */
export function placeOfContent(authorKey: Uint8Array, content: Uint8Array, crypto: RecordCrypto): Id {
  const bytes = crypto.sha256(utf8.encode('ringwall/immutable/1'), authorKey, content).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return idFromBytes(bytes);
}

/**
 * Which of the records at one place this is: a newer record with the same key replaces an older one.
 * One author may hold several immutables at a place only by breaking SHA-256.
 */
export function recordKey(record: Pick<RingRecord, 'kind' | 'author' | 'name' | 'slot'>): string {
  return `${record.kind}/${record.author}/${record.name}/${record.slot}`;
}

/** Whether `a` wins over `b`, two records of one key: the higher seq, then the higher hash, so all replicas agree. */
export function supersedes(a: Pick<RingRecord, 'seq' | 'hash'>, b: Pick<RingRecord, 'seq' | 'hash'>): boolean {
  return a.seq !== b.seq ? a.seq > b.seq : a.hash > b.hash;
}

/** Whether two records of one key are a fork: the author signed two values under one seq. */
export function isFork(a: Pick<RingRecord, 'seq' | 'hash'>, b: Pick<RingRecord, 'seq' | 'hash'>): boolean {
  return a.seq === b.seq && a.hash !== b.hash;
}

/**
 * Makes a signed record of a draft. Throws a RangeError on a draft over its bounds, for an author checks those
 * before; `sign` gets the bytes to sign and gives 64 bytes.
 */
export function sealRecord(
  draft: RecordDraft,
  authorKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
  crypto: RecordCrypto,
): RingRecord {
  const unsigned = encodeUnsigned(draft, authorKey, placeOfDraft(draft, authorKey, crypto));
  const bytes = new Uint8Array(unsigned.length + SIGNATURE_BYTES);
  bytes.set(unsigned);
  bytes.set(sign(unsigned), unsigned.length);
  const opened = openRecord(bytes, crypto);
  if (!opened.ok) throw new RangeError(`this record cannot be signed: ${opened.fault}`);
  return opened.value;
}

/** Reads and checks a record that came from anywhere: encoding, bounds, place and signature. */
export function openRecord(bytes: Uint8Array, crypto: RecordCrypto): Result<RingRecord, RecordFault> {
  if (bytes.length > MAX_RECORD_BYTES) return failure('too-large');
  const parsed = parse(bytes, crypto);
  if (!parsed.ok) return parsed;
  const record = parsed.value;
  if (record.place !== expectedPlace(record, crypto)) return failure('wrong-place');
  const signedLength = bytes.length - SIGNATURE_BYTES;
  if (!crypto.verify(record.authorKey, bytes.subarray(0, signedLength), bytes.subarray(signedLength))) {
    return failure('bad-signature');
  }
  return success(record);
}

/**
 * Reads a record this phone checked before it stored it: no signature check.
 * Throws on bytes that are no record, for then the disk lies.
 */
export function readTrustedRecord(bytes: Uint8Array, crypto: RecordCrypto): RingRecord {
  const parsed = parse(bytes, crypto);
  if (!parsed.ok) throw new Error(`the store holds bytes that are no record: ${parsed.fault}`);
  return parsed.value;
}

function placeOfDraft(draft: RecordDraft, authorKey: Uint8Array, crypto: RecordCrypto): Id {
  if (draft.kind === 'immutable') {
    return placeOfContent(authorKey, contentHash(draft.name, draft.createdAt, draft.value, crypto), crypto);
  }
  if (draft.proof !== undefined && draft.proof.length > 0) return placeOfContent(authorKey, draft.proof, crypto);
  if (draft.place !== undefined && !draft.name.startsWith(OWN_SET)) return draft.place;
  return placeOfName(personIdOf(authorKey, crypto), draft.name, crypto);
}

/** The one place a record of this content may have; open sets may be anywhere. */
function expectedPlace(record: RingRecord, crypto: RecordCrypto): Id {
  if (record.kind === 'immutable') {
    return placeOfContent(record.authorKey, contentHash(record.name, record.createdAt, record.value, crypto), crypto);
  }
  if (record.proof.length > 0) return placeOfContent(record.authorKey, record.proof, crypto);
  if (record.kind === 'member' && !record.name.startsWith(OWN_SET)) return record.place;
  return placeOfName(record.author, record.name, crypto);
}

/*
 * Encoding: version u8, kind u8, flags u8 (bit 0 deleted, bit 1 proof), place 16, author key 32, seq u64,
 * createdAt u64, name (u8 length), slot (u8 length), proof (32, if flagged), value (u32 length), signature 64.
 * Numbers are big-endian.
 */
function encodeUnsigned(draft: RecordDraft, authorKey: Uint8Array, place: Id): Uint8Array {
  const name = utf8.encode(draft.name);
  const slot = utf8.encode(draft.slot);
  const proof = draft.proof ?? new Uint8Array(0);
  if (name.length > 255 || slot.length > 255) throw new RangeError('this record cannot be signed: too-large');
  const bytes = new Uint8Array(
    HEADER_BYTES + 1 + name.length + 1 + slot.length + proof.length + 4 + draft.value.length,
  );
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = KINDS.indexOf(draft.kind);
  bytes[2] = (draft.deleted ? 1 : 0) | (proof.length > 0 ? 2 : 0);
  bytes.set(idToBytes(place), 3);
  bytes.set(authorKey, 19);
  view.setBigUint64(51, BigInt(draft.seq));
  view.setBigUint64(59, BigInt(draft.createdAt));
  let at = HEADER_BYTES;
  bytes[at++] = name.length;
  bytes.set(name, at);
  at += name.length;
  bytes[at++] = slot.length;
  bytes.set(slot, at);
  at += slot.length;
  bytes.set(proof, at);
  at += proof.length;
  view.setUint32(at, draft.value.length);
  bytes.set(draft.value, at + 4);
  return bytes;
}

function parse(bytes: Uint8Array, crypto: RecordCrypto): Result<RingRecord, RecordFault> {
  if (bytes.length < HEADER_BYTES + 2 + 4 + SIGNATURE_BYTES) return failure('malformed');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[bytes[1]!];
  const flags = bytes[2]!;
  if (bytes[0] !== VERSION || kind === undefined || flags > 3) return failure('malformed');
  const authorKey = bytes.slice(19, 51);
  const seq = view.getBigUint64(51);
  const createdAt = view.getBigUint64(59);
  if (seq > BigInt(Number.MAX_SAFE_INTEGER) || createdAt > BigInt(Number.MAX_SAFE_INTEGER)) return failure('malformed');

  let at = HEADER_BYTES;
  const end = bytes.length - SIGNATURE_BYTES;
  const take = (length: number): Uint8Array | undefined => {
    if (at + length > end) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const takeText = (): string | undefined => {
    const length = take(1)?.[0];
    const text = length === undefined ? undefined : take(length);
    return text === undefined ? undefined : decodeText(text);
  };
  const name = takeText();
  const slot = name === undefined ? undefined : takeText();
  const proof = (flags & 2) === 0 ? new Uint8Array(0) : take(PROOF_BYTES);
  const valueLength = take(4);
  if (name === undefined || slot === undefined || proof === undefined || valueLength === undefined) {
    return failure('malformed');
  }
  const value = take(view.getUint32(at - 4));
  if (value === undefined || at !== end) return failure('malformed');
  if (!hasKindsShape(kind, name, slot, Number(seq), flags)) return failure('malformed');
  if (overBounds(name, slot, value)) return failure('too-large');
  return success({
    kind,
    place: idFromBytes(bytes.subarray(3, 19)),
    authorKey,
    author: personIdOf(authorKey, crypto),
    name,
    slot,
    seq: Number(seq),
    createdAt: Number(createdAt),
    deleted: (flags & 1) !== 0,
    proof: proof.slice(),
    value,
    hash: hexOf(crypto.sha256(bytes)),
    bytes,
  });
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function hasKindsShape(kind: RecordKind, name: string, slot: string, seq: number, flags: number): boolean {
  if (name.length === 0) return false;
  if (kind === 'immutable') return seq === 0 && slot === '' && flags === 0;
  if (kind === 'mutable') return seq >= 1 && slot === '' && !name.startsWith(OWN_SET);
  return seq >= 1 && slot !== '' && (flags & 2) === 0;
}

function overBounds(name: string, slot: string, value: Uint8Array): boolean {
  return (
    value.length > MAX_VALUE_BYTES ||
    utf8.encode(name).length > MAX_NAME_BYTES ||
    utf8.encode(slot).length > MAX_SLOT_BYTES
  );
}

function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
