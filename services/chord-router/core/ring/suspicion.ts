/** How the ring confirms a suspicion (shared/core/suspicion.ts), and what it does about a phone that is dead. */
import type { Contact } from '../../../shared/core/contact.ts';
import { detach, now, type Task } from '../../../shared/core/effect.ts';
import { Suspicion } from '../../../shared/core/suspicion.ts';
import type { Calls } from '../calls.ts';
import type { RingContext } from './ring-context.ts';

export function suspicionOf(context: RingContext, calls: Calls): Suspicion {
  return new Suspicion({
    isDead: (id) => context.isDead(id),
    health: context.health,
    ping: (contact) => calls.attempt<'ping'>(contact, { type: 'ping' }, calls.carefulTimeoutMs(contact)),
    helpersFor(target) {
      const { successors, predecessors, phones } = context;
      const near = [...successors, ...predecessors].filter(({ id }) => id !== target && phones.isAlive(id));
      return [...new Map(near.map((contact) => [contact.id, contact])).values()];
    },
    probeThrough(helper, target) {
      // Also that it is not reached is an answer, and it comes once the helper has waited for the target.
      const timeoutMs = calls.carefulTimeoutMs(helper) + context.settings.callTimeoutMaxMs;
      return calls.attempt<'probe-for'>(helper, { type: 'probe-for', target }, timeoutMs);
    },
    heardAtMs: (id) => context.phones.get(id)?.heardAtMs,
    *foundAlive(contact) {
      context.answered(contact, yield* now());
    },
    foundDead: (contact) => drop(context, calls, contact),
  });
}

/** Of a first successor's death this phone tells all; of another's, the phone before it, which looks for itself. */
function* drop(context: RingContext, calls: Calls, contact: Contact): Task<void> {
  const { self, successor } = context;
  context.drop(contact, 'dead');
  context.pace.hurry();
  if (successor.id === contact.id) {
    context.news.begin({ kind: 'gone', id: contact.id }, self.id, yield* now());
    return;
  }
  const [before] = context.phones.closestPreceding(contact.id, 1);
  if (before === undefined) return;
  yield* detach(calls.attempt<'tell'>(before, { type: 'tell', joined: [], gone: [contact.id] }), 'tell of a death');
}
