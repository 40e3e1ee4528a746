import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ring from '../../../services/chord-router/core/ring.ts';
import { contactAt, RingModel, type RingOperations } from './ring-model.ts';

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

type Step =
  | { readonly do: 'join'; readonly at: number }
  | { readonly do: 'fail' | 'stabilise' | 'advance'; readonly which: number };

const which = fc.nat(1_000_000);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), at: fc.nat(4000) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), which }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('stabilise' as const), which }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('advance' as const), which }) },
  ),
  { maxLength: 120 },
);

interface Case {
  readonly r: number;
  readonly members: number;
  readonly steps: readonly Step[];
}

const cases: fc.Arbitrary<Case> = fc.record({ r: fc.integer({ min: 2, max: 5 }), members: fc.nat(12), steps });

/** An ideal ring to begin with; larger than r + 1 or smaller. */
function idealModel({ r, members }: Case, operations?: RingOperations): RingModel {
  const model = new RingModel(r, operations);
  model.start(7);
  for (let i = 0; i < members; i++) {
    model.join(100 + 311 * i);
    for (let rounds = 0; rounds < 12; rounds++) model.round();
  }
  return model;
}

function play(model: RingModel, step: Step): void {
  const ids = [...model.states.keys()];
  if (step.do === 'join') model.join(step.at);
  else if (step.do === 'advance') model.advance(step.which % Math.max(model.pending.length, 1));
  else if (step.do === 'fail') model.fail(ids[step.which % ids.length]!);
  else model.stabilise(ids[step.which % ids.length]!);
}

describe('any interleaving of joins, failures and stabilisation', () => {
  it('keeps lists ordered, without duplicates, bounded, and with a live entry', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const model = idealModel(given);
        for (const step of given.steps) {
          play(model, step);
          expect(model.faults()).toEqual([]);
        }
      }),
      { numRuns: 400, seed: 20_010_827 },
    );
  });

  it('ends in the ideal ring once the faults cease', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const model = idealModel(given);
        expect(model.isIdeal()).toBe(true);
        for (const step of given.steps) play(model, step);
        expect(model.roundsToIdeal(model.states.size * 3 + 3 * given.r)).toBeDefined();
        expect(model.faults()).toEqual([]);
      }),
      { numRuns: 400, seed: 20_010_828 },
    );
  });
});

describe('the 2001 operations, as a negative control', () => {
  /** Adopts the successor's predecessor without asking it, and joins without a list. */
  const published: RingOperations = {
    ...ring,
    join: (self, m, ofM, r) => {
      const joined = ring.join(self, m, ofM, r);
      return joined && { ...joined, successors: joined.successors.slice(0, 1) };
    },
    stabiliseFromSuccessor: (state, asked, answer, r) => {
      const { state: next, candidate } = ring.stabiliseFromSuccessor(state, asked, answer, r);
      if (candidate === undefined) return { state: next, candidate };
      return { state: { ...next, successors: [candidate, ...next.successors].slice(0, r) }, candidate: undefined };
    },
  };

  it('break the invariants that the corrected ones keep', () => {
    const found = fc.check(
      fc.property(cases, (given) => {
        const model = idealModel(given, published);
        for (const step of given.steps) {
          play(model, step);
          if (model.faults().length > 0) return false;
        }
        return true;
      }),
      { numRuns: 2000, seed: 20_010_829, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
