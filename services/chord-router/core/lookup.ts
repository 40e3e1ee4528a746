/**
 * Iterative lookups: asks phones ever closer to the key until one is sure who owns it: the owner itself, or its
 * predecessor. A stale table costs a hop, never correctness. No phone is asked twice, so a lookup cannot loop.
 *
 * One phone is asked at a time while answers come as fast as they should; a late or failed answer starts the next
 * probe beside it, up to `lookupParallelism`, so that dead phones cost little time.
 */
import type { Contact } from '../../shared/core/contact.ts';
import {
  type CallOutcome,
  cancel,
  detach,
  type Fiber,
  first,
  now,
  sleep,
  spawn,
  type Task,
} from '../../shared/core/effect.ts';
import { between, type Id, inOwnedRange } from '../../shared/core/id.ts';
import type { Calls } from './calls.ts';
import type { FoundSuccessor } from './message.ts';
import { byDistanceTo, type RingContext } from './ring-context.ts';
import type { Hop, LookupOutcome } from './ring-view.ts';

/** Phones closer to the key in one answer; more are not read. */
export const MAX_CLOSER = 4;
/** Phones believed to be at or after the key in one answer; more are not read. */
const MAX_GUESSES = 4;
/** Phones told, in one lookup, that one they named did not answer. */
const MAX_HINTS = 2;
/** Pause before going on when all phones near the key were dead: those before them need a moment to notice. */
const RETRY_PAUSE_MS = 500;
/** Phones from this phone's own tables to start from: more than are asked in parallel, for some may be dead. */
const STARTING_POINTS = 16;

/** What this phone itself can say of a key: its owner if it is sure, else phones closer to it. */
export function answerFor(context: RingContext, key: Id): FoundSuccessor {
  const { ring, self } = context;
  if (context.owns(key)) return found(self, context.successors);
  const successor = ring.successors[0]!;
  if (inOwnedRange(self.id, key, successor.id)) {
    return found(successor, ring.successors.slice(1));
  }
  return {
    type: 'found-successor',
    owner: undefined,
    ownerSuccessors: context.phones.following(key, MAX_GUESSES),
    closer: closest(context, key, MAX_CLOSER),
  };
}

function found(owner: Contact, ownerSuccessors: readonly Contact[]): FoundSuccessor {
  return { type: 'found-successor', owner, ownerSuccessors, closer: [] };
}

/** Living phones between self and the key, nearest to the key first. */
function closest(context: RingContext, key: Id, count: number): Contact[] {
  const { phones, self } = context;
  const known = phones.closestPreceding(key, count);
  // Neighbours are in the table, unless it had no room for their address prefix.
  const listed = context.successors.filter(({ id }) => phones.get(id) === undefined && between(self.id, id, key));
  return listed.length === 0 ? known : [...known, ...listed].sort(byDistanceTo(key)).slice(0, count);
}

export interface Search extends LookupOutcome {
  /** Who named the owner; undefined when none did, or self. */
  readonly namedBy: Contact | undefined;
}

/** Looks up a key from this phone's own tables. */
export function* lookup(context: RingContext, calls: Calls, key: Id): Task<LookupOutcome> {
  const outcome = yield* lookupFromTables(context, calls, key);
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

function* lookupFromTables(context: RingContext, calls: Calls, key: Id): Task<LookupOutcome> {
  if (context.phase !== 'joining' && !context.isAdrift) {
    const { owner, ownerSuccessors } = answerFor(context, key);
    if (owner !== undefined) return { ...replicasOf(context, owner, ownerSuccessors), hops: [], milliseconds: 0 };
  }
  const starts = closest(context, key, STARTING_POINTS);
  const fallback = starts.length > 0 ? starts : context.phones.following(key, STARTING_POINTS);
  return yield* search(context, calls, key, fallback);
}

/** Looks up a key beginning with these phones: the way into a ring, this phone's own or another. */
export function* search(context: RingContext, calls: Calls, key: Id, starts: readonly Contact[]): Task<Search> {
  return yield* new Lookup(context, calls, key, starts).run();
}

type Probe = Fiber<CallOutcome<FoundSuccessor>>;

class Lookup {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #key: Id;
  readonly #starts: readonly Contact[];
  #hints = 0;
  /** Phones that did not answer. */
  readonly #silent = new Set<Id>();
  /** Who named a phone as closer to the key. */
  readonly #namers = new Map<Id, Contact>();
  readonly #seen = new Set<Id>();
  /** Not yet asked, nearest to the key first. */
  #candidates: Contact[] = [];
  /** Phones at or after the key: one of them owns it if all nearer phones before it are dead, and says so. */
  readonly #guesses: Contact[] = [];
  /** The phone nearest before the key that answered. */
  #nearestAnswered: Id | undefined;
  readonly #probes = new Map<Probe, { readonly phone: Contact; readonly startedMs: number }>();
  readonly #hops: Hop[] = [];

  constructor(context: RingContext, calls: Calls, key: Id, starts: readonly Contact[]) {
    this.#context = context;
    this.#calls = calls;
    this.#key = key;
    this.#starts = starts;
    this.#begin();
  }

  #begin(): void {
    this.#seen.clear();
    this.#seen.add(this.#context.self.id);
    this.#nearestAnswered = undefined;
    this.#addCandidates(this.#starts);
    this.#addGuesses(this.#context.phones.following(this.#key, MAX_GUESSES));
  }

  *run(): Task<Search> {
    const { settings } = this.#context;
    const startedMs = yield* now();
    const deadline = yield* spawn(sleep(settings.lookupDeadlineMs), 'deadline');
    let hedge: Fiber<unknown> | undefined;
    let wanted = 1;
    while (!deadline.done) {
      while (this.#probes.size < wanted && this.#canAsk()) yield* this.#askNext();
      if (this.#probes.size === 0) {
        if (this.#nearestAnswered === undefined || this.#hops.length >= settings.lookupHops) break;
        const pause = yield* spawn(sleep(RETRY_PAUSE_MS), 'pause');
        yield* first<unknown>([deadline, pause]);
        this.#begin();
        continue;
      }
      if (hedge === undefined && wanted < settings.lookupParallelism && this.#canAsk()) {
        hedge = yield* spawn(sleep(this.#patienceMs()), 'patience');
      }
      const waits: Fiber<unknown>[] = [...this.#probes.keys(), deadline];
      if (hedge !== undefined) waits.push(hedge);
      const done = yield* first(waits);
      if (done === deadline) break;
      if (done === hedge) {
        hedge = undefined;
        wanted += 1;
        continue;
      }
      const answer = yield* this.#take(done as Probe);
      if (answer?.owner !== undefined) {
        const named = replicasOf(this.#context, answer.owner, answer.ownerSuccessors);
        return { ...named, namedBy: answer.by, hops: this.#hops, milliseconds: yield* since(startedMs) };
      }
      if (hedge !== undefined) yield* cancel(hedge);
      hedge = undefined;
      wanted = answer === undefined ? settings.lookupParallelism : 1;
    }
    const milliseconds = yield* since(startedMs);
    return { owner: undefined, replicas: [], namedBy: undefined, hops: this.#hops, milliseconds };
  }

  #canAsk(): boolean {
    const more = this.#candidates.length > 0 || this.#guesses.length > 0;
    return more && this.#hops.length + this.#probes.size < this.#context.settings.lookupHops;
  }

  /** What lies between the nearest phone that answered and the key; failing that a guess, then anybody. */
  #next(): Contact {
    const [candidate] = this.#candidates;
    const isNearer =
      candidate !== undefined &&
      (this.#nearestAnswered === undefined || between(this.#nearestAnswered, candidate.id, this.#key));
    return (isNearer ? undefined : this.#guesses.shift()) ?? this.#candidates.shift() ?? this.#guesses.shift()!;
  }

  *#askNext(): Task<void> {
    const phone = this.#next();
    const request = { type: 'find-successor', key: this.#key } as const;
    const startedMs = yield* now();
    const probe = yield* spawn(this.#calls.ask<'find-successor'>(phone, request), 'find-successor');
    this.#probes.set(probe, { phone, startedMs });
  }

  /** Notes a probe's outcome; undefined when it brought nothing. */
  *#take(probe: Probe): Task<(FoundSuccessor & { readonly by: Contact }) | undefined> {
    const { phone, startedMs } = this.#probes.get(probe)!;
    this.#probes.delete(probe);
    const milliseconds = yield* since(startedMs);
    const outcome = probe.result;
    if (!outcome?.ok) {
      this.#hops.push({ phone, milliseconds, outcome: outcome?.failure ?? 'unreachable' });
      this.#silent.add(phone.id);
      const namer = this.#namers.get(phone.id);
      if (namer !== undefined) yield* this.#hint(namer, phone);
      return undefined;
    }
    const { owner, ownerSuccessors, closer } = outcome.reply;
    this.#hops.push({ phone, milliseconds, outcome: owner === undefined ? 'closer' : 'owner' });
    const nearer = closer.slice(0, MAX_CLOSER).filter(({ id }) => between(phone.id, id, this.#key));
    for (const contact of nearer) {
      this.#context.learn(contact);
      this.#namers.set(contact.id, phone);
      if (this.#silent.has(contact.id)) yield* this.#hint(phone, contact);
    }
    if (owner !== undefined) this.#context.learn(owner);
    this.#addCandidates(nearer);
    if (owner === undefined) this.#addGuesses(ownerSuccessors.slice(0, MAX_GUESSES));
    if (this.#nearestAnswered === undefined || between(this.#nearestAnswered, phone.id, this.#key)) {
      this.#nearestAnswered = phone.id;
    }
    return { type: 'found-successor', owner, ownerSuccessors, closer: nearer, by: phone };
  }

  /** Tells whoever named a phone that it did not answer: if it is their neighbour, they look into it at once. */
  *#hint(namer: Contact, silent: Contact): Task<void> {
    if (this.#hints === MAX_HINTS) return;
    this.#hints += 1;
    const news = { joined: [], gone: [silent] };
    yield* detach(this.#calls.ask<'ask-neighbours'>(namer, { type: 'ask-neighbours', news }), 'hint');
  }

  #addCandidates(contacts: readonly Contact[]): void {
    const fresh = contacts.filter(({ id }) => !this.#seen.has(id) && !this.#context.isDead(id));
    if (fresh.length === 0) return;
    for (const { id } of fresh) this.#seen.add(id);
    this.#candidates = [...this.#candidates, ...fresh].sort(byDistanceTo(this.#key));
  }

  #addGuesses(contacts: readonly Contact[]): void {
    for (const contact of contacts) {
      if (this.#seen.has(contact.id) || this.#context.isDead(contact.id)) continue;
      this.#seen.add(contact.id);
      this.#guesses.push(contact);
    }
  }

  #patienceMs(): number {
    let patience = 0;
    for (const { phone } of this.#probes.values()) {
      const expected = this.#context.phones.get(phone.id)?.roundTrip.expectedMs(this.#context.settings);
      patience = Math.max(patience, expected ?? this.#context.settings.callTimeoutMinMs);
    }
    return patience;
  }
}

/** Milliseconds since then; none if the clock was set back. */
function* since(startedMs: number): Task<number> {
  return Math.max(0, (yield* now()) - startedMs);
}

/** The owner and what follows it, without phones this one knows to be dead. */
function replicasOf(
  context: RingContext,
  owner: Contact,
  ownerSuccessors: readonly Contact[],
): { readonly owner: Contact; readonly replicas: readonly Contact[] } {
  const all = new Map([owner, ...ownerSuccessors].map((contact) => [contact.id, contact]));
  const living = [...all.values()].filter(({ id }) => !context.isDead(id));
  const replicas = living.slice(0, context.settings.replication);
  return { owner: replicas[0] ?? owner, replicas };
}
