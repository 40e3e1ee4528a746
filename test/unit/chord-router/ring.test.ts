/** The ring operations by example; test/sim/zave/ searches and walks through whole networks of them. */
import { describe, expect, it } from 'vitest';
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import { contactAt } from './positions.ts';

const [a, b, c, d] = [contactAt(10), contactAt(20), contactAt(30), contactAt(40)] as const;

describe('the ring operations', () => {
  it('let a second phone join a phone alone and both lists close', () => {
    const alone = ring.aloneState(a);
    const joined = ring.join(b, a, alone, 3)!;
    expect(joined).toEqual({ self: b, predecessor: a, successors: [a] });
    const notified = ring.rectify(alone, b, false);
    expect(notified.predecessor).toEqual(b);
    const { candidate } = ring.stabiliseFromSuccessor(notified, a, notified, 3);
    expect(candidate).toEqual(b);
    const both = ring.stabiliseFromPredecessor(notified, b, joined, 3);
    expect(both.successors).toEqual([b, a]);
    expect(ring.isClosed(both)).toBe(true);
  });

  it('refuse a join where self does not lie before the first successor', () => {
    expect(ring.join(c, a, { predecessor: d, successors: [b, d] }, 3)).toBeUndefined();
    expect(ring.join(a, a, ring.aloneState(a), 3)).toBeUndefined();
  });

  it('join again after a restart, through the member that still lists self', () => {
    const again = ring.join(b, a, { predecessor: c, successors: [b, c, a] }, 3);
    expect(again).toEqual({ self: b, predecessor: a, successors: [c, a] });
    expect(ring.join(b, a, { predecessor: b, successors: [b, a] }, 3)!.successors).toEqual([a]);
  });

  it('ignore an answer of a phone that is no longer the first successor', () => {
    const state = { self: a, predecessor: d, successors: [b, c] };
    expect(ring.stabiliseFromSuccessor(state, c, { predecessor: b, successors: [d] }, 3).state).toBe(state);
    expect(ring.stabiliseFromPredecessor(state, c, { predecessor: b, successors: [d] }, 3)).toBe(state);
    expect(ring.stabiliseFromDeadSuccessor(state, c)).toBe(state);
  });

  it('never leave a list empty: it closes at self', () => {
    expect(ring.stabiliseFromDeadSuccessor({ self: a, predecessor: b, successors: [b] }, b).successors).toEqual([a]);
    expect(ring.withoutSuccessor(ring.aloneState(a), a.id).successors).toEqual([a]);
  });

  it('replace a predecessor only by a nearer one or when it is dead', () => {
    const state = { self: d, predecessor: b, successors: [a] };
    expect(ring.rectify(state, a, false)).toBe(state);
    expect(ring.rectify(state, c, false).predecessor).toEqual(c);
    expect(ring.rectify(state, a, true).predecessor).toEqual(a);
  });

  it('cut a list where it would go back, past self or beyond r', () => {
    expect(ring.clockwiseList(b, [c, d, a, b, c], 8)).toEqual([c, d, a, b]);
    expect(ring.clockwiseList(b, [c, d, c], 8)).toEqual([c, d]);
    expect(ring.clockwiseList(b, [d, c], 8)).toEqual([d]);
    expect(ring.clockwiseList(b, [c, d, a], 2)).toEqual([c, d]);
    expect(ring.counterclockwiseList(c, [b, a, d, c, b], 8)).toEqual([b, a, d, c]);
    expect(ring.counterclockwiseList(c, [a, b], 8)).toEqual([a]);
  });
});
