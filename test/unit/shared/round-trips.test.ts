/** The mean of many round trips is kept as they change: it stays what a look at all of them gives. */
import { expect, it } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { RoundTrips } from '../../../services/shared/core/timeouts.ts';

function meanOf(roundTrips: RoundTrips, capacity: number): number | undefined {
  const measured = Array.from({ length: capacity }, (_, at) => roundTrips.smoothedMs(at)).filter(
    (ms) => !Number.isNaN(ms),
  );
  return measured.length === 0 ? undefined : measured.reduce((sum, ms) => sum + ms, 0) / measured.length;
}

it('keeps the mean of those measured through answers, forgetting and growth', () => {
  const random = new SeededRandom(6);
  let capacity = 8;
  const roundTrips = new RoundTrips(capacity);
  expect(roundTrips.meanMs).toBeUndefined();
  for (let i = 0; i < 5_000; i++) {
    const at = random.below(capacity);
    if (random.below(3) === 0) roundTrips.forget(at);
    else roundTrips.answered(at, 200 * random.next());
    if (i % 1_000 === 999) roundTrips.grow((capacity *= 2));
    const mean = meanOf(roundTrips, capacity);
    if (mean === undefined) expect(roundTrips.meanMs).toBeUndefined();
    else expect(roundTrips.meanMs).toBeCloseTo(mean, 9);
  }
  for (let at = 0; at < capacity; at++) roundTrips.forget(at);
  expect(roundTrips.meanMs).toBeUndefined();
});
