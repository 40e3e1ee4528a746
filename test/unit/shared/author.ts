/** People who sign records, for tests: the same seed gives the same keys and, Ed25519 being deterministic, bytes. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Id } from '../../../services/shared/core/id.ts';
import {
  contentHash,
  personIdOf,
  type RecordDraft,
  type RingRecord,
  sealRecord,
} from '../../../services/shared/core/record.ts';
import { recordCrypto } from '../../../services/shared/runtime/record-crypto.ts';

export const crypto = recordCrypto;

const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');
const utf8 = new TextEncoder();

export class Author {
  readonly authorKey: Uint8Array;
  readonly id: Id;
  readonly #privateKey: KeyObject;

  constructor(seed: number) {
    const secret = crypto.sha256(utf8.encode(`author ${seed}`));
    this.#privateKey = createPrivateKey({
      key: Buffer.concat([PKCS8_HEADER, secret]),
      format: 'der',
      type: 'pkcs8',
    });
    const spki = createPublicKey(this.#privateKey).export({ format: 'der', type: 'spki' });
    this.authorKey = new Uint8Array(spki.subarray(spki.length - 32));
    this.id = personIdOf(this.authorKey, crypto);
  }

  seal(draft: RecordDraft): RingRecord {
    return sealRecord(draft, this.authorKey, this.sign, crypto);
  }

  readonly sign = (message: Uint8Array): Uint8Array => sign(null, message, this.#privateKey);

  post(text: string, createdAt = 1_000): RingRecord {
    return this.seal({
      kind: 'immutable',
      name: 'post',
      slot: '',
      seq: 0,
      createdAt,
      deleted: false,
      value: utf8.encode(text),
    });
  }

  /** A new state of a post; deleted, its tombstone. */
  revision(post: RingRecord, seq: number, text: string, deleted = false): RingRecord {
    const proof = contentHash(post.name, post.createdAt, post.value, crypto);
    const value = utf8.encode(text);
    return this.seal({
      kind: 'mutable',
      name: 'revision',
      slot: '',
      seq,
      createdAt: post.createdAt + seq,
      deleted,
      value,
      proof,
    });
  }

  tombstone(post: RingRecord, seq = 1): RingRecord {
    return this.revision(post, seq, '', true);
  }

  profile(seq: number, text: string, createdAt = 1_000 + seq): RingRecord {
    return this.seal({
      kind: 'mutable',
      name: 'profile',
      slot: '',
      seq,
      createdAt,
      deleted: false,
      value: utf8.encode(text),
    });
  }

  member(place: Id, slot: string, seq: number, createdAt = 1_000 + seq, text = '', name = 'replies'): RingRecord {
    return this.seal({
      kind: 'member',
      name,
      slot,
      seq,
      createdAt,
      deleted: false,
      value: utf8.encode(text),
      place,
    });
  }
}
