/** A graceful leave: each zone is handed to the sibling's owner, or else to the neighbour with the least, then goodbye. */
import { all, now, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import type { Exchanges } from '../heartbeat/exchange.ts';
import { handOver } from './grant.ts';
import { heirsOf } from './heir.ts';

/** Neighbours tried for each zone. */
const HEIRS = 3;

/** Leaves the CAN. What nobody takes is left behind like a dead phone's. No effect on one that is no member. */
export function* leaveCan(context: CanContext, calls: Calls, exchanges: Exchanges): Task<void> {
  if (context.phase === 'leaving' || context.phase === 'gone') return;
  context.phase = 'leaving';
  for (const { zone } of context.territory.held) {
    for (const heir of heirsOf(context, zone).slice(0, HEIRS)) {
      if (yield* handOver(context, calls, zone, heir, 'leave')) break;
    }
  }
  const neighbours = [...context.neighbours.values()];
  context.territory.clear();
  context.territoryChanged(yield* now());
  context.toMeet.clear();
  context.phase = 'gone';
  const goodbyes = [];
  for (const neighbour of neighbours) goodbyes.push(yield* spawn(exchanges.with(neighbour), 'say goodbye'));
  yield* all<unknown>(goodbyes);
  context.changed.notify();
}
