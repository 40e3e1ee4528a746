/** Opens records from anywhere. */
import {
  isSignedByAuthor,
  openRecord,
  peekRecord,
  type RecordCrypto,
  type RecordFault,
  type RingRecord,
} from '../../shared/core/record.ts';
import type { Result } from '../../shared/core/result.ts';

export class RecordChecker {
  readonly #crypto: RecordCrypto;

  constructor(crypto: RecordCrypto) {
    this.#crypto = crypto;
  }

  /** All checks: see openRecord. */
  open(bytes: Uint8Array): Result<RingRecord, RecordFault> {
    return openRecord(bytes, this.#crypto);
  }

  /** All checks but the signature: see peekRecord. */
  peek(bytes: Uint8Array): Result<RingRecord, RecordFault> {
    return peekRecord(bytes, this.#crypto);
  }

  isSigned(record: RingRecord): boolean {
    return isSignedByAuthor(record, this.#crypto);
  }
}
