import { describe, expect, it } from 'vitest';
import { OneOutcome } from '../../../services/shared/core/one-outcome.ts';

/** An outcome with what became of it: what was handed on, and how often its source was stopped. */
function watched(): { readonly outcome: OneOutcome<string>; readonly handed: string[]; stops: number } {
  const handed: string[] = [];
  const outcome = new OneOutcome<string>({ resume: (value) => handed.push(value) });
  return { outcome, handed, stops: 0 };
}

describe('one outcome', () => {
  it('is handed on, and what brought it is stopped', () => {
    const watch = watched();
    watch.outcome.stopBy(() => (watch.stops += 1));
    watch.outcome.resume('first');
    watch.outcome.resume('second');
    expect([watch.handed, watch.stops]).toEqual([['first'], 1]);
  });

  it('is not handed on once it was cancelled', () => {
    const watch = watched();
    watch.outcome.stopBy(() => (watch.stops += 1));
    watch.outcome.cancel();
    watch.outcome.cancel();
    watch.outcome.resume('late');
    expect([watch.handed, watch.stops]).toEqual([[], 1]);
  });

  it('stops at once what it gets to stop after it is there', () => {
    const watch = watched();
    watch.outcome.resume('at once');
    watch.outcome.stopBy(() => (watch.stops += 1));
    expect([watch.handed, watch.stops]).toEqual([['at once'], 1]);
  });

  it('is stopped before it is handed on, so that whoever gets it may begin anew', () => {
    const order: string[] = [];
    const outcome = new OneOutcome<string>({ resume: (value) => order.push(value) });
    outcome.stopBy(() => order.push('stopped'));
    outcome.resume('handed on');
    expect(order).toEqual(['stopped', 'handed on']);
  });

  it('needs nothing to stop', () => {
    const watch = watched();
    watch.outcome.resume('first');
    expect(watch.handed).toEqual(['first']);
  });
});
