/** Opens records from anywhere, remembering which bytes it has already found rightly signed. */
import {
  isSignedByAuthor,
  peekRecord,
  type RecordCrypto,
  type RecordFault,
  type RingRecord,
} from '../../shared/core/record.ts';
import { failure, type Result } from '../../shared/core/result.ts';

/** About 150 bytes each. */
const REMEMBERED_HASHES = 512;

export class RecordChecker {
  readonly #crypto: RecordCrypto;
  /** Hashes cover the signature too, so a remembered hash stands for the whole check. */
  #signed = new Set<string>();
  #signedEarlier = new Set<string>();

  constructor(crypto: RecordCrypto) {
    this.#crypto = crypto;
  }

  /** All checks: see openRecord. */
  open(bytes: Uint8Array): Result<RingRecord, RecordFault> {
    const peeked = this.peek(bytes);
    return peeked.ok && !this.isSigned(peeked.value) ? failure('bad-signature') : peeked;
  }

  /** All checks but the signature: see peekRecord. */
  peek(bytes: Uint8Array): Result<RingRecord, RecordFault> {
    return peekRecord(bytes, this.#crypto);
  }

  isSigned(record: RingRecord): boolean {
    if (this.#signed.has(record.hash) || this.#signedEarlier.has(record.hash)) return true;
    if (!isSignedByAuthor(record, this.#crypto)) return false;
    if (this.#signed.size >= REMEMBERED_HASHES) {
      this.#signedEarlier = this.#signed;
      this.#signed = new Set();
    }
    this.#signed.add(record.hash);
    return true;
  }
}
