import { describe, expect, it } from 'vitest';
import { SilenceEstimate } from '../../../services/chord-router/core/lookup/silence.ts';

const MOST = 8;

function after(silent: number, answered = 0): SilenceEstimate {
  const estimate = new SilenceEstimate();
  for (let i = 0; i < silent; i++) estimate.observe(true);
  for (let i = 0; i < answered; i++) estimate.observe(false);
  return estimate;
}

describe('the estimate of how many phones are silent', () => {
  it('has phones asked one by one at first, and while few are silent', () => {
    expect(after(0).probes(MOST)).toBe(1);
    expect(after(3).probes(MOST)).toBe(1);
  });

  it('has several asked at once when more than a quarter is silent, and more the more are silent, up to the bound', () => {
    expect(after(5).probes(MOST)).toBeGreaterThan(1);
    const probes = [5, 8, 12, 100].map((silent) => after(silent).probes(MOST));
    expect(probes).toEqual([...probes].sort((a, b) => a - b));
    expect(after(10_000).probes(MOST)).toBe(MOST);
    expect(after(10_000).probes(1)).toBe(1);
  });

  it('tends to the share of silent calls', () => {
    const estimate = new SilenceEstimate();
    for (let i = 0; i < 1_000; i++) estimate.observe(i % 4 === 0);
    expect(estimate.share).toBeGreaterThan(0.2);
    expect(estimate.share).toBeLessThan(0.3);
  });

  it('is quiet again after some answers', () => {
    expect(after(12, 40).probes(MOST)).toBe(1);
  });
});
