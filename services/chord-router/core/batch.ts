/** Bounds of the messages that carry records. */
import { MAX_RECORD_BYTES } from '../../shared/core/record.ts';

/** Most records, or names of records, in one message. */
export const MAX_BATCH_RECORDS = 64;
/** Most bytes of records in one message. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Most summaries in one listing. */
export const MAX_LISTING = 512;

/** Whether records fit one message. */
export function isWithinBatch(records: readonly Uint8Array[]): boolean {
  if (records.length > MAX_BATCH_RECORDS) return false;
  let bytes = 0;
  for (const record of records) bytes += record.length;
  return bytes <= MAX_BATCH_BYTES;
}

/** Splits items that have encoded records into runs that each fit one message. */
export function splitIntoBatches<T>(items: readonly T[], bytesOf: (item: T) => Uint8Array): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = Math.min(bytesOf(item).length, MAX_RECORD_BYTES);
    const current = batches.at(-1);
    if (current === undefined || current.length >= MAX_BATCH_RECORDS || bytes + size > MAX_BATCH_BYTES) {
      batches.push([item]);
      bytes = size;
    } else {
      current.push(item);
      bytes += size;
    }
  }
  return batches;
}
