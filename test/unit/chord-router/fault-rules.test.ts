/** Which rule counts for whom, and what rules draw. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DelayLine } from '../../../services/chord-router/adapters/faults/delay-line.ts';
import { FaultInjection } from '../../../services/chord-router/adapters/faults/fault-injection.ts';
import {
  type FaultDirection,
  type FaultRule,
  ruleFor,
  UNKNOWN_PEER,
} from '../../../services/chord-router/adapters/faults/fault-rule.ts';
import type { Id } from '../../../services/shared/core/id.ts';

const ID = '0123456789abcdef0123456789abcdef' as Id;
const PEER = { id: ID, address: '10.0.0.2:7400' };
const OTHER = { id: undefined, address: '10.0.0.3:7400' };

function rule(changes: Partial<FaultRule> = {}): FaultRule {
  const both = new Set<FaultDirection>(['in', 'out']);
  return {
    peers: undefined,
    directions: both,
    cut: false,
    delayMs: [0, 0],
    jitterMs: 0,
    loss: 0,
    packetLoss: 0,
    ...changes,
  };
}

function injection(seed: number, rules: readonly FaultRule[], own = '10.0.0.1:7400'): FaultInjection {
  const faults = new FaultInjection(own, { happened() {} });
  faults.replace({ seed, rules, expiresMs: undefined });
  return faults;
}

describe('a rule', () => {
  test('counts for the phones it names, by id or address, and for unknown ones only if it is for all', () => {
    for (const name of [PEER.id, PEER.address]) {
      const rules = [rule({ peers: new Set([name]) })];
      expect(ruleFor(rules, PEER, 'in')).toBe(rules[0]);
      expect(ruleFor(rules, OTHER, 'in')).toBeUndefined();
      expect(ruleFor(rules, UNKNOWN_PEER, 'in')).toBeUndefined();
    }
    const all = rule();
    expect(ruleFor([all], UNKNOWN_PEER, 'out')).toBe(all);
  });

  test('counts for its direction, and the first one that fits hides the others', () => {
    const deaf = rule({ directions: new Set<FaultDirection>(['in']), cut: true });
    const slow = rule({ delayMs: [5, 5] });
    expect(ruleFor([deaf, slow], PEER, 'in')).toBe(deaf);
    expect(ruleFor([deaf, slow], PEER, 'out')).toBe(slow);
  });
});

describe('draws', () => {
  const drawsOf = (faults: FaultInjection, address = PEER.address): number[] => {
    const way = faults.way({ id: undefined, address }, 'out')!;
    return Array.from({ length: 50 }, () => way.delayMs(100) + Number(way.loses()) * 10_000);
  };
  const RULES = [rule({ delayMs: [10, 90], jitterMs: 5, loss: 0.3 })];

  test('are the same for the same seed, link and direction, whatever other links drew', () => {
    const first = injection(7, RULES);
    drawsOf(first, OTHER.address);
    expect(drawsOf(first)).toEqual(drawsOf(injection(7, RULES)));
  });

  test('differ by seed, link, direction and phone, and go on where they were', () => {
    const faults = injection(7, RULES);
    const draws = drawsOf(faults);
    expect(drawsOf(injection(8, RULES))).not.toEqual(draws);
    expect(drawsOf(injection(7, RULES, '10.0.0.9:7400'))).not.toEqual(draws);
    expect(drawsOf(faults, OTHER.address)).not.toEqual(draws);
    expect(drawsOf(faults)).not.toEqual(draws);
    expect(faults.way(PEER, 'in')!.delayMs(100)).not.toBe(injection(7, RULES).way(PEER, 'out')!.delayMs(100));
  });

  test('keep to the range, the jitter and the part', () => {
    const faults = injection(3, [rule({ delayMs: [10, 90], jitterMs: 5, loss: 0.3 })]);
    let lost = 0;
    let added = 0;
    for (let phone = 0; phone < 200; phone++) {
      const address = `10.0.1.${phone}:7400`;
      const base = injection(3, [rule({ delayMs: [10, 90] })])
        .way({ id: undefined, address }, 'out')!
        .delayMs(100);
      expect(base).toBeGreaterThanOrEqual(10);
      expect(base).toBeLessThanOrEqual(90);
      const way = faults.way({ id: undefined, address }, 'out')!;
      for (let i = 0; i < 50; i++) {
        const jitter = way.delayMs(100) - base;
        expect(jitter).toBeGreaterThanOrEqual(0);
        expect(jitter).toBeLessThanOrEqual(50);
        added += jitter;
        lost += Number(way.loses());
      }
    }
    expect(lost / 10_000).toBeCloseTo(0.3, 1);
    expect(added / 10_000).toBeGreaterThan(4.5);
    expect(added / 10_000).toBeLessThan(5.5);
  });
});

describe('lost packets', () => {
  const delaysOf = (bytes: number): number[] => {
    const way = injection(5, [rule({ delayMs: [10, 10], packetLoss: 0.1 })]).way(PEER, 'out')!;
    return Array.from({ length: 2_000 }, () => way.delayMs(bytes));
  };

  test('are sent again after a while, and after twice that when they are lost again', () => {
    const delays = delaysOf(100);
    expect(new Set(delays)).toEqual(new Set([10, 10 + 220, 10 + 660, 10 + 1_540]));
    const late = delays.filter((ms) => ms > 10).length / delays.length;
    expect(late).toBeGreaterThan(0.08);
    expect(late).toBeLessThan(0.12);
  });

  test('make large messages late more often', () => {
    // Ten packets: all arrive at once with a probability of 0.9 to the tenth.
    const late = delaysOf(10 * 1_448).filter((ms) => ms > 10).length / 2_000;
    expect(late).toBeGreaterThan(0.6);
    expect(late).toBeLessThan(0.7);
  });
});

describe('a set of rules', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('goes as a whole when another comes, and when its time is over', () => {
    const faults = injection(1, [rule({ cut: true })]);
    expect(faults.way(PEER, 'in')?.cut).toBe(true);
    faults.replace({ seed: 1, rules: [rule({ delayMs: [5, 5] })], expiresMs: 1_000 });
    expect(faults.way(PEER, 'in')?.cut).toBe(false);
    let changes = 0;
    faults.onChange(() => changes++);
    vi.advanceTimersByTime(600);
    expect(faults.set.expiresMs).toBe(400);
    vi.advanceTimersByTime(400);
    expect(faults.set).toEqual({ seed: 0, rules: [], expiresMs: undefined });
    expect(faults.way(PEER, 'in')).toBeUndefined();
    expect(changes).toBe(1);
  });

  test('the expiry of an earlier set does not touch a later one', () => {
    const faults = injection(1, []);
    faults.replace({ seed: 1, rules: [rule({ cut: true })], expiresMs: 100 });
    faults.replace({ seed: 2, rules: [rule({ cut: true })], expiresMs: undefined });
    vi.advanceTimersByTime(1_000);
    expect(faults.set.seed).toBe(2);
  });
});

describe('a delay line', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('lets nothing overtake, and what is not late run at once when nothing waits', () => {
    const line = new DelayLine();
    const ran: string[] = [];
    line.push(0, () => ran.push('a'));
    expect(ran).toEqual(['a']);
    line.push(50, () => ran.push('b'));
    line.push(10, () => ran.push('c'));
    line.push(0, () => ran.push('d'));
    vi.advanceTimersByTime(49);
    expect(ran).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
  });

  test('forgets what it is told to, also while something runs', () => {
    const line = new DelayLine();
    const ran: string[] = [];
    line.push(5, () => line.clear());
    line.push(5, () => ran.push('never'));
    vi.advanceTimersByTime(100);
    line.push(5, () => ran.push('later'));
    vi.advanceTimersByTime(5);
    expect(ran).toEqual(['later']);
  });
});
