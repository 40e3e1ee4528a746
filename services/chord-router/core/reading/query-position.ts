/**
 * Where a record stands in a query's order, newest first: by createdAt, then by hash. The text form is what
 * `RecordQuery.before` and the `next` of an answer hold.
 */
import type { RingRecord } from '../../../shared/core/record.ts';
import type { RecordQuery } from '../message.ts';

export interface QueryPosition {
  readonly createdAt: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

export const MAX_QUERY_LIMIT = 200;

const POSITION = /^(0|[1-9][0-9]{0,15})\.([0-9a-f]{64})$/;

export function formatPosition(position: QueryPosition): string {
  return `${position.createdAt}.${position.hash}`;
}

/** Reads what formatPosition wrote; undefined when it did not. */
export function parsePosition(text: string): QueryPosition | undefined {
  const match = POSITION.exec(text);
  if (match === null) return undefined;
  const createdAt = Number(match[1]);
  return Number.isSafeInteger(createdAt) ? { createdAt, hash: match[2]! } : undefined;
}

/** Negative when `a` comes before `b`, that is, is newer. */
export function comparePositions(a: QueryPosition, b: QueryPosition): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  if (a.hash === b.hash) return 0;
  return a.hash > b.hash ? -1 : 1;
}

export function positionOf(record: Pick<RingRecord, 'createdAt' | 'hash'>): QueryPosition {
  return { createdAt: record.createdAt, hash: record.hash };
}

/** Whether a query keeps its bounds and its `before` was made by a phone. */
export function isValidQuery(query: RecordQuery): boolean {
  const { limit, before } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_QUERY_LIMIT) return false;
  return before === undefined || parsePosition(before) !== undefined;
}
