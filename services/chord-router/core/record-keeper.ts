/** What the parts of record keeping share. */
import { hexOf } from '../../shared/core/id.ts';
import type { RecordCrypto, RingRecord } from '../../shared/core/record.ts';
import type { RecordChecker } from './record-checker.ts';
import type { Coverage } from './replicas/coverage.ts';
import type { RingView } from './ring-view.ts';
import type { Admission } from './writing/admission.ts';

export interface RecordKeeper {
  readonly view: RingView;
  readonly crypto: RecordCrypto;
  readonly checker: RecordChecker;
  readonly admission: Admission;
  readonly coverage: Coverage;
}

const utf8 = new TextEncoder();

/** The digest of an answer to a query: equal when its records and where it goes on are. Hex, 32 digits. */
export function digestOfPage(
  records: readonly Pick<RingRecord, 'hash'>[],
  next: string | undefined,
  crypto: RecordCrypto,
): string {
  const text = records.map(({ hash }) => hash).join('') + (next ?? '');
  return hexOf(crypto.sha256(utf8.encode(text)), 16);
}

/** How many of `count` replicas are a majority. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** How many phones should hold a record: r, or all phones of a smaller ring as far as this phone knows it. */
export function expectedReplicas(view: RingView): number {
  return Math.min(view.settings.replication, view.successors().length + 1);
}

/**
 * Of how many phones a majority is wanted: the same, and in a smaller ring those that are absent count as well, by this
 * phone's own knowledge or another's, who has been running for longer.
 */
export function countedReplicas({ view, coverage }: Pick<RecordKeeper, 'view' | 'coverage'>, absent = 0): number {
  return Math.min(view.settings.replication, view.successors().length + 1 + Math.max(coverage.absent, absent));
}
