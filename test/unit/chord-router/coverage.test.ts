/** What a phone holds for sure, who is absent, and when a comparison is with a majority, on lists of a real phone. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../../../services/chord-router/core/calls.ts';
import { NodeView } from '../../../services/chord-router/core/node-view.ts';
import { countedReplicas } from '../../../services/chord-router/core/record-keeper.ts';
import { ABSENT_MS, Coverage, NOTE_TIME_MS } from '../../../services/chord-router/core/replicas/coverage.ts';
import {
  type Comparison,
  isMajorityCompared,
  sharedRanges,
} from '../../../services/chord-router/core/replicas/shared-range.ts';
import { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { ended } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { contactAt } from './positions.ts';

const [a, b, c, d] = [contactAt(10), contactAt(20), contactAt(30), contactAt(40)];
const self = contactAt(50);
const [e, f, g, h] = [contactAt(60), contactAt(70), contactAt(80), contactAt(90)];
const key = (at: number): Id => contactAt(at).id;

let context: RingContext;
let view: NodeView;
let coverage: Coverage;
let nowMs: number;
/** Absent phones that the others tell of. */
let absentForOthers: number;

beforeEach(() => {
  context = new RingContext(self, { ...DEFAULT_SETTINGS, replication: 3, successors: 4 }, () => {});
  const calls = new Calls(context, {
    answer: () => ended({ type: 'done' } as const),
    neighbourFailed: () => ended(undefined),
  });
  view = new NodeView(context, calls);
  coverage = new Coverage(view);
  nowMs = 0;
  absentForOthers = 0;
  lists([d, c, b, a], [e, f, g, h]);
  coverage.noteTime(nowMs);
  coverage.noteNeighbours(); // the first company it ever had: nothing is sure
});

function lists(predecessors: readonly Contact[], successors: readonly Contact[]): void {
  const [predecessor = self, ...behind] = predecessors;
  context.setRing({ self, predecessor, successors: successors.length === 0 ? [self] : successors });
  context.setPredecessorsBehind(behind);
}

function pass(ms: number): boolean {
  let someDied = false;
  for (let left = ms; left > 0; left -= NOTE_TIME_MS) {
    nowMs += Math.min(left, NOTE_TIME_MS);
    someDied = coverage.noteTime(nowMs) || someDied;
  }
  return someDied;
}

function lose(phones: readonly Contact[], reason: 'dead' | 'left' = 'dead'): void {
  for (const phone of phones) context.drop(phone, reason);
  coverage.noteNeighbours();
}

/** Settles if the comparisons with these phones succeed and are enough; newcomers are those that never held anything. */
function settle(compared: readonly Contact[], newcomers: readonly Contact[] = []): boolean {
  const missing = coverage.missing()!;
  const comparisons: Comparison[] = sharedRanges(view, missing).map((range) => ({
    ...range,
    complete: [...compared, ...newcomers].some(({ id }) => id === range.partner.id),
    heldFrom: compared.some(({ id }) => id === range.partner.id) ? range.from : undefined,
    absent: absentForOthers,
  }));
  if (!isMajorityCompared({ view, coverage }, missing, comparisons)) return false;
  coverage.hold(missing.from);
  return true;
}

describe('what a phone holds', () => {
  it('is nothing until it has compared, and then all it is responsible for', () => {
    expect([coverage.settled, coverage.covers(key(45)), coverage.hasHeld(key(45))]).toEqual([false, false, false]);
    expect(coverage.missing()).toEqual({ from: b.id, to: self.id });
    coverage.hold(b.id);
    expect([coverage.settled, coverage.covers(key(45)), coverage.covers(key(15))]).toEqual([true, true, false]);
    expect(coverage.missing()).toBeUndefined();
  });

  it('is in doubt after a pause, but has been held', () => {
    coverage.hold(b.id);
    nowMs += 60_000;
    coverage.noteTime(nowMs);
    expect([coverage.settled, coverage.covers(key(45)), coverage.hasHeld(key(45))]).toEqual([false, false, true]);
    expect(coverage.missing()).toEqual({ from: b.id, to: self.id });
  });

  it('is of a range what lies behind where it begins to hold', () => {
    coverage.hold(b.id);
    expect(coverage.heldWithin(b.id, self.id)).toBe(b.id);
    expect(coverage.heldWithin(c.id, d.id)).toBe(c.id);
    expect(coverage.heldWithin(a.id, d.id)).toBe(b.id);
    expect(coverage.heldWithin(a.id, b.id)).toBeUndefined();
    expect(coverage.heldWithin(c.id, e.id)).toBeUndefined();
  });

  it('lacks what a neighbour kept that is gone, and keeps the rest', () => {
    coverage.hold(b.id);
    lose([d]);
    expect(coverage.missing()).toEqual({ from: a.id, to: b.id });
    expect([coverage.covers(key(45)), coverage.covers(key(15))]).toEqual([true, false]);
  });
});

describe('an absent phone', () => {
  beforeEach(() => coverage.hold(b.id));

  it('counts for nothing to a phone that has never held anything', () => {
    coverage = new Coverage(view);
    coverage.noteNeighbours();
    lose([e]);
    expect(coverage.absent).toBe(0);
  });

  it('counts until it has been silent for minutes, as this phone was running', () => {
    lose([e]);
    expect([coverage.absentIn(self.id, self.id), coverage.absentIn(f.id, d.id)]).toEqual([1, 0]);
    expect(pass(ABSENT_MS - 1)).toBe(false);
    expect(coverage.absentIn(self.id, self.id)).toBe(1);
    expect(pass(1)).toBe(true);
    expect(coverage.absentIn(self.id, self.id)).toBe(0);
    expect(pass(NOTE_TIME_MS)).toBe(false);
  });

  it('is not made a dead one by a clock that jumps', () => {
    lose([e]);
    nowMs += 3_600_000;
    expect(coverage.noteTime(nowMs)).toBe(false);
    expect(coverage.absentIn(self.id, self.id)).toBe(1);
    nowMs -= 7_200_000;
    coverage.noteTime(nowMs);
    expect(pass(ABSENT_MS - 1)).toBe(false);
    expect(pass(1)).toBe(true);
  });

  it('is none that others alone have dropped, for they say so', () => {
    lists([d, c, b, a], [f, g, h]);
    coverage.noteNeighbours();
    expect(coverage.absent).toBe(0);
  });

  it('is none that said goodbye, nor one that is back, whose writes are to be fetched first', () => {
    coverage.hold(b.id);
    lose([e], 'left');
    lose([f, g]);
    context.graveyard.hint(e.id); // somebody still takes it for alive
    context.drop(g, 'left'); // its goodbye came late
    expect(coverage.absentIn(self.id, self.id)).toBe(1);
    context.heard(f, nowMs);
    lists([d, c, b, a], [f, g, h]);
    coverage.noteNeighbours();
    expect([coverage.absentIn(self.id, self.id), coverage.settled]).toEqual([0, false]);
  });

  it('counts among the replicas of a ring that is smaller than there should be', () => {
    lists([d, c], [c, d, self]);
    coverage.noteNeighbours();
    const before = countedReplicas({ view, coverage });
    expect(countedReplicas({ view, coverage }, 5)).toBe(3);
    lose([c, d]);
    expect(view.successors()).toEqual([]);
    expect([before, countedReplicas({ view, coverage })]).toEqual([3, 3]);
    coverage = new Coverage(view);
    coverage.noteNeighbours();
    expect([0, 1, 5].map((absent) => countedReplicas({ view, coverage }, absent))).toEqual([1, 2, 3]);
  });
});

describe('a neighbour that is back', () => {
  const isBack = (): void => {
    context.heard(e, nowMs);
    lists([d, c, b, a], [e, f, g, h]);
    coverage.noteNeighbours();
  };

  beforeEach(() => {
    coverage.hold(b.id);
    lose([e]);
  });

  it('is an outsider if this phone went on without it, until both have been made equal', () => {
    coverage.forget([e.id]);
    isBack();
    expect([coverage.hasOutsiders, coverage.outsiderSinceMs(f.id)]).toEqual([true, undefined]);
    expect(coverage.outsiderSinceMs(e.id)).toBeGreaterThan(0);
    coverage.admit([e.id]);
    expect([coverage.hasOutsiders, coverage.outsiderSinceMs(e.id)]).toEqual([false, undefined]);
  });

  it('is one after minutes in any case', () => {
    pass(ABSENT_MS);
    isBack();
    expect(coverage.hasOutsiders).toBe(true);
  });

  it('is none if it was counted all the time', () => {
    isBack();
    expect(coverage.hasOutsiders).toBe(false);
  });

  it('is one since another time each time', () => {
    const times = [1, 2, 3].map(() => {
      lose([e]);
      coverage.forget([e.id]);
      isBack();
      return coverage.outsiderSinceMs(e.id);
    });
    expect(new Set(times).size).toBe(3);
  });
});

describe('a phone that a neighbour went on without', () => {
  it('has held nothing, and after it has compared it is not told the same again', () => {
    coverage.hold(b.id);
    coverage.renounce(e.id, 100);
    expect([coverage.settled, coverage.hasHeld(key(45))]).toEqual([false, false]);
    coverage.hold(b.id);
    coverage.renounce(e.id, 100);
    expect(coverage.settled).toBe(true);
    coverage.renounce(f.id, 100);
    expect(coverage.settled).toBe(false);
    coverage.hold(b.id);
    coverage.renounce(e.id, 200);
    expect(coverage.settled).toBe(false);
  });
});

describe('a comparison', () => {
  it('is enough with a majority of those that held the range', () => {
    // Of (b, c] c, d and this phone are to keep all, of (c, d] also e, of (d, self] e and f.
    expect(settle([c])).toBe(false);
    expect(settle([c, d])).toBe(false); // what this phone owns is on e and f alone
    expect(settle([c, d, e])).toBe(false);
    expect(settle([c, d, e, f])).toBe(true);
  });

  it('counts this phone itself when it has held the range, though it has doubts', () => {
    coverage.hold(b.id);
    coverage.loseAll();
    expect(settle([c])).toBe(false);
    expect(settle([d, e])).toBe(true);
  });

  it('with newcomers says nothing, for them or against', () => {
    expect(settle([c, e], [d, f])).toBe(true);
  });

  it('with a majority of newcomers is all that can be done where nobody has held the range', () => {
    expect(settle([], [c])).toBe(false);
    expect(settle([], [c, d, e, f])).toBe(true);
  });

  it('with newcomers is not enough where one is absent that may have held all', () => {
    coverage.hold(d.id); // what it owns, and nothing else
    lose([e]);
    expect(settle([], [c, d, f, g])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([], [c, d, f, g])).toBe(true);
  });

  it('is not enough while most of those that held the range are absent', () => {
    coverage.hold(b.id);
    lose([d, c]);
    expect(coverage.missing()!.to).toEqual(b.id);
    // Of b, c and d, which kept (a, b], only b is left; this phone and e are new there.
    expect(settle([b], [e])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([b], [e])).toBe(true);
  });

  it('is not enough where all that keep the range are back from elsewhere, and those that kept it instead are absent', () => {
    coverage.hold(b.id);
    lose([h]); // no replica of anything that this phone is to keep, as long as e and f are there
    coverage.renounce(e.id, 100);
    expect(settle([], [c, d, e, f])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([], [c, d, e, f])).toBe(true);
  });

  it('is not enough while the absent one is behind this phone', () => {
    coverage.hold(a.id);
    coverage.loseAll();
    lose([f]);
    // What this phone owns, and is new to, f kept; e and g are new to it, too.
    expect(settle([c, d], [e, g])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([c, d], [e, g])).toBe(true);
  });

  it('is not enough for one that has just started where others know of absent ones', () => {
    absentForOthers = 3;
    expect(settle([c, e], [d, f])).toBe(false);
    expect(settle([c, d, e, f])).toBe(true);
  });

  it('is none for a phone that is left alone, until the others count no more', () => {
    coverage.hold(b.id);
    lose([a, b, c, d, e, f, g, h]);
    expect(coverage.missing()).toEqual({ from: self.id, to: b.id });
    expect(settle([])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([])).toBe(true);
    expect(coverage.settled).toBe(true);
  });

  it('counts a phone once that both follows and precedes this one, as may be while most have just gone', () => {
    coverage.hold(b.id);
    lose([a, c, d, e, f]);
    lists([b, h, g], [b]);
    coverage.noteNeighbours();
    // What lies between h and b is kept by b alone.
    expect(sharedRanges(view, coverage.missing()!).map(({ partner }) => partner)).toEqual([b, b, h]);
    expect(settle([b, h])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([b, h])).toBe(true);
  });

  it('is none for a newcomer that is cut off before it knew of anything', () => {
    lose([a, b, c, d, e, f, g, h]);
    expect(coverage.absent).toBe(0);
    expect(settle([])).toBe(false);
    pass(ABSENT_MS);
    expect(settle([])).toBe(true);
  });

  it('is not wanted of a phone that begins a ring', () => {
    lists([], []);
    coverage = new Coverage(view);
    coverage.noteNeighbours();
    expect(settle([])).toBe(true);
  });
});
