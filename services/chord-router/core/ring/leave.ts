/** A graceful leave: records are handed over first, then the neighbours on both sides are told. */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, type Fiber, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Calls } from '../calls.ts';
import type { RingContext } from './ring-context.ts';

/** Leaves the ring; the phone answers as before while it hands over. No effect on a phone that is not a member. */
export function* leaveRing(context: RingContext, calls: Calls, handOver: Task<void>): Task<void> {
  if (context.phase === 'leaving' || context.phase === 'gone') return;
  const wasMember = context.phase === 'member';
  context.phase = 'leaving';
  context.tell({ type: 'leaving' });
  if (wasMember) {
    yield* handOver;
    context.phase = 'gone';
    yield* tellNeighbours(context, calls);
  }
  context.phase = 'gone';
  context.pace.hurry();
  context.tell({ type: 'left' });
}

function* tellNeighbours(context: RingContext, calls: Calls): Task<void> {
  const { ring, successors, predecessors } = context;
  const neighbours = new Map<string, Contact>([...predecessors, ...successors].map((contact) => [contact.id, contact]));
  const request = { type: 'leaving', predecessor: ring.predecessor, successors: ring.successors } as const;
  const told: Fiber<unknown>[] = [];
  for (const neighbour of neighbours.values()) {
    told.push(yield* spawn(calls.attempt<'leaving'>(neighbour, request), 'say goodbye'));
  }
  yield* all(told);
}
