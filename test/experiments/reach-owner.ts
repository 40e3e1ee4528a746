/** From a key to the first living phone at or after it, while nobody has noticed who is dead. */
import type { Calls } from '../../services/chord-router/core/calls.ts';
import { lookup } from '../../services/chord-router/core/lookup.ts';
import type { RingContext } from '../../services/chord-router/core/ring-context.ts';
import type { Hop } from '../../services/chord-router/core/ring-view.ts';
import type { Contact } from '../../services/shared/core/contact.ts';
import { cancel, type Fiber, first, now, sleep, spawn, type Task } from '../../services/shared/core/effect.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { RTT_MS } from './static-ring.ts';

/** How long a phone nearer to the key is waited for once one behind it has answered. */
const SECOND_THOUGHT_MS = 1.2 * RTT_MS;

/** What one lookup, to the first living phone at or after a key, cost. */
export interface Reached {
  readonly owner: Id | undefined;
  /** Steps of the route that led to the owner's name: phones each of which was named by the one before. */
  readonly path: number;
  /** Phones that answered, on that route or beside it. */
  readonly answered: number;
  readonly dead: number;
  readonly milliseconds: number;
}

/** Looks a key up and then finds which of the phones named for it lives: the first of them in ring order. */
export function* reachOwner(context: RingContext, calls: Calls, key: Id): Task<Reached> {
  const startedMs = yield* now();
  const { replicas, hops } = yield* lookup(context, calls, key);
  const silent = new Set(hops.filter(({ outcome }) => outcome === 'timeout').map(({ phone }) => phone.id));
  const heard = new Set(hops.filter(({ outcome }) => outcome !== 'timeout').map(({ phone }) => phone.id));
  let asked = 0;
  const wave = Math.max(1, context.settings.lookupParallelism);
  const open = replicas.filter(({ id }) => !silent.has(id));
  let owner: Id | undefined;
  for (let i = 0; i < open.length && owner === undefined; i += wave) {
    const batch = open.slice(i, i + wave);
    const { living, dead } = yield* firstLiving(context, calls, batch, heard);
    asked += dead;
    owner = living?.id;
  }
  const milliseconds = (yield* now()) - startedMs;
  // The ping that finds the owner alive is no step of the path: a paper's lookup ends with the owner's name.
  const ownPing = owner === undefined || owner === context.self.id || heard.has(owner) ? 0 : RTT_MS;
  return {
    owner,
    path: routeLength(hops),
    answered: heard.size,
    dead: silent.size + asked,
    milliseconds: milliseconds - ownPing,
  };
}

/** From the phone that named the owner (the last nearest one, if none was sure) back to one of the asker's own tables. */
function routeLength(hops: readonly Hop[]): number {
  const answered = hops.filter(({ outcome }) => outcome !== 'timeout');
  const byId = new Map(answered.map((hop) => [hop.phone.id, hop]));
  let hop = answered.findLast(({ outcome }) => outcome === 'owner') ?? answered.at(-1);
  let length = 0;
  for (; hop !== undefined && length < answered.length; length++) {
    hop = hop.namedBy === undefined ? undefined : byId.get(hop.namedBy.id);
  }
  return length;
}

/** Pings all of a batch at once and waits for those before the first that answers. */
function* firstLiving(
  context: RingContext,
  calls: Calls,
  batch: readonly Contact[],
  heard: ReadonlySet<Id>,
): Task<{ readonly living: Contact | undefined; readonly dead: number }> {
  const pings: Fiber<boolean>[] = [];
  for (const phone of batch) {
    const isHeard = heard.has(phone.id) || phone.id === context.self.id;
    pings.push(yield* spawn(answers(calls, phone, isHeard), 'ping'));
  }
  let patience: Fiber<unknown> | undefined;
  for (;;) {
    const waiting = pings.filter(({ done }) => !done);
    const living = pings.findIndex(({ done, result }) => done && result === true);
    if (waiting.length === 0 || patience?.done) {
      const count = living < 0 ? batch.length : living;
      for (const ping of waiting) yield* cancel(ping);
      return { living: living < 0 ? undefined : batch[living], dead: count };
    }
    // Once one answered, those nearer to the key get a little longer than an answer takes.
    if (living >= 0) patience ??= yield* spawn(sleep(SECOND_THOUGHT_MS), 'patience');
    yield* first<unknown>(patience === undefined ? waiting : [...waiting, patience]);
  }
}

function* answers(calls: Calls, phone: Contact, isHeard: boolean): Task<boolean> {
  return isHeard || (yield* calls.attempt<'ping'>(phone, { type: 'ping' })).ok;
}
