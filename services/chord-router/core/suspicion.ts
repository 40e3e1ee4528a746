/** How the ring confirms a suspicion (shared/core/suspicion.ts), and what it does about a phone that is dead. */
import { now } from '../../shared/core/effect.ts';
import { Suspicion } from '../../shared/core/suspicion.ts';
import type { Calls } from './calls.ts';
import type { RingContext } from './ring-context.ts';

export function suspicionOf(context: RingContext, calls: Calls): Suspicion {
  return new Suspicion({
    isDead: (id) => context.isDead(id),
    ping: (contact) => calls.attempt<'ping'>(contact, { type: 'ping' }),
    helpersFor(target) {
      const { successors, predecessors, phones } = context;
      const near = [...successors, ...predecessors].filter(({ id }) => id !== target && phones.isAlive(id));
      return [...new Map(near.map((contact) => [contact.id, contact])).values()];
    },
    probeThrough: (helper, target) => calls.attempt<'probe-for'>(helper, { type: 'probe-for', target }),
    heardAtMs: (id) => context.phones.get(id)?.heardAtMs,
    *foundAlive(contact) {
      context.heard(contact, yield* now());
    },
    *foundDead(contact) {
      context.drop(contact, 'dead');
      context.news.add('gone', contact, yield* now(), true);
      context.pace.hurry();
    },
  });
}
