/**
 * Looking up who owns a key: this phone's tables may know; a question passed on is quickest where they are sparse
 * (forward.ts); asking phone by phone is surest (iterative-lookup.ts), and takes over where passing on fails or takes
 * long.
 */
import { type Fiber, first, now, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import { between, type Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import type { ForwardedLookup } from '../message.ts';
import type { RingContext } from '../ring/ring-context.ts';
import type { Hop, LookupOutcome } from '../ring-view.ts';
import { Forwarding } from './forward.ts';
import { replicasOf, searchFromTables } from './iterative-lookup.ts';
import { typicalRoundTripMs } from './next-phone.ts';
import { MAX_CLOSER, sureOwner } from './own-answer.ts';

/** Below this share of the ring a table is sparse that has room for all of it. */
const KNOWN_SHARE = 0.25;
/** Typical round trips that a forwarded lookup has before the key is looked up phone by phone beside it. */
const PATIENT_ROUND_TRIPS = 5;
const NOBODY: LookupOutcome = { owner: undefined, replicas: [], late: [], hops: [], milliseconds: 0 };

/** Looks up a key. */
export function* lookup(context: RingContext, calls: Calls, key: Id): Task<LookupOutcome> {
  const outcome = yield* find(context, calls, key);
  context.tell({
    type: 'looked-up',
    key,
    found: outcome.owner !== undefined,
    hops: outcome.hops.length,
    timeouts: outcome.hops.filter((hop) => hop.outcome === 'timeout' || hop.outcome === 'unreachable').length,
    milliseconds: outcome.milliseconds,
  });
  return outcome;
}

function* find(context: RingContext, calls: Calls, key: Id): Task<LookupOutcome> {
  if (context.phase !== 'joining' && !context.isAdrift) {
    const sure = sureOwner(context, key);
    if (sure !== undefined)
      return { ...replicasOf(context, sure.owner, sure.ownerSuccessors), late: [], hops: [], milliseconds: 0 };
    if (context.settings.forwardLookups && isSparse(context)) return yield* forwardFirst(context, calls, key);
  }
  return yield* searchFromTables(context, calls, key);
}

/** Whether the table had no room for the whole ring, or has not met most of it. */
function isSparse({ phones, settings, estimatedSize }: RingContext): boolean {
  return phones.size >= settings.knownPhones || phones.size < KNOWN_SHARE * estimatedSize;
}

/** Passes the question on; after a while, or when that fails, asks phone by phone as well. */
function* forwardFirst(context: RingContext, calls: Calls, key: Id): Task<LookupOutcome> {
  const startedMs = yield* now();
  const forwarded = yield* spawn(passOn(context, calls, key), 'forwarded lookup');
  const patience = yield* spawn(sleep(PATIENT_ROUND_TRIPS * typicalRoundTripMs(context)), 'patience');
  yield* first<unknown>([forwarded, patience]);
  if (forwarded.result?.owner !== undefined) return forwarded.result;
  const step = yield* spawn(searchFromTables(context, calls, key), 'iterative lookup');
  let last: LookupOutcome = NOBODY;
  for (let waits: Fiber<LookupOutcome>[] = forwarded.done ? [step] : [forwarded, step]; waits.length > 0; ) {
    const done = yield* first(waits);
    last = done.result ?? last;
    if (last.owner !== undefined) break;
    waits = waits.filter((fiber) => fiber !== done);
  }
  return { ...last, milliseconds: Math.max(0, (yield* now()) - startedMs) };
}

function* passOn(context: RingContext, calls: Calls, key: Id): Task<LookupOutcome> {
  const startedMs = yield* now();
  const found = yield* new Forwarding(context, calls).begin(key, context.settings.lookupDeadlineMs);
  if (found === undefined) return NOBODY;
  // Those near the key are worth knowing, and where an iterative lookup then begins.
  for (const contact of found.closer.slice(0, MAX_CLOSER))
    if (between(context.self.id, contact.id, key)) context.learn(contact);
  const milliseconds = Math.max(0, (yield* now()) - startedMs);
  if (found.owner === undefined) return { ...NOBODY, milliseconds };
  context.learn(found.owner);
  return { ...replicasOf(context, found.owner, found.ownerSuccessors), late: [], hops: hopsOf(found), milliseconds };
}

/** What each phone of the trail took by itself. */
function hopsOf({ trail }: ForwardedLookup): Hop[] {
  return trail.map(({ phone, milliseconds }, i) => ({
    phone,
    namedBy: trail[i - 1]?.phone,
    milliseconds: Math.max(0, milliseconds - (trail[i + 1]?.milliseconds ?? 0)),
    outcome: i + 1 === trail.length ? 'owner' : 'closer',
  }));
}
