import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turns } from '../../../services/wall-api/core/turns.ts';

it('lets so many run at once, each in turn, and refuses beyond the line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (scheduler, atOnce) => {
      const turns = new Turns(atOnce, 4, () => new RangeError('full'));
      const started: number[] = [];
      let running = 0;
      const outcomes = Array.from({ length: atOnce + 6 }, (_, index) =>
        turns.take(async () => {
          started.push(index);
          running++;
          expect(running).toBeLessThanOrEqual(atOnce);
          await scheduler.schedule(Promise.resolve(), String(index));
          running--;
          if (index % 2 === 1) throw new TypeError('odd');
          return index;
        }),
      );
      const settled = Promise.allSettled(outcomes);
      await scheduler.waitFor(settled);
      const results = await settled;
      expect(started).toEqual(Array.from({ length: atOnce + 4 }, (_, index) => index));
      const told = results.map((result) => (result.status === 'fulfilled' ? 'done' : String(result.reason)));
      const expected = results.map((_, index) => (index % 2 === 1 ? 'TypeError: odd' : 'done'));
      expect(told).toEqual([...expected.slice(0, atOnce + 4), 'RangeError: full', 'RangeError: full']);
      await expect(turns.take(() => Promise.resolve('again'))).resolves.toBe('again');
    }),
  );
});
