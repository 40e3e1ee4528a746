/** What a phone's lists make of phones that it takes for dead, by example. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { contactAt } from './positions.ts';

const [a, b, c] = [contactAt(10), contactAt(20), contactAt(30)];
const self = contactAt(40);
const [d, e, f] = [contactAt(50), contactAt(60), contactAt(70)];

let context: RingContext;
let events: ChordEvent['type'][];

beforeEach(() => {
  events = [];
  context = new RingContext(self, { ...DEFAULT_SETTINGS, successors: 3 }, ({ type }) => events.push(type));
  context.setRing({ self, predecessor: c, successors: [d, e, f] });
  context.setPredecessorsBehind([b, a]);
});

/** The dead phone that is asked next because somebody spoke of it. */
function hinted(): Contact | undefined {
  if (!context.graveyard.hasHint) return undefined;
  return context.graveyard.nextToProbe(context.ring.predecessor.id, self.id, context.successor.id);
}

describe('a phone that is dropped', () => {
  it('goes from the lists, and the predecessor stays until it is rectified', () => {
    context.drop(d, 'dead');
    context.drop(c, 'dead');
    expect(context.successors).toEqual([e, f]);
    expect(context.predecessors).toEqual([b, a]);
    expect(context.ring.predecessor).toEqual(c);
    expect([context.isDead(d.id), context.phones.get(d.id)]).toEqual([true, undefined]);
    expect(context.owesPredecessor).toBe(true);
  });

  it('leaves lists behind that close at self when they are empty', () => {
    for (const phone of [a, b, c, d, e, f]) context.drop(phone, 'dead');
    expect([context.ring.successors, context.predecessorList]).toEqual([[self], [self]]);
    expect([context.successors, context.predecessors]).toEqual([[], []]);
  });

  it('is not taken from the list of a successor, which has it asked soon', () => {
    context.drop(e, 'dead');
    expect(hinted()).toBeUndefined();
    context.setRing({ self, predecessor: c, successors: [d, e, f] });
    expect(context.successors).toEqual([d, f]);
    expect(hinted()).toEqual(e);
  });

  it('is not taken from what the predecessor says of those before it, which has it asked soon', () => {
    context.drop(b, 'dead');
    expect(context.predecessors).toEqual([c, a]);
    context.setPredecessorsBehind([b, a]);
    expect(context.predecessors).toEqual([c, a]);
    expect(hinted()).toEqual(b);
  });

  it('is listed again as soon as it is heard, if the predecessor named it all along', () => {
    context.drop(b, 'dead');
    expect(context.heard(b, 1)).toBe(true);
    expect(context.predecessors).toEqual([c, b, a]);
    context.drop(b, 'dead');
    context.setRing({ ...context.ring, predecessor: contactAt(35) }); // which has said nothing yet
    context.heard(b, 2);
    expect(context.predecessors.some(({ id }) => id === b.id)).toBe(false);
  });

  it('is off the ring when it said goodbye, until it answers what it was asked after that', () => {
    context.drop(d, 'left');
    context.answered(d, 1);
    expect(context.isDead(d.id)).toBe(true);
    context.answered(d, 2, true);
    expect(context.isDead(d.id)).toBe(false);
    context.drop(e, 'dead');
    context.answered(e, 3);
    expect(context.isDead(e.id)).toBe(false);
  });

  it('is not asked for the sake of a list that does not name it', () => {
    context.drop(b, 'dead');
    context.setPredecessorsBehind([a]);
    expect(hinted()).toBeUndefined();
  });

  it('is alive again once it is heard, and not before', () => {
    context.drop(b, 'dead');
    context.learn(b);
    context.noticed(b);
    expect([context.isDead(b.id), context.phones.get(b.id)]).toEqual([true, undefined]);
    expect(context.heard(b, 7)).toBe(true);
    expect([context.isDead(b.id), context.phones.get(b.id)?.heardAtMs]).toEqual([false, 7]);
    context.setPredecessorsBehind([b, a]);
    expect(context.predecessors).toEqual([c, b, a]);
    expect(context.heard(b, 8)).toBe(false);
  });

  it('and left is not asked until somebody names it again', () => {
    context.drop(b, 'left');
    expect(context.graveyard.nextToProbe(c.id, self.id, d.id)).toBeUndefined();
    context.setPredecessorsBehind([b, a]);
    expect(hinted()).toEqual(b);
  });
});

describe('lists of predecessors', () => {
  it('skip what lies nearer than the predecessor, rather than end there', () => {
    context.setRing({ self, predecessor: b, successors: [d, e, f] });
    context.setPredecessorsBehind([c, a]);
    expect(context.predecessors).toEqual([b, a]);
  });

  it('go on behind a predecessor that is taken for dead', () => {
    context.drop(c, 'dead');
    context.setPredecessorsBehind([b, a]);
    expect([context.ring.predecessor, context.predecessors]).toEqual([c, [b, a]]);
  });
});

describe('a suspected phone', () => {
  it('is told of once, and cleared when it is heard', () => {
    events.length = 0;
    context.suspect(d);
    context.suspect(d);
    expect([events, context.phones.isAlive(d.id)]).toEqual([['phone-suspected'], false]);
    context.heard(d, 1);
    expect([events, context.phones.isAlive(d.id)]).toEqual([['phone-suspected', 'phone-cleared'], true]);
  });

  it('that was never known is none', () => {
    context.suspect(contactAt(999));
    expect(events).not.toContain('phone-suspected');
  });
});
