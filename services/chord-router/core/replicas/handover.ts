/** What a phone has is to be on others: before it leaves, and before it says goodbye for what it was elsewhere. */
import type { Contact } from '../../../shared/core/contact.ts';
import { cancel, type Fiber, first, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { RecordKeeper } from '../record-keeper.ts';
import { type SharedRange, sharedRanges } from './shared-range.ts';
import { offerStrays } from './strays.ts';
import { RangeSync } from './sync.ts';

/** How long a leave waits for slow phones; repair does the rest from the other replicas. */
const HANDOVER_MS = 10_000;

/**
 * Pushes to each successor the range that becomes its duty, and brings what lies here astray to its replicas. Ends when
 * all have it or time is up.
 */
export function* handOver(keeper: RecordKeeper): Task<void> {
  let running: Fiber<unknown>[] = [yield* spawn(offerStrays(keeper), 'offer strays')];
  for (const range of inheritances(keeper)) running.push(yield* spawn(handTo(keeper, range), 'hand over'));
  const timer = yield* spawn(sleep(HANDOVER_MS), 'handover deadline');
  while (running.length > 0 && !timer.done) {
    yield* first<unknown>([...running, timer]);
    running = running.filter(({ done }) => !done);
  }
  for (const fiber of [timer, ...running]) yield* cancel(fiber);
}

/**
 * Without this phone, its successor s_j becomes the last replica of (p_(r-j+1), p_(r-j)], p_0 being this phone. What
 * follows up to this phone s_j has as well, unless this phone is in doubt: then it may have the only copy of any of it.
 */
function inheritances({ coverage, view }: RecordKeeper): readonly SharedRange[] {
  const { replication } = view.settings;
  const successors: readonly Contact[] = view.successors().slice(0, replication);
  const all = view.responsibleFrom();
  if (all === view.self.id) return successors.map((partner) => ({ partner, from: all, to: all }));
  const line = [view.self, ...view.predecessors()];
  return successors.flatMap((partner, i) => {
    const from = line[replication - i];
    const to = coverage.settled ? line[replication - i - 1] : view.self;
    return from === undefined || to === undefined ? [] : [{ partner, from: from.id, to: to.id }];
  });
}

function* handTo(keeper: RecordKeeper, { partner, from, to }: SharedRange): Task<void> {
  const sync = new RangeSync(keeper, partner, { direction: 'push', sparesUnsettled: false });
  const { pushed } = yield* sync.run(from, to);
  keeper.view.tell({ type: 'range-handed-over', to: partner, records: pushed });
}

/** Brings those that keep parts of what this phone keeps what they lack of it. False when one lacks it still, or there is none. */
export function* shareAll(keeper: RecordKeeper): Task<boolean> {
  const { view } = keeper;
  const ranges = sharedRanges(view, { from: view.responsibleFrom(), to: view.self.id });
  let isShared = ranges.length > 0;
  for (const { partner, from, to } of ranges) {
    const sync = new RangeSync(keeper, partner, { direction: 'push', sparesUnsettled: false });
    const { complete } = yield* sync.run(from, to);
    isShared &&= complete;
  }
  return isShared;
}
