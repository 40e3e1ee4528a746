/** How a phone finds its place, by example: also one that the ring remembers from its former life. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../../../services/chord-router/core/calls.ts';
import { type EntryPoints, joinRing } from '../../../services/chord-router/core/ring/join.ts';
import type { Neighbourhood } from '../../../services/chord-router/core/ring/ring.ts';
import { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { ended } from '../../../services/shared/core/effect.ts';
import { contactAt } from './positions.ts';
import { type Script, ScriptedHost } from './scripted-host.ts';

const [a, b, c] = [contactAt(10), contactAt(20), contactAt(30)];
const self = contactAt(40);
const [d, e] = [contactAt(50), contactAt(60)];

interface Telling {
  readonly lists: Neighbourhood;
  readonly predecessors?: readonly Contact[];
  /** Whom it names as owner of the joining phone's place; undefined: nobody. */
  readonly owner?: Contact;
  /** Phones it names as closer to that place. */
  readonly closer?: readonly Contact[];
}

/** A member that says these things. */
function member({ lists, predecessors = [lists.predecessor], owner, closer = [] }: Telling): Script {
  return ({ type }) => {
    if (type === 'find-successor') return { type: 'found-successor', owner, ownerSuccessors: [], closer };
    if (type === 'ask-neighbours') return { type: 'neighbours', ...lists, predecessors };
    return { type: 'done' };
  };
}

const refusing: Script = ({ type }) => (type === 'ping' ? { type: 'done' } : 'refused');

let host: ScriptedHost;
let context: RingContext;

beforeEach(() => {
  host = new ScriptedHost();
  context = new RingContext(self, DEFAULT_SETTINGS, () => {});
});

/** Joins; gives how many attempts that took. */
function join(entries: Partial<EntryPoints>): number {
  const calls = new Calls(context, {
    answer: () => ended({ type: 'refused', code: 'unavailable', message: 'on no ring' }),
    neighbourFailed: () => ended(undefined),
  });
  return host.run(joinRing(context, calls, { seeds: [], remembered: [], ...entries }));
}

describe('a phone that joins', () => {
  it('takes the list and the predecessors of the member before its place', () => {
    host.script(c, member({ lists: { predecessor: b, successors: [d, e, a] }, predecessors: [b, a], owner: d }));
    host.script(d, member({ lists: { predecessor: c, successors: [e, a, b] } }));
    expect(join({ seeds: [c.address] })).toBe(1);
    expect(context.ring).toEqual({ self, predecessor: c, successors: [d, e, a] });
    expect(context.predecessorList).toEqual([c, b, a]);
  });

  it('goes on from whoever named the owner when that one knows nobody before its place', () => {
    host.script(c, member({ lists: { predecessor: b, successors: [d, e] }, owner: d }));
    host.script(d, member({ lists: { predecessor: d, successors: [e] }, predecessors: [d] }));
    expect(join({ seeds: [c.address] })).toBe(1);
    expect(context.ring.predecessor).toEqual(c);
  });

  it('takes its place again where its successor still takes it for its predecessor', () => {
    host.script(c, member({ lists: { predecessor: b, successors: [self, d, e] }, owner: self }));
    expect(join({ seeds: [c.address] })).toBe(1);
    expect(context.ring).toEqual({ self, predecessor: c, successors: [d, e] });
  });

  it('goes on behind itself where the owner names it as predecessor', () => {
    host.script(a, member({ lists: { predecessor: e, successors: [b, c, d] }, owner: d }));
    host.script(d, member({ lists: { predecessor: self, successors: [e, a] }, predecessors: [self, c, b] }));
    host.script(c, member({ lists: { predecessor: b, successors: [d, e] } }));
    expect(join({ seeds: [a.address] })).toBe(1);
    expect(context.ring).toEqual({ self, predecessor: c, successors: [d, e] });
  });

  it('asks the nearest phone before its place when nobody dares to name an owner', () => {
    // d keeps this phone's former life for its predecessor, so c may not name d, and d owns nothing before this phone.
    host.script(a, member({ lists: { predecessor: e, successors: [b] }, closer: [b, c] }));
    host.script(b, member({ lists: { predecessor: a, successors: [c, d] }, closer: [c] }));
    host.script(c, member({ lists: { predecessor: b, successors: [d, e] } }));
    expect(join({ seeds: [a.address] })).toBe(1);
    expect(context.ring).toEqual({ self, predecessor: c, successors: [d, e] });
  });

  it('goes in through phones met before when its seeds have gone', () => {
    let isPlaceTaken = true;
    host.script(a, member({ lists: { predecessor: e, successors: [b] }, owner: d, closer: [] }));
    host.script(d, (request) => {
      host.silence(a); // the seed is gone once it has told of d
      if (isPlaceTaken && request.type === 'ask-neighbours') {
        isPlaceTaken = false;
        return undefined;
      }
      return member({ lists: { predecessor: c, successors: [e] }, owner: d })(request);
    });
    host.script(c, member({ lists: { predecessor: b, successors: [d, e] } }));
    expect(join({ seeds: [a.address] })).toBe(2);
    expect(context.ring.successors).toEqual([d, e]);
  });

  it('waits for its seeds for as long as it takes, and begins no ring of its own', () => {
    const waiting = (): Script =>
      host.nowMs > 600_000 ? member({ lists: { predecessor: c, successors: [c] }, owner: c }) : () => undefined;
    host.script(c, (request) => waiting()(request));
    expect(join({ seeds: [c.address] })).toBeGreaterThan(20);
    expect(context.ring).toEqual({ self, predecessor: c, successors: [c] });
  });

  it('begins a ring when it has nobody to ask, or nobody it remembers is heard', () => {
    expect(join({})).toBe(0);
    expect(context.placement.isPlaced).toBe(true);
    expect(join({ remembered: [a, b] })).toBe(3);
    expect(context.ring).toEqual({ self, predecessor: self, successors: [self] });
  });

  it.each([
    ['soon where it is the first of its seeds', { seeds: [self.address, d.address, e.address] }, 2],
    ['late where another one of them should', { seeds: [a.address, b.address] }, 12],
    ['in between where it has none, but met them in an earlier life', { remembered: [a, b] }, 6],
  ])('begins a ring when all it can ask go on joining themselves: %s', (_, entries, attempts) => {
    for (const phone of [a, b, d, e]) host.script(phone, refusing);
    expect(join(entries)).toBe(attempts);
    expect(context.ring.successors).toEqual([self]);
  });
});
