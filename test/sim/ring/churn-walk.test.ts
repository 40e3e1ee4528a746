/** Whole phones join and fail within Zave's assumptions: a slice of what `npm run sim -- --churn` looks at. */
import { describe, expect, test } from 'vitest';
import { destroyReplicas, leaveOneByOne } from '../records/losses.ts';
import { readAfterReturns } from '../records/returns.ts';
import { walkUnderChurn } from './churn-walk.ts';

describe('whole phones within the assumptions of the proof', () => {
  test.each([
    [1, 3, 12],
    [2, 3, 12],
    [3, 4, 20],
    [4, 4, 20],
    [5, 8, 24],
    // Rings in which a phone that came back could never join, or was dropped for what its former life had not answered.
    [10, 3, 12],
    [54, 3, 12],
    [109, 4, 20],
  ])(
    'keep the invariants after every change, and heal (seed %i, lists of %i, %i phones)',
    (seed, successors, phones) => {
      const report = walkUnderChurn({ seed, phones, successors, seconds: 60 });
      expect(report.faults).toEqual([]);
      expect(report.healedMs).toBeDefined();
      expect(report.watched.judged).toBeGreaterThan(20);
    },
  );

  test('walk the same way again with the same seed', () => {
    const [first, again, other] = [7, 7, 8].map((seed) =>
      walkUnderChurn({ seed, phones: 12, successors: 3, seconds: 20 }),
    );
    expect(again).toEqual(first);
    expect(other!.hash).not.toBe(first!.hash);
  });
});

describe('acknowledged records', () => {
  test.each([1, 2, 3])('are not lost when their replicas leave one after the other (seed %i)', (seed) => {
    expect(leaveOneByOne(seed)).toEqual([]);
  });

  test.each([1, 2, 3])('are not lost when all replicas but one are destroyed between repairs (seed %i)', (seed) => {
    expect(destroyReplicas(seed)).toEqual([]);
  });

  test.each([9, 10, 11])('are read as new as they are, though replicas that missed them are back (seed %i)', (seed) => {
    expect(readAfterReturns(seed)).toEqual([]);
  });
});
