/**
 * Goodbyes for ids that this phone has left behind. A phone whose address changes comes back under another id, with what it
 * kept, and to its former neighbours the former one is a phone that fell silent: for minutes it would count among the
 * replicas of all that lay there (docs/decisions/absent-replicas-count.md). Once what it kept there is where it belongs, the
 * phone says goodbye for it, as one that leaves does for itself. That both ids are of one key is for the link to prove.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, type Fiber, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import { lookup } from '../lookup/lookup.ts';
import type { RingContext } from './ring-context.ts';

/** Former ids that a phone says goodbye for, at most: the last ones. */
export const MOST_FORMER = 8;
/** Pauses before the rounds in which those are told that have not heard it yet, ms. */
const ROUND_PAUSES_MS = [0, 1_000, 4_000];

/** Says goodbye for each; in one that nobody there answers to, the former neighbours will take it for dead. */
export function* sayFarewells(context: RingContext, calls: Calls, former: readonly Contact[]): Task<void> {
  const known = former.filter(({ id }) => id !== context.self.id).slice(-MOST_FORMER);
  for (const contact of known) yield* sayFarewell(context, calls, contact);
}

function* sayFarewell(context: RingContext, calls: Calls, former: Contact): Task<void> {
  const told = new Set<Id>();
  context.drop(former, 'left');
  for (const pauseMs of ROUND_PAUSES_MS) {
    if (pauseMs > 0) yield* sleep(pauseMs);
    const telling: Fiber<void>[] = [];
    for (const neighbour of yield* neighboursOf(context, calls, former.id)) {
      if (neighbour.id === context.self.id || told.has(neighbour.id)) continue;
      telling.push(yield* spawn(tell(calls, neighbour, former, told), 'say goodbye'));
    }
    yield* all(telling);
  }
  // Where nobody has heard it, it is for the next start to say.
  if (told.size > 0) context.tell({ type: 'said-farewell', former });
}

/** Those that have the place among their neighbours: its owner and the owner's own. */
function* neighboursOf(context: RingContext, calls: Calls, place: Id): Task<readonly Contact[]> {
  const { owner } = yield* lookup(context, calls, place);
  if (owner === undefined) return [];
  const outcome = yield* calls.ask<'ask-neighbours'>(owner, { type: 'ask-neighbours' });
  if (!outcome.ok) return [owner];
  const most = context.settings.successors;
  const { successors, predecessors } = outcome.reply;
  return [
    ...new Map([owner, ...successors.slice(0, most), ...predecessors.slice(0, most)].map((c) => [c.id, c])).values(),
  ];
}

function* tell(calls: Calls, neighbour: Contact, former: Contact, told: Set<Id>): Task<void> {
  const outcome = yield* calls.attempt<'moved'>(neighbour, { type: 'moved', former });
  if (outcome.ok) told.add(neighbour.id);
}
