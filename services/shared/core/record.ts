/**
 * Records: what phones keep for each other. Three kinds share one canonical encoding (record-codec.ts):
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
 *
 * Why so: docs/decisions/records-prove-themselves.md.
 */
import { hexOf, type Id, idFromBytes, idToBytes } from './id.ts';
import {
  decodeRecord,
  encodeUnsigned,
  OWN_SET,
  type RecordFields,
  type RecordKind,
  SIGNATURE_BYTES,
} from './record-codec.ts';
import { failure, type Result, success } from './result.ts';

export type { RecordKind } from './record-codec.ts';
export { MAX_NAME_BYTES, MAX_RECORD_BYTES, MAX_SLOT_BYTES, MAX_VALUE_BYTES, SIGNATURE_BYTES } from './record-codec.ts';

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

export interface RingRecord extends RecordFields {
  /** The author's person id: see personIdOf. */
  readonly author: Id;
  /**
   * A deleted mutable with a proof: the tombstone of its author's immutable record at the same place. It wins over
   * every version that is none, whatever their seq, so that all phones agree for good.
   */
  readonly final: boolean;
  /** SHA-256 of `bytes` in hex: breaks ties between equal seqs, and is what replicas compare. */
  readonly hash: string;
  /** The canonical encoding with its signature: what is stored and sent. */
  readonly bytes: Uint8Array;
}

/** What decides between two records of one key. */
export type RecordVersion = Pick<RingRecord, 'seq' | 'hash' | 'final'>;

/** The hash and signature functions records need; node:crypto's in production (shared/runtime/record-crypto.ts). */
export interface RecordCrypto {
  /** SHA-256 of the parts, one after the other: 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /**
   * Whether an Ed25519 signature over the message is the public key's. False, too, for keys that are no key. What was
   * asked of late is answered from memory: phones meet the same record in a write, in repair and in reads.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export type RecordFault =
  | 'malformed' // not the canonical encoding of a record
  | 'too-large' // value, name or slot over its bound
  | 'wrong-place' // the place does not follow from what the record says of itself
  | 'bad-signature';

const utf8 = new TextEncoder();
const PERSON_TAG = utf8.encode('ringwall/person/1');
const NAME_TAG = utf8.encode('ringwall/name/1');
const IMMUTABLE_TAG = utf8.encode('ringwall/immutable/1');
const NO_BYTES = new Uint8Array(0);

/** Person id: the first 128 bits of SHA-256 over a domain tag and the Ed25519 public key. */
export function personIdOf(authorKey: Uint8Array, crypto: RecordCrypto): Id {
  return idFromBytes(crypto.sha256(PERSON_TAG, authorKey));
}

/** Where a person's mutable record, or a set only they write to, lives. */
export function placeOfName(author: Id, name: string, crypto: RecordCrypto): Id {
  return idFromBytes(crypto.sha256(NAME_TAG, idToBytes(author), utf8.encode(name)));
}

/** Hash of an immutable record's content, 32 bytes: with the author it makes the record's place. */
export function contentHash(name: string, createdAt: number, value: Uint8Array, crypto: RecordCrypto): Uint8Array {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(createdAt));
  return crypto.sha256(utf8.encode(`ringwall/content/1/${name}/`), time, value);
}

/** Place of an immutable record: a UUIDv8 (RFC 9562, section 5.8) whose free bits hash author and content. */
export function placeOfContent(authorKey: Uint8Array, content: Uint8Array, crypto: RecordCrypto): Id {
  const bytes = crypto.sha256(IMMUTABLE_TAG, authorKey, content).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return idFromBytes(bytes);
}

/**
 * Which of the records at one place this is: a newer record with the same key replaces an older one. ASCII, so that
 * every phone orders keys alike, and unambiguous whatever name and slot hold.
 */
export function recordKey(record: Pick<RingRecord, 'kind' | 'author' | 'name' | 'slot'>): string {
  return `${record.kind}/${record.author}/${encodeURIComponent(record.name)}/${encodeURIComponent(record.slot)}`;
}

/** The kind and the author in a key that recordKey made; of any other text, what stands where those would. */
export function originOfKey(key: string): { readonly kind: string; readonly author: Id } {
  const [kind = '', author = ''] = key.split('/', 2);
  return { kind, author: author as Id };
}

/** Whether `a` wins over `b`, two records of one key: a final one, then the higher seq, then the higher hash. */
export function supersedes(a: RecordVersion, b: RecordVersion): boolean {
  if (a.final !== b.final) return a.final;
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
  const place = placeOfDraft(draft, authorKey, crypto);
  const unsigned = encodeUnsigned({ ...draft, authorKey, place, proof: draft.proof ?? NO_BYTES });
  const bytes = new Uint8Array(unsigned.length + SIGNATURE_BYTES);
  bytes.set(unsigned);
  bytes.set(sign(unsigned), unsigned.length);
  const opened = openRecord(bytes, crypto);
  if (!opened.ok) throw new RangeError(`this record cannot be signed: ${opened.fault}`);
  return opened.value;
}

/** Reads and checks a record that came from anywhere: encoding, bounds, place and signature. */
export function openRecord(bytes: Uint8Array, crypto: RecordCrypto): Result<RingRecord, RecordFault> {
  const peeked = peekRecord(bytes, crypto);
  if (peeked.ok && !isSignedByAuthor(peeked.value, crypto)) return failure('bad-signature');
  return peeked;
}

/** Reads a record and checks all of it but the signature, which costs ten times as much as the rest together at first. */
export function peekRecord(bytes: Uint8Array, crypto: RecordCrypto): Result<RingRecord, RecordFault> {
  const decoded = decodeRecord(bytes);
  if (!decoded.ok) return decoded;
  const record = derive(decoded.value, bytes, crypto);
  return record.place === expectedPlace(record, crypto) ? success(record) : failure('wrong-place');
}

/** The check that peekRecord leaves out. */
export function isSignedByAuthor(record: RingRecord, crypto: RecordCrypto): boolean {
  const signedLength = record.bytes.length - SIGNATURE_BYTES;
  return crypto.verify(record.authorKey, record.bytes.subarray(0, signedLength), record.bytes.subarray(signedLength));
}

/** Reads a record that was checked before it was stored: no check of place and signature. Undefined: it is no record. */
export function readTrustedRecord(bytes: Uint8Array, crypto: RecordCrypto): RingRecord | undefined {
  const decoded = decodeRecord(bytes);
  return decoded.ok ? derive(decoded.value, bytes, crypto) : undefined;
}

function derive(fields: RecordFields, bytes: Uint8Array, crypto: RecordCrypto): RingRecord {
  return {
    ...fields,
    author: personIdOf(fields.authorKey, crypto),
    final: fields.kind === 'mutable' && fields.deleted && fields.proof.length > 0,
    hash: hexOf(crypto.sha256(bytes)),
    bytes,
  };
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
