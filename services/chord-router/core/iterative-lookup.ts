/**
 * Iterative lookups: asks phones ever closer to the key until one is sure who owns it: the owner itself, or its
 * predecessor. A stale table costs a hop, never correctness. No phone is asked twice, so a lookup cannot loop.
 *
 * One phone is asked at a time while answers come as fast as they should; a late or failed answer starts the next
 * probe beside it, up to `lookupParallelism`, so that dead phones cost little time; from the first silent phone on, as
 * many are asked at once. Where all phones that were named before the key are silent, the nearest one that answered is
 * asked for its successor list: what follows the key on it owns the key, as far as it lives.
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
import { between, type Id } from '../../shared/core/id.ts';
import type { Calls } from './calls.ts';
import { NO_NEWS } from './gossip.ts';
import type { FoundSuccessor } from './message.ts';
import { closest, MAX_CLOSER, MAX_GUESSES } from './own-answer.ts';
import { byDistanceTo, type RingContext } from './ring-context.ts';
import type { Hop, LookupOutcome } from './ring-view.ts';

/** Phones told, in one lookup, that one they named did not answer. */
const MAX_HINTS = 2;
/** Pause before going on when all phones near the key were dead: those before them need a moment to notice. */
const RETRY_PAUSE_MS = 500;
/** Phones from this phone's own tables to start from: more than are asked in parallel, for some may be dead. */
const STARTING_POINTS = 16;

export interface Search extends LookupOutcome {
  /** Who named the owner; undefined when none did, or self. */
  readonly namedBy: Contact | undefined;
}

/** Looks up a key beginning with the phones this one knows. */
export function* searchFromTables(context: RingContext, calls: Calls, key: Id): Task<Search> {
  const starts = closest(context, key, STARTING_POINTS);
  const fallback = starts.length > 0 ? starts : context.phones.following(key, STARTING_POINTS);
  const isOnRing = context.phase !== 'joining' && !context.isAdrift && starts.length > 0;
  return yield* new Lookup(context, calls, key, fallback, isOnRing ? context.self : undefined).run();
}

/** Looks up a key beginning with these phones: the way into a ring, this phone's own or another. */
export function* search(context: RingContext, calls: Calls, key: Id, starts: readonly Contact[]): Task<Search> {
  return yield* new Lookup(context, calls, key, starts, undefined).run();
}

type Probe = Fiber<CallOutcome<FoundSuccessor>>;

class Lookup {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #key: Id;
  readonly #starts: readonly Contact[];
  /** This phone, if its own place on the ring counts. */
  readonly #self: Contact | undefined;
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
  /** The phone nearest before the key that answered; this one until another has. */
  #nearestAnswered: Contact | undefined;
  /** Whose successor list was read last, and the list. */
  #listOf: Contact | undefined;
  #list: readonly Contact[] = [];
  readonly #probes = new Map<Probe, { readonly phone: Contact; readonly startedMs: number }>();
  readonly #hops: Hop[] = [];

  constructor(context: RingContext, calls: Calls, key: Id, starts: readonly Contact[], self: Contact | undefined) {
    this.#context = context;
    this.#calls = calls;
    this.#key = key;
    this.#starts = starts;
    this.#self = self;
    this.#begin();
  }

  #begin(): void {
    this.#seen.clear();
    this.#seen.add(this.#context.self.id);
    this.#nearestAnswered = this.#self;
    this.#listOf = undefined;
    this.#list = [];
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
      if (this.#probes.size < wanted) yield* this.#readList();
      const named = this.#fromList();
      if (named !== undefined) return { ...named, hops: this.#hops, milliseconds: yield* since(startedMs) };
      while (this.#probes.size < wanted && this.#canAsk()) yield* this.#askNext();
      if (this.#probes.size === 0) {
        if (this.#nearestAnswered === this.#self || this.#hops.length >= settings.lookupHops) break;
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
      wanted = this.#silent.size > 0 ? settings.lookupParallelism : 1;
    }
    const milliseconds = yield* since(startedMs);
    return { owner: undefined, replicas: [], namedBy: undefined, hops: this.#hops, milliseconds };
  }

  #canAsk(): boolean {
    // While the phones on a list that are nearer to the key have not all been heard, nobody else knows better.
    const waits = this.#list.length > 0 && this.#probes.size > 0 && !this.#hasNearer();
    const more = this.#candidates.length > 0 || this.#guesses.length > 0;
    return more && !waits && this.#hops.length + this.#probes.size < this.#context.settings.lookupHops;
  }

  /** What lies between the nearest phone that answered and the key; failing that a guess, then anybody. */
  #next(): Contact {
    return (
      (this.#hasNearer() ? undefined : this.#guesses.shift()) ?? this.#candidates.shift() ?? this.#guesses.shift()!
    );
  }

  /** Whether there is somebody to ask between the nearest phone that answered and the key. */
  #hasNearer(): boolean {
    const [candidate] = this.#candidates;
    if (candidate === undefined) return false;
    return this.#nearestAnswered === undefined || between(this.#nearestAnswered.id, candidate.id, this.#key);
  }

  /** Reads the successor list of the nearest phone that answered when nobody nearer is left to ask, once a phone. */
  *#readList(): Task<void> {
    const nearest = this.#nearestAnswered;
    if (nearest === undefined || this.#silent.size === 0 || this.#hasNearer() || this.#listOf === nearest) return;
    this.#listOf = nearest;
    this.#list = [];
    const request = { type: 'ask-neighbours', news: NO_NEWS } as const;
    const outcome = yield* this.#calls.ask<'ask-neighbours'>(nearest, request);
    if (!outcome.ok) return;
    this.#list = outcome.reply.successors.slice(0, this.#context.settings.successors);
    for (const { id } of this.#list) if (!this.#namers.has(id)) this.#namers.set(id, nearest);
    this.#addCandidates(this.#list.filter(({ id }) => between(nearest.id, id, this.#key)));
  }

  /** What the list read last says, when all on it before the key are silent: what follows the key owns it. */
  #fromList(): Omit<Search, 'hops' | 'milliseconds'> | undefined {
    const nearest = this.#listOf;
    if (nearest === undefined || nearest !== this.#nearestAnswered) return undefined;
    const living = this.#list.filter(({ id }) => !this.#silent.has(id) && !this.#context.isDead(id));
    const [owner, ...rest] = living;
    if (owner === undefined || between(nearest.id, owner.id, this.#key)) return undefined;
    return { ...replicasOf(this.#context, owner, rest), namedBy: nearest };
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
    const namer = this.#namers.get(phone.id);
    if (!outcome?.ok) {
      this.#hops.push({ phone, namedBy: namer, milliseconds, outcome: outcome?.failure ?? 'unreachable' });
      this.#silent.add(phone.id);
      if (namer !== undefined) yield* this.#hint(namer, phone);
      return undefined;
    }
    const { owner, ownerSuccessors, closer } = outcome.reply;
    this.#hops.push({ phone, namedBy: namer, milliseconds, outcome: owner === undefined ? 'closer' : 'owner' });
    const nearer = closer.slice(0, MAX_CLOSER).filter(({ id }) => between(phone.id, id, this.#key));
    for (const contact of nearer) {
      this.#context.learn(contact);
      if (!this.#namers.has(contact.id)) this.#namers.set(contact.id, phone);
      if (this.#silent.has(contact.id)) yield* this.#hint(phone, contact);
    }
    if (owner !== undefined) this.#context.learn(owner);
    this.#addCandidates(nearer);
    if (owner === undefined) {
      for (const { id } of ownerSuccessors.slice(0, MAX_GUESSES))
        if (!this.#namers.has(id)) this.#namers.set(id, phone);
      this.#addGuesses(ownerSuccessors.slice(0, MAX_GUESSES));
    }
    if (this.#nearestAnswered === undefined || between(this.#nearestAnswered.id, phone.id, this.#key)) {
      this.#nearestAnswered = phone;
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
export function replicasOf(
  context: RingContext,
  owner: Contact,
  ownerSuccessors: readonly Contact[],
): { readonly owner: Contact; readonly replicas: readonly Contact[] } {
  const replicas: Contact[] = [];
  for (const contact of [owner, ...ownerSuccessors]) {
    if (replicas.length === context.settings.replication) break;
    if (context.isDead(contact.id) || replicas.some(({ id }) => id === contact.id)) continue;
    replicas.push(contact);
  }
  return { owner: replicas[0] ?? owner, replicas };
}
