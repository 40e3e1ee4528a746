/** News of who came and went: each phone is told once, and of a join only when both neighbours know of it. */
import { describe, expect, it } from 'vitest';
import { between, inOwnedRange } from '../../../services/shared/core/id.ts';
import { quietRing, untilIdeal } from './scenario.ts';
import { ringWorld, type World } from './world.ts';

const PHONES = 96;

function spreadMessages(world: World): number {
  return world.phones.reduce((sum, phone) => sum + (phone.requests.get('spread-news') ?? 0), 0);
}

function phoneOf(world: World, id: string): World['phones'][number] {
  return world.phones.find(({ contact }) => contact.id === id)!;
}

function knowing(world: World, id: string): number {
  return world.living().filter(({ node }) => {
    return node.status().known.some(({ contact, state }) => contact.id === id && state === 'alive');
  }).length;
}

describe('in a quiet ring', () => {
  it('all hear of a newcomer within seconds, by about one message a phone', () => {
    for (const seed of [1, 2, 3]) {
      const world = quietRing(PHONES, { seed });
      const before = spreadMessages(world);
      const [newcomer] = world.startPhones(1) as [World['phones'][number]];
      world.runUntil(() => knowing(world, newcomer.contact.id) === PHONES, 10_000, 'all to know the newcomer');
      world.runFor(5_000);
      expect(spreadMessages(world) - before).toBeLessThan(1.1 * PHONES);
    }
  });

  it('all hear of a death, by about one message a phone', () => {
    for (const seed of [4, 5, 6]) {
      const world = quietRing(PHONES, { seed });
      const before = spreadMessages(world);
      const dead = world.random.pick(world.phones);
      dead.kill('machine');
      world.runUntil(() => knowing(world, dead.contact.id) === 0, 30_000, 'all to know of the death');
      world.runFor(5_000);
      expect(spreadMessages(world) - before).toBeLessThan(1.1 * PHONES);
    }
  });

  it('a phone that is said to be gone and is not objects, and all take it back', () => {
    const world = quietRing(PHONES, { seed: 7 });
    const [liar, victim] = world.phones as [World['phones'][number], World['phones'][number]];
    const told = world.phones[2]!;
    const branch = { until: told.contact.id, joined: [], gone: [victim.contact.id] };
    told.run(told.node.handle(liar.contact, { type: 'spread-news', branches: [branch] }));
    world.runUntil(() => knowing(world, victim.contact.id) < PHONES / 2, 5_000, 'the lie to be believed');
    // Most take it back at once; whom its word overtook, by comparing their tables with its neighbours'.
    world.runUntil(() => knowing(world, victim.contact.id) > 0.9 * PHONES, 10_000, 'most to take the victim back');
    world.runUntil(() => knowing(world, victim.contact.id) === PHONES - 1, 400_000, 'all to take the victim back');
    untilIdeal(world, world.phones, 10_000);
  });
});

describe('a join', () => {
  it('is complete only when the predecessor and the successor both know the newcomer', () => {
    let joins = 0;
    const world: World = ringWorld({
      seed: 8,
      tell: (index, event) => {
        if (event.type !== 'joined' || index < 32) return;
        const newcomer = world.phones[index]!;
        const before = phoneOf(world, newcomer.node.ring!.predecessor.id);
        const after = phoneOf(world, newcomer.node.view.successors()[0]!.id);
        // One that joins beside it meanwhile is nearer.
        const first = before.node.view.successors()[0]!;
        expect(inOwnedRange(before.contact.id, first.id, newcomer.contact.id)).toBe(true);
        const last = after.node.ring!.predecessor;
        expect(last.id === newcomer.contact.id || between(newcomer.contact.id, last.id, after.contact.id)).toBe(true);
        joins += 1;
      },
    });
    world.startPhones(32);
    untilIdeal(world, world.phones, 30_000);
    for (let i = 0; i < 64; i++) world.startPhones(1, world.random.next() * 400);
    world.runUntil(() => joins === 64, 15_000, 'all joins to be complete');
    for (const phone of world.phones) expect(phone.node.status().state).toBe('member');
  });

  it('is complete after a while when the neighbours cannot be heard any more', () => {
    const world = ringWorld({ seed: 9 });
    world.startPhones(1);
    const [first] = world.phones as [World['phones'][number]];
    const newcomer = world.addPhone();
    world.network.deafen(first, newcomer);
    newcomer.start([first.contact.address]);
    world.runFor(3_000);
    expect(newcomer.node.status().state).toBe('joining');
    world.network.heal();
    world.runUntil(() => newcomer.node.status().state === 'member', 30_000, 'the join');
  });
});
