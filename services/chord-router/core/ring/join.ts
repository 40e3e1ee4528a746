/**
 * Joining: finds the member m that precedes this phone, copies its list and takes it as predecessor (Zave's Join).
 * Entry points are tried again and again with growing pauses; a phone without any starts a ring of its own.
 *
 * Phones that all start together and have the same seeds agree on who starts the ring without a word: the one whose
 * address comes first among those that the seeds stand for.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { identify, random, resolve, sleep, type Task } from '../../../shared/core/effect.ts';
import { between } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import { type Search, search } from '../lookup/iterative-lookup.ts';
import type { Neighbours } from '../message.ts';
import { aloneState, join, type RingState } from './ring.ts';
import { byDistanceTo, type RingContext } from './ring-context.ts';

export interface EntryPoints {
  /** `host:port` of peer APIs. Never given up: a phone that has some waits for one of them. */
  readonly seeds: readonly string[];
  /** Phones met in an earlier life. Given up after a few attempts if there are no seeds. */
  readonly remembered: readonly Contact[];
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/** Remembered phones tried in one attempt, and at most so many of those met in attempts before. */
const REMEMBERED_A_TIME = 8;
/** After this many attempts the phone that is first among its seeds starts the ring, whoever else is joining … */
const ATTEMPTS_AS_FIRST = 2;
/** … or if none of the others answers: they may be there, and only slow. */
const ATTEMPTS_AS_FIRST_UNHEARD = 4;
/** After this many a phone starts a ring alone if nobody answers and it has no seeds. */
const ATTEMPTS_UNHEARD = 3;
/** … or if all who answer are joining themselves, as when a whole ring restarts. Those rings then merge. */
const ATTEMPTS_AMONG_JOINING = 6;
/** The same where somebody else is first among the seeds, and should start the ring: about a minute. */
const ATTEMPTS_BEHIND_FIRST = 12;
/** Steps along successors from where the lookup ended to the predecessor. */
const MAX_STEPS = 32;

/** `busy`: there is a ring, but its members do not agree on this phone's place yet. */
type Attempt = 'joined' | 'busy' | 'refused' | 'unheard';
/** This phone's place among the addresses of its seeds; `none`: nobody knows what they stand for. */
type Rank = 'only' | 'first' | 'behind' | 'none';

/** Ends when this phone is on a ring; tells how many attempts that took. */
export function* joinRing(context: RingContext, calls: Calls, entries: EntryPoints): Task<number> {
  if (entries.seeds.length === 0 && entries.remembered.length === 0) {
    context.founded = true;
    beginRing(context);
    return 0;
  }
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempts = 1; ; attempts++) {
    const outcome = yield* tryEntries(context, calls, entries, attempts);
    if (outcome === 'joined') return attempts;
    const rank = outcome === 'busy' ? 'behind' : yield* rankAmong(context.self, entries.seeds);
    if (isHopeless(outcome, attempts, rank, entries)) {
      context.founded ||= rank === 'first' || rank === 'only';
      beginRing(context);
      return attempts;
    }
    yield* sleep(pauseMs * (0.5 + (yield* random())));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function beginRing(context: RingContext): void {
  context.setRing(aloneState(context.self));
  context.placement.complete();
}

function* rankAmong(self: Contact, seeds: readonly string[]): Task<Rank> {
  const addresses = new Set<string>();
  for (const seed of seeds) for (const address of yield* resolve(seed)) addresses.add(address);
  const [first] = [...addresses].sort();
  if (first === undefined) return 'none';
  if (first !== self.address) return 'behind';
  return addresses.size === 1 ? 'only' : 'first';
}

/** Whether to start a ring alone instead of trying on. */
function isHopeless(outcome: Attempt, attempts: number, rank: Rank, { seeds }: EntryPoints): boolean {
  if (outcome === 'busy') return false;
  if (rank === 'only') return attempts >= ATTEMPTS_AS_FIRST;
  if (rank === 'first') return attempts >= (outcome === 'refused' ? ATTEMPTS_AS_FIRST : ATTEMPTS_AS_FIRST_UNHEARD);
  if (outcome === 'refused') return attempts >= (rank === 'behind' ? ATTEMPTS_BEHIND_FIRST : ATTEMPTS_AMONG_JOINING);
  return seeds.length === 0 && attempts >= ATTEMPTS_UNHEARD;
}

function* tryEntries(
  context: RingContext,
  calls: Calls,
  { seeds, remembered }: EntryPoints,
  attempt: number,
): Task<Attempt> {
  const met = context.phones.all();
  let best: Attempt = 'unheard';
  for (const contact of inTurn(remembered, attempt)) {
    best = better(best, yield* joinThrough(context, calls, contact));
    if (best === 'joined') return best;
  }
  for (const address of seeds) {
    if (address === context.self.address) continue;
    const contact = yield* identify(address, context.settings.callTimeoutMaxMs);
    if (contact === undefined) continue;
    best = better(best, yield* joinThrough(context, calls, contact));
    if (best === 'joined') return best;
  }
  // The seeds may have gone since they told of others.
  if (best !== 'unheard') return best;
  for (const { contact } of inTurn(met, attempt)) {
    best = better(best, yield* joinThrough(context, calls, contact));
    if (best === 'joined') return best;
  }
  return best;
}

/** Those to be tried in this attempt: the next ones of all, round and round. */
function inTurn<T>(all: readonly T[], attempt: number): readonly T[] {
  const turn = ((attempt - 1) * REMEMBERED_A_TIME) % Math.max(all.length, 1);
  return all.slice(turn, turn + REMEMBERED_A_TIME);
}

const ATTEMPTS_BEST_FIRST: readonly Attempt[] = ['joined', 'busy', 'refused', 'unheard'];

function better(a: Attempt, b: Attempt): Attempt {
  return ATTEMPTS_BEST_FIRST.indexOf(a) < ATTEMPTS_BEST_FIRST.indexOf(b) ? a : b;
}

function* joinThrough(context: RingContext, calls: Calls, entry: Contact): Task<Attempt> {
  if (entry.id === context.self.id) return 'unheard';
  const found = yield* search(context, calls, context.self.id, [entry]);
  const nearby = phonesNear(context.self, found);
  if (nearby.length === 0) return found.hops.some(({ outcome }) => outcome === 'refused') ? 'refused' : 'unheard';
  let place: FoundPlace | undefined;
  for (const near of nearby) place ??= yield* findPlace(context, calls, near);
  if (place === undefined) return 'busy';
  context.setRing(place.state);
  context.setPredecessorsBehind(place.behind);
  return 'joined';
}

/**
 * Where to begin to look for this phone's place. The owner may know nobody before it: then whoever named it does, for it
 * lies before its successor. If nobody names an owner, because the phone behind this place still takes this one, from its
 * former life, for its predecessor, the nearest phone before it that answered knows what follows.
 */
function phonesNear(self: Contact, { owner, namedBy, hops }: Search): readonly Contact[] {
  if (owner !== undefined && namedBy !== undefined) return owner.id === self.id ? [namedBy] : [owner, namedBy];
  const answered = hops.filter(({ outcome }) => outcome === 'closer').map(({ phone }) => phone);
  return answered.sort(byDistanceTo(self.id)).slice(0, 1);
}

interface FoundPlace {
  readonly state: RingState;
  /** The predecessors of the new predecessor: what this phone keeps records of follows from them. */
  readonly behind: readonly Contact[];
}

/**
 * Goes from a phone at or near this one's place to the member before it. A ring that still remembers this phone from
 * before a restart names it as somebody's neighbour: then the one before that is looked at.
 */
function* findPlace(context: RingContext, calls: Calls, near: Contact): Task<FoundPlace | undefined> {
  const { self, settings } = context;
  let asked = near;
  let answer = yield* neighboursOf(calls, asked);
  for (let step = 0; step < MAX_STEPS && answer !== undefined; step++) {
    const state = join(self, asked, answer, settings.successors);
    if (state !== undefined) return { state, behind: answer.predecessors.slice(0, settings.successors) };
    const first = answer.successors[0];
    const onward = first !== undefined && between(asked.id, first.id, self.id) && step > 0 ? first : undefined;
    const back = [answer.predecessor, ...answer.predecessors].find(({ id }) => id !== self.id);
    const next: Contact | undefined = onward ?? back;
    if (next === undefined || next.id === asked.id) return undefined;
    asked = next;
    answer = yield* neighboursOf(calls, asked);
  }
  return undefined;
}

function* neighboursOf(calls: Calls, phone: Contact): Task<Neighbours | undefined> {
  const outcome = yield* calls.attempt<'ask-neighbours'>(phone, { type: 'ask-neighbours' });
  return outcome.ok ? outcome.reply : undefined;
}
