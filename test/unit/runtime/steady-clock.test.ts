import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteadyClock } from '../../../services/shared/runtime/steady-clock.ts';

describe('the steady clock', () => {
  it('follows a wall clock that behaves', () => {
    let time = 0;
    const clock = new SteadyClock(
      () => 1_000_000 + time,
      () => time,
    );
    time = 5_000;
    expect(clock.now()).toBe(1_005_000);
  });

  it('neither jumps nor stands still when the wall clock is set, and catches up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -3_600_000, max: 3_600_000 }),
        fc.array(fc.nat(60_000), { minLength: 1 }),
        (jump, pauses) => {
          let monotonic = 0;
          let wall = 1_000_000;
          const clock = new SteadyClock(
            () => wall,
            () => monotonic,
          );
          wall += jump;
          let last = clock.now();
          for (const pause of pauses) {
            monotonic += pause;
            wall += pause;
            const now = clock.now();
            expect(now - last).toBeGreaterThanOrEqual(pause * 0.9 - 1e-6);
            expect(now - last).toBeLessThanOrEqual(pause * 1.1 + 1e-6);
            last = now;
          }
          monotonic += Math.abs(jump) * 10;
          wall += Math.abs(jump) * 10;
          expect(clock.now()).toBeCloseTo(wall, 3);
        },
      ),
    );
  });
});
