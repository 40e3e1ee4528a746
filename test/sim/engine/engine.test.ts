import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { quietRing } from '../ring/scenario.ts';
import { Engine, EPOCH_MS } from './engine.ts';

describe('the engine', () => {
  it('runs events in order of time, then of scheduling, whatever order they were scheduled in', () => {
    const engine = new Engine(1);
    const random = new SeededRandom(2);
    const ran: [number, number][] = [];
    for (let i = 0; i < 2000; i++) {
      const delay = random.below(300);
      engine.after(delay, () => ran.push([delay, i]));
    }
    engine.runFor(300);
    expect(ran).toEqual([...ran].sort(([a, i], [b, j]) => a - b || i - j));
    expect(ran).toHaveLength(2000);
    expect(engine.nowMs).toBe(EPOCH_MS + 300);
  });

  it('does not run what was cancelled, nor what lies beyond the end', () => {
    const engine = new Engine(1);
    const ran: string[] = [];
    engine.after(5, () => ran.push('cancelled'))();
    engine.after(10, () => ran.push('in time'));
    engine.after(11, () => ran.push('too late'));
    engine.runFor(10);
    expect(ran).toEqual(['in time']);
  });
});

describe('a simulated world', () => {
  const hashOf = (seed: number): number[] => {
    const world = quietRing(12, { seed, network: { loss: 0.02 } });
    world.phones[3]!.kill('machine');
    world.phones[5]!.freeze();
    world.runFor(20_000);
    world.phones[5]!.thaw();
    world.runFor(60_000);
    return [world.engine.logHash, world.engine.events];
  };

  it('gives the same event log for the same seed, and another for another', () => {
    const [first, again, other] = [hashOf(1), hashOf(1), hashOf(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
