/**
 * A fleet that shares a processor too small for it while it comes together. All are late then, and none is dead: whoever
 * takes the late for dead makes more to do, until nothing else is done (congestion collapse).
 */
import { expect, test } from 'vitest';
import type { CanEvent } from '../../services/can-index/core/event.ts';
import type { ChordEvent } from '../../services/chord-router/core/event.ts';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { untilWhole } from './can/can-scenario.ts';
import { type CanWorld, canWorld } from './can/can-world.ts';
import { Processor } from './engine/processor.ts';
import { untilIdeal } from './ring/scenario.ts';
import { ringWorld } from './ring/world.ts';

const PHONES = 80;
const GAP_MS = 250;
/** Work on a message; alone, a fleet of this size at rest needs half of the processor. */
const MESSAGE_MS = 2;
const TIMER_MS = 0.05;
const WHOLE_WITHIN_MS = 120_000;

const NEAR = { latencyMs: [0.1, 0.2], jitterMs: 0.1 } as const;

/** From now on the machines of a world share the processor. */
function overload({ engine, network }: Pick<CanWorld, 'engine' | 'network'>): Processor {
  network.processor = new Processor(engine, { messageMs: MESSAGE_MS, timerMs: TIMER_MS });
  return network.processor;
}

/** Starts phones faster than the processor can take them in; each knows some of those before it, as its ring does. */
function startFleet(world: CanWorld): void {
  for (let i = 0; i < PHONES; i++) {
    const contacts = world.random.shuffle(world.phones.map(({ contact }) => contact)).slice(0, 30);
    const phone = world.addPhone();
    phone.start([world.phones[0]!.contact.address], contacts, i === 0);
    world.runFor(GAP_MS);
  }
}

test.each([1, 2, 3])('an overloaded fleet comes together, and no living phone loses its zone (seed %i)', (seed) => {
  const wrong: CanEvent['type'][] = [];
  const tell = (_: number, { type }: CanEvent): void => {
    if (type === 'zone-taken-over' || type === 'neighbour-dead' || type === 'zones-lost') wrong.push(type);
  };
  const world = canWorld({ seed, network: NEAR, tell });
  const processor = overload(world);
  startFleet(world);
  expect(processor.longestWaitMs).toBeGreaterThan(world.settings.callTimeoutMinMs); // it is overloaded
  untilWhole(world, WHOLE_WITHIN_MS);
  expect(wrong).toEqual([]);
});

test.each([1, 2, 3])('an overloaded fleet forms an ideal ring, and takes nobody for dead (seed %i)', (seed) => {
  let dead = 0;
  const tell = (_: number, event: ChordEvent): void => {
    if (event.type === 'phone-dropped' && event.reason === 'dead') dead += 1;
  };
  const world = ringWorld({ seed, network: NEAR, tell });
  const processor = overload(world);
  world.startPhones(PHONES, GAP_MS);
  expect(processor.longestWaitMs).toBeGreaterThan(DEFAULT_SETTINGS.callTimeoutMinMs);
  untilIdeal(world, world.phones, WHOLE_WITHIN_MS);
  expect(dead).toBe(0);
});
