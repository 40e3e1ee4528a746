import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFromNumber } from '../../../services/shared/core/id.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import type { Ring, RingAnswer } from '../../../services/wall-api/core/ring/ring-client.ts';
import { byPosition, positionOf, readTimeline, readWholeSet } from '../../../services/wall-api/core/ring/timeline.ts';

const SETS = 4;

/** Records with few distinct times, so that many stand at the same moment. */
const records = fc
  .uniqueArray(fc.tuple(fc.nat(SETS - 1), fc.nat(6), fc.nat(9_999)), { selector: ([, , salt]) => salt, maxLength: 60 })
  .map((tuples) =>
    tuples.map(([set, createdAt, salt]) => {
      const hash = String(salt).padStart(64, '0');
      return { kind: 'member', place: idFromNumber(BigInt(set)), createdAt, hash, slot: hash } as RingRecord;
    }),
  );

/** Answers as the ring does: newest first, at most `limit`, after a position. */
function ringOf(all: readonly RingRecord[]): Ring {
  const get = async ({ place, limit = 100, before }: Parameters<Ring['get']>[0]): Promise<RingAnswer> => {
    const [time = '0', hash = ''] = before?.split('.') ?? [];
    const position = { createdAt: Number(time), hash } as RingRecord;
    const matching = all
      .filter((record) => record.place === place && (before === undefined || byPosition(record, position) > 0))
      .sort(byPosition);
    const page = matching.slice(0, limit);
    const next = matching.length > limit ? positionOf(page.at(-1)!) : undefined;
    return { records: page, next, complete: true, answered: [], hops: 0, milliseconds: 0 };
  };
  return { get } as Ring;
}

describe('a time line', () => {
  it('brings every record of all sets once, in order, whatever the page size', async () => {
    const sets = Array.from({ length: SETS }, (_, set) => ({ place: idFromNumber(BigInt(set)), name: 'x' }));
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 9 }), async (all, limit) => {
        const ring = ringOf(all);
        const read: RingRecord[] = [];
        let before: string | undefined;
        do {
          const page = await readTimeline(ring, sets, before, limit);
          expect(page.records.length).toBeLessThanOrEqual(limit);
          expect(page.complete).toBe(true);
          read.push(...page.records);
          before = page.next;
        } while (before !== undefined);
        expect(read).toEqual([...all].sort(byPosition));
      }),
    );
  });
});

describe('a whole set', () => {
  const place = idFromNumber(0n);
  const many = Array.from({ length: 450 }, (_, n) => {
    return { kind: 'member', place, createdAt: n, hash: String(n).padStart(64, '0') } as RingRecord;
  });

  it('is read page by page up to its bound, and says when it goes on', async () => {
    const ring = ringOf(many);
    expect(await readWholeSet(ring, { place, name: 'x' }, 600)).toMatchObject({ complete: true });
    expect((await readWholeSet(ring, { place, name: 'x' }, 600)).records).toHaveLength(450);
    const bounded = await readWholeSet(ring, { place, name: 'x' }, 400);
    expect(bounded.records).toHaveLength(400);
    expect(bounded.complete).toBe(false);
  });
});
