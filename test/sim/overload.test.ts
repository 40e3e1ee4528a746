/**
 * A fleet that shares a processor too small for it while it comes together. All are late then, and none is dead: whoever
 * takes the late for dead makes more to do, until nothing else is done (congestion collapse).
 */
import { expect, test } from 'vitest';
import type { CanEvent } from '../../services/can-index/core/event.ts';
import { untilWhole } from './can-scenario.ts';
import { type CanWorld, canWorld } from './can-world.ts';
import { Processor } from './processor.ts';

const PHONES = 80;
const GAP_MS = 250;
/** Work on a message; alone, a fleet of this size at rest needs half of the processor. */
const MESSAGE_MS = 2;
const TIMER_MS = 0.05;
const WHOLE_WITHIN_MS = 120_000;

/** Starts phones faster than the processor can take them in; each knows some of those before it, as its ring does. */
function startFleet(world: CanWorld): Processor {
  const processor = new Processor(world.engine, { messageMs: MESSAGE_MS, timerMs: TIMER_MS });
  world.network.processor = processor;
  for (let i = 0; i < PHONES; i++) {
    const contacts = world.random.shuffle(world.phones.map(({ contact }) => contact)).slice(0, 30);
    const phone = world.addPhone();
    phone.start([world.phones[0]!.contact.address], contacts, i === 0);
    world.runFor(GAP_MS);
  }
  return processor;
}

test.each([1, 2, 3])('an overloaded fleet comes together, and no living phone loses its zone (seed %i)', (seed) => {
  const wrong: CanEvent['type'][] = [];
  const tell = (_: number, { type }: CanEvent): void => {
    if (type === 'zone-taken-over' || type === 'neighbour-dead' || type === 'zones-lost') wrong.push(type);
  };
  const world = canWorld({ seed, network: { latencyMs: [0.1, 0.2], jitterMs: 0.1 }, tell });
  const { longestWaitMs } = startFleet(world);
  expect(longestWaitMs).toBeGreaterThan(world.settings.callTimeoutMinMs); // it is overloaded
  untilWhole(world, WHOLE_WITHIN_MS);
  expect(wrong).toEqual([]);
});
