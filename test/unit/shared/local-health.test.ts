/** What a phone makes of its own lateness. */
import { describe, expect, it } from 'vitest';
import { LocalHealth } from '../../../services/shared/core/local-health.ts';
import { ScriptedHost } from '../chord-router/scripted-host.ts';

describe('the health of a phone', () => {
  it('is good while timers fire in time and others answer', () => {
    const health = new LocalHealth();
    health.woke(5);
    health.overslept(100);
    health.answeredInTime();
    expect([health.slowness, health.doubt]).toEqual([1, 1]);
  });

  it('is as bad as the latest of its timers says, up to a bound', () => {
    const health = new LocalHealth();
    health.overslept(350);
    expect(health.slowness).toBe(4);
    health.overslept(120);
    expect(health.slowness).toBe(4);
    health.overslept(1e9);
    expect(health.slowness).toBe(9);
  });

  it('is worse for each answer that is missing, and better for each that comes and each pause that ends in time', () => {
    const health = new LocalHealth();
    for (let i = 0; i < 9; i++) health.missed();
    expect([health.slowness, health.doubt]).toEqual([1, 3]);
    health.answeredInTime();
    health.woke(0);
    expect(health.doubt).toBe(1);
  });

  it('is read off its pauses', () => {
    const host = new ScriptedHost();
    const health = new LocalHealth();
    health.missed();
    host.run(health.pause(1_000));
    expect(health.doubt).toBe(1);
  });
});
