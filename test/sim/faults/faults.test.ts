/** Faults of the simulated world do what they say. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { Engine } from '../engine/engine.ts';
import { faultsOfRing } from '../ring/checkers.ts';
import type { SimPhone } from '../ring/phone.ts';
import { SUCCESSORS } from '../ring/scenario.ts';
import { ringWorld, type World } from '../ring/world.ts';
import { drawSwarm, FAULTS } from './swarm.ts';

const KIND = 1;

/** Two phones that send each other nothing by themselves. */
function twoPhones(network: NonNullable<Parameters<typeof ringWorld>[0]['network']> = {}): [World, SimPhone, SimPhone] {
  const world = ringWorld({ seed: 1, network: { latencyMs: [10, 10], jitterMs: 0, ...network } });
  const [a, b] = world.startPhones(2) as [SimPhone, SimPhone];
  for (const phone of [a, b]) phone.run(phone.node.leave());
  world.runFor(60_000);
  return [world, a, b];
}

describe('messages', () => {
  test('may arrive twice', () => {
    const [world, a, b] = twoPhones({ duplication: 1 });
    let arrived = 0;
    world.network.send(a, b, KIND, { arrive: () => arrived++ });
    world.runFor(1_000);
    expect(arrived).toBe(2);
  });

  test('may overtake each other', () => {
    const [world, a, b] = twoPhones({ reordering: 0.5 });
    const arrived: number[] = [];
    for (let i = 0; i < 50; i++) world.network.send(a, b, KIND, { arrive: () => arrived.push(i) });
    world.runFor(1_000);
    expect(arrived).toHaveLength(50);
    expect(arrived).not.toEqual([...arrived].sort((x, y) => x - y));
  });

  test('wait while one end is clogged, and then arrive in order', () => {
    const [world, a, b] = twoPhones();
    const arrived: number[] = [];
    world.network.clogging.clog(b);
    for (let i = 0; i < 5; i++) world.network.send(a, b, KIND, { arrive: () => arrived.push(i) });
    world.runFor(5_000);
    expect(arrived).toEqual([]);
    world.network.clogging.unclog(b);
    world.runFor(10);
    expect(arrived).toEqual([0, 1, 2, 3, 4]);
  });

  test('do not pass a one-way cut, and pass the other way', () => {
    const [world, a, b] = twoPhones();
    const arrived: string[] = [];
    world.network.deafen(a, b);
    world.network.send(a, b, KIND, { arrive: () => arrived.push('a to b') });
    world.network.send(b, a, KIND, { arrive: () => arrived.push('b to a') });
    world.runFor(1_000);
    expect(arrived).toEqual(['b to a']);
  });
});

test('a clock that runs fast gains, and keeps what it gained', () => {
  const [world, a] = twoPhones();
  const wrongBy = (): number => a.now() - world.engine.nowMs;
  a.setClockRate(1.1);
  world.runFor(10_000);
  expect(wrongBy()).toBeCloseTo(1_000);
  a.setClockRate(1);
  world.runFor(10_000);
  expect(wrongBy()).toBeCloseTo(1_000);
});

test('the engine keeps the last notes for a trace, oldest first', () => {
  const engine = new Engine(1, 3);
  for (let i = 1; i <= 5; i++) engine.after(i, () => engine.note(KIND, i, 0));
  engine.runFor(2);
  expect(engine.trace().map(({ a }) => a)).toEqual([1, 2]);
  engine.runFor(10);
  expect(engine.trace()).toEqual([3, 4, 5].map((i) => ({ atMs: i, what: KIND, a: i, b: 0 })));
});

test('many cancelled timers neither run nor stay', () => {
  const engine = new Engine(1);
  const ran: number[] = [];
  const cancels = Array.from({ length: 5_000 }, (_, i) =>
    engine.after((i * 7) % 1_000, () => ran.push((i * 7) % 1_000)),
  );
  for (const [i, cancel] of cancels.entries()) if (i % 10 !== 0) cancel();
  expect(engine.waiting).toBeLessThan(2_500);
  engine.runFor(1_000);
  expect(ran).toHaveLength(500);
  expect(ran).toEqual([...ran].sort((x, y) => x - y));
});

test('seeds draw different faults, and all of them are drawn', () => {
  const swarms = Array.from({ length: 50 }, (_, seed) => drawSwarm(new SeededRandom(seed)));
  expect(new Set(swarms.flatMap(({ faults }) => faults))).toEqual(new Set(FAULTS));
  expect(swarms.every(({ faults }) => faults.length > 0)).toBe(true);
  expect(new Set(swarms.map((swarm) => JSON.stringify(swarm))).size).toBe(50);
});

describe('an ideal ring', () => {
  test.each([1, 2, 5, 9, 10, 300])('of %i phones is made at once and stays one', (count) => {
    const world = ringWorld({ seed: 2, settings: { knownPhones: 64 } });
    world.ideal(count);
    expect(faultsOfRing(world.phones, SUCCESSORS)).toEqual([]);
    world.runFor(60_000);
    expect(faultsOfRing(world.phones, SUCCESSORS)).toEqual([]);
    const { owner } = world.lookup(world.phones[0]!, world.phones[count - 1]!.contact.id);
    expect(owner?.id).toBe(world.phones[count - 1]!.contact.id);
  });
});
