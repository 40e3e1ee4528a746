import { describe, expect, it } from 'vitest';
import { parseId } from '../../../services/shared/core/id.ts';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { createWallCrypto } from '../../../services/wall-api/adapters/node-crypto.ts';
import { personOfSeed } from '../../../services/wall-api/core/identity/person.ts';
import { Problem } from '../../../services/wall-api/core/problem.ts';
import { Outbox, type OutboxLimits } from '../../../services/wall-api/core/ring/outbox.ts';
import type { PutOutcome, Ring } from '../../../services/wall-api/core/ring/ring-client.ts';
import { signMember } from '../../../services/wall-api/core/ring/writer.ts';
import { ManualTimers } from './manual-timers.ts';

const LIMITS: OutboxLimits = { records: 4, tries: 3, firstPauseMs: 100, longestPauseMs: 150 };
const crypto = createWallCrypto();
const author = personOfSeed(new Uint8Array(64).fill(1), crypto);
const place = parseId('0'.repeat(32))!;
const records: RingRecord[] = ['a', 'b', 'c', 'd', 'e'].map((slot) =>
  signMember(author, { name: 'replies', place, slot, value: {}, seq: 1, createdAt: 1 }, crypto),
);

function scene(outcomeOf: (slot: string, attempt: number) => PutOutcome | Error) {
  const timers = new ManualTimers();
  const puts: string[] = [];
  const ring: Pick<Ring, 'put'> = {
    put: async (put) => {
      puts.push(put.map(({ slot }) => slot).join(''));
      return put.map(({ slot }) => {
        const outcome = outcomeOf(slot, puts.length);
        if (outcome instanceof Error) throw outcome;
        return { outcome, replicas: 3, acknowledged: 0, newer: undefined };
      });
    },
  };
  return { timers, puts, outbox: new Outbox(ring as Ring, timers.after, () => 0.5, LIMITS) };
}

describe('the outbox', () => {
  it('has nothing to do where all was stored', async () => {
    const { outbox, timers } = scene(() => 'stored');
    expect(await outbox.deliver(records.slice(0, 2))).toBe(true);
    expect(timers.pauses).toEqual([]);
  });

  it('tries again what reached no quorum, later and later, and only that', async () => {
    const { outbox, timers, puts } = scene((slot, attempt) => (slot === 'b' && attempt < 3 ? 'unavailable' : 'stored'));
    expect(await outbox.deliver(records.slice(0, 3))).toBe(false);
    expect(outbox.counts).toEqual({ waiting: 1, delivered: 0, givenUp: 0 });
    expect(timers.pauses).toEqual([100]);
    await timers.run();
    expect(timers.pauses).toEqual([150]);
    await timers.run();
    expect(puts).toEqual(['abc', 'b', 'b']);
    expect(outbox.counts).toEqual({ waiting: 0, delivered: 1, givenUp: 0 });
    expect(timers.pauses).toEqual([]);
  });

  it('gives up after its tries, also when the ring cannot be asked at all', async () => {
    for (const outcome of ['unavailable', new Problem('ring-unavailable')] as const) {
      const { outbox, timers, puts } = scene(() => outcome);
      await outbox.deliver(records.slice(0, 2));
      for (let round = 0; round < LIMITS.tries; round++) await timers.run();
      expect(timers.pauses).toEqual([]);
      expect(puts).toHaveLength(1 + LIMITS.tries);
      expect(outbox.counts).toEqual({ waiting: 0, delivered: 0, givenUp: 2 });
    }
  });

  it('says that not all stands, and tries nothing again, where a record was refused for good', async () => {
    const { outbox, timers } = scene((slot) => (slot === 'a' ? 'over-quota' : 'stored'));
    expect(await outbox.deliver(records.slice(0, 2))).toBe(false);
    expect(timers.pauses).toEqual([]);
  });

  it('is content where something newer stands', async () => {
    const { outbox } = scene((slot) => (slot === 'a' ? 'superseded' : 'tombstoned'));
    expect(await outbox.deliver(records.slice(0, 2))).toBe(true);
  });

  it('keeps its bound', async () => {
    const { outbox } = scene(() => 'unavailable');
    await outbox.deliver(records.slice(0, 3));
    await outbox.deliver(records.slice(3));
    expect(outbox.counts).toEqual({ waiting: 3, delivered: 0, givenUp: 2 });
  });

  it('gives up what waits when it is stopped', async () => {
    const { outbox, timers } = scene(() => 'unavailable');
    await outbox.deliver(records.slice(0, 3));
    outbox.stop();
    outbox.later(records.slice(3));
    expect(timers.pauses).toEqual([]);
    expect(outbox.counts).toEqual({ waiting: 0, delivered: 0, givenUp: 5 });
  });

  it('survives a defect in the background', async () => {
    const { outbox, timers } = scene((_slot, attempt) => (attempt === 2 ? new Error('defect') : 'unavailable'));
    await outbox.deliver(records.slice(0, 1));
    await timers.run();
    expect(outbox.counts.waiting).toBe(1);
  });
});
