/** From a key to the first living phone at or after it, while nobody has noticed who is dead. */
import type { Calls } from '../../services/chord-router/core/calls.ts';
import { lookup } from '../../services/chord-router/core/lookup/lookup.ts';
import type { RingContext } from '../../services/chord-router/core/ring/ring-context.ts';
import type { Hop } from '../../services/chord-router/core/ring-view.ts';
import type { Contact } from '../../services/shared/core/contact.ts';
import { cancel, type Fiber, first, now, sleep, spawn, type Task } from '../../services/shared/core/effect.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { RTT_MS } from './static-ring.ts';

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
  const { replicas, late, hops } = yield* lookup(context, calls, key);
  const timedOut = hops.filter(({ outcome }) => outcome === 'timeout').map(({ phone }) => phone.id);
  const silent = new Set([...timedOut, ...late.map(({ id }) => id)]);
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
    path: routeLength(hops, owner),
    answered: heard.size,
    dead: silent.size + asked,
    milliseconds: milliseconds - ownPing,
  };
}

/**
 * From the phone that named the owner back to one of the asker's own tables; from the owner itself if it was asked after
 * that whether it lives, or if nobody was sure and a list named it.
 */
function routeLength(hops: readonly Hop[], owner: Id | undefined): number {
  const answered = hops.filter(({ outcome }) => outcome !== 'timeout');
  const byId = new Map(answered.map((hop) => [hop.phone.id, hop]));
  const sure = answered.findLast(({ outcome }) => outcome === 'owner');
  const last = owner === undefined ? undefined : byId.get(owner);
  const isAfter = last !== undefined && last.namedBy?.id === sure?.phone.id;
  let hop = sure === undefined || isAfter ? (last ?? answered.at(-1)) : sure;
  let length = 0;
  for (; hop !== undefined && length < answered.length; length++) {
    hop = hop.namedBy === undefined ? undefined : byId.get(hop.namedBy.id);
  }
  return length;
}

/** Pings all of a batch at once; ends when one answered and those before it are dead, or later than they should be. */
function* firstLiving(
  context: RingContext,
  calls: Calls,
  batch: readonly Contact[],
  heard: ReadonlySet<Id>,
): Task<{ readonly living: Contact | undefined; readonly dead: number }> {
  const pings: Fiber<boolean>[] = [];
  const patiences: Fiber<unknown>[] = [];
  for (const phone of batch) {
    const isHeard = heard.has(phone.id) || phone.id === context.self.id;
    pings.push(yield* spawn(answers(calls, phone, isHeard), 'ping'));
    patiences.push(yield* spawn(sleep(calls.patienceMs(phone)), 'patience'));
  }
  for (;;) {
    const living = pings.findIndex(({ done, result }) => done && result === true);
    const open = pings.map((_, i) => i).filter((i) => !pings[i]!.done && (living < 0 || i < living));
    const waits = open.flatMap((i) =>
      living < 0 ? [pings[i]!] : patiences[i]!.done ? [] : [pings[i]!, patiences[i]!],
    );
    if (waits.length === 0) {
      for (const fiber of [...pings, ...patiences]) yield* cancel(fiber);
      return { living: batch[living], dead: living < 0 ? batch.length : living };
    }
    yield* first<unknown>(waits);
  }
}

function* answers(calls: Calls, phone: Contact, isHeard: boolean): Task<boolean> {
  return isHeard || (yield* calls.attempt<'ping'>(phone, { type: 'ping' })).ok;
}
