/** How the CAN confirms a suspicion (shared/core/suspicion.ts), and what it does about a phone that is dead. */
import { now } from '../../../shared/core/effect.ts';
import type { SuspicionParts } from '../../../shared/core/suspicion.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';

export function suspicionParts(context: CanContext, calls: () => Calls): SuspicionParts {
  return {
    isDead: (id) => !context.neighbours.has(id),
    health: context.health,
    ping: (contact) => calls().ping(contact),
    /** Those that border on it, too, first: they ask it in any case. */
    helpersFor(target) {
      const alive = [...context.neighbours.values()].filter(
        ({ contact, state }) => contact.id !== target && state === 'alive',
      );
      const common = alive.filter(({ known }) => known.has(target));
      return (common.length > 0 ? common : alive).map(({ contact }) => contact);
    },
    probeThrough: (helper, target) => calls().probeThrough(helper, target),
    heardAtMs: (id) => context.neighbours.get(id)?.heardAtMs,
    *foundAlive({ id }) {
      const neighbour = context.neighbours.get(id);
      if (neighbour === undefined) return;
      if (neighbour.state === 'suspected') neighbour.state = 'alive';
      neighbour.heardAtMs = yield* now();
      context.meetSoon(neighbour);
    },
    *foundDead({ id }) {
      const neighbour = context.neighbours.get(id);
      if (neighbour !== undefined) context.bury(neighbour, yield* now());
    },
  };
}
