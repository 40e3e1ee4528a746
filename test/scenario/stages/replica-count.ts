/** How many copies are missing where an ideal ring would have them. */
import type { Id } from '../../../services/shared/core/id.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import type { DiskListing } from './disk-listing.ts';

/** `listings`: what each phone of the ring has. */
export function copiesMissing(
  records: readonly RingRecord[],
  listings: ReadonlyMap<Id, DiskListing>,
  replication: number,
): number {
  const order = [...listings].sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = Math.min(replication, order.length);
  let missing = 0;
  for (const record of records) {
    const first = order.findIndex(([id]) => id >= record.place);
    for (let i = 0; i < wanted; i++) {
      const [, listing] = order[(Math.max(0, first) + i) % order.length]!;
      if (!listing.has(record)) missing += 1;
    }
  }
  return missing;
}
