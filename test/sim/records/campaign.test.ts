/** Runs under drawn faults: a slice of what `npm run sim -- --seeds 1..200` looks at. */
import { describe, expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';

const SEEDS = [1, 2, 3, 5, 6, 8, 11];
const SMALL = { phones: 12, minutes: 1 };

describe('under the faults its seed draws', () => {
  test.each(SEEDS)('a ring keeps its promises and heals (seed %i)', (seed) => {
    const report = runCampaign({ seed, ...SMALL });
    expect(report.faults).toEqual([]);
    expect(report.healedMs).toBeLessThan(300_000);
    expect(report.acknowledged).toBeGreaterThan(0);
  });
});

test('a run is the same again, and different with another seed', () => {
  const [first, again, other] = [1, 1, 2].map((seed) => runCampaign({ seed, ...SMALL }));
  expect(again).toEqual(first);
  expect(other!.hash).not.toBe(first!.hash);
});
