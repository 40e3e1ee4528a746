/** Whether a record is kept: the one rule all stores follow, so that replicas that saw the same records agree. */
import { isFork, type RecordVersion, type RingRecord, supersedes } from '../../../shared/core/record.ts';

export type WriteDecision = 'stored' | 'present' | 'superseded' | 'tombstoned';

/**
 * What to do with a record, given the version that stands under its key and whether the author's tombstone (a final
 * record) stands at its place. Any order of arrival ends with the same records.
 */
export function decideWrite(
  record: Pick<RingRecord, 'kind' | 'seq' | 'hash' | 'final'>,
  standing: RecordVersion | undefined,
  tombstoneStands: boolean,
): WriteDecision {
  if (record.kind === 'immutable' && tombstoneStands) return 'tombstoned';
  if (standing === undefined) return 'stored';
  if (standing.hash === record.hash) return 'present';
  if (supersedes(record, standing)) return 'stored';
  return standing.final ? 'tombstoned' : 'superseded';
}

/** Whether the write met another version that the author signed under the same seq. */
export function meetsFork(record: RecordVersion, standing: RecordVersion | undefined): boolean {
  return standing !== undefined && isFork(record, standing);
}
