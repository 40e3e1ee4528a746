/**
 * Iterative lookups: asks phones ever closer to the key until one is sure who owns it: the owner itself, or its
 * predecessor. A stale table costs a hop, never correctness. No phone is asked twice, so a lookup cannot loop.
 *
 * One phone is asked at a time while answers come as fast as they should; a late one has the next asked beside it. Where
 * phones that were taken for alive proved silent of late, as many are asked at once as it takes for one to answer nearly
 * always (silence.ts), on both sides of the key when it is near; from the first silent phone of a lookup on,
 * `lookupParallelism`. So dead phones cost little time. Where all phones that were named before the key are silent, the
 * successor list of the nearest one that answered decides: what follows the key on it owns the key.
 *
 * Who owns a key is what the ring says of it, whoever was silent: an answer that does not come in time may be late, and to
 * name the next phone in its place would name a wrong owner in a ring where all live. Such phones stay in their places
 * and are listed as late. Only those that were confirmed to be dead (suspicion.ts) are left out.
 */
import type { Contact } from '../../../shared/core/contact.ts';
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
} from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import type { FoundSuccessor, Neighbours } from '../message.ts';
import type { RingContext } from '../ring/ring-context.ts';
import type { Hop, LookupOutcome } from '../ring-view.ts';
import { type Choice, LookupFrontier, type Named } from './lookup-frontier.ts';
import { closest } from './own-answer.ts';

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

interface Probe {
  readonly phone: Contact;
  readonly isGuess: boolean;
  readonly startedMs: number;
  /** Over when the answer is later than it should be. */
  readonly patience: Fiber<unknown>;
}
type Answer = Fiber<CallOutcome<FoundSuccessor>>;
type Reading = Fiber<CallOutcome<Neighbours>>;

class Lookup {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #key: Id;
  readonly #starts: readonly Contact[];
  /** This phone, if its own place on the ring counts. */
  readonly #self: Contact | undefined;
  readonly #frontier: LookupFrontier;
  /** Phones that did not answer in time. */
  readonly #silent = new Map<Id, Contact>();
  readonly #probes = new Map<Answer, Probe>();
  /** A successor list being read, and whose. */
  #reading: { readonly of: Contact; readonly fiber: Reading } | undefined;
  readonly #hops: Hop[] = [];
  #hints = 0;

  constructor(context: RingContext, calls: Calls, key: Id, starts: readonly Contact[], self: Contact | undefined) {
    this.#context = context;
    this.#calls = calls;
    this.#key = key;
    this.#starts = starts;
    this.#self = self;
    this.#frontier = new LookupFrontier(context, key);
    this.#frontier.begin(starts, self);
  }

  *run(): Task<Search> {
    const startedMs = yield* now();
    const deadline = yield* spawn(sleep(this.#context.settings.lookupDeadlineMs), 'deadline');
    let named: Named | undefined;
    while (!deadline.done) {
      if (named === undefined) yield* this.#askMore();
      else if (!(yield* this.#settle(named))) break;
      if (this.#probes.size === 0 && this.#reading === undefined) {
        if (!this.#mayBeginAnew()) break;
        const pause = yield* spawn(sleep(RETRY_PAUSE_MS), 'pause');
        yield* first<unknown>([deadline, pause]);
        this.#frontier.begin(this.#starts, this.#self);
        continue;
      }
      const done = yield* first<unknown>([...this.#awaited(), deadline]);
      if (done === this.#reading?.fiber) this.#takeList();
      else if (this.#probes.has(done as Answer)) named = (yield* this.#take(done as Answer)) ?? named;
      named ??= this.#frontier.ownerByList((id) => this.#silent.has(id));
    }
    const milliseconds = yield* since(startedMs);
    const rest = { late: [...this.#silent.values(), ...this.#late()], hops: this.#hops, milliseconds };
    if (named === undefined) return { owner: undefined, replicas: [], namedBy: undefined, ...rest };
    return { ...replicasOf(this.#context, named.owner, named.rest), namedBy: named.by, ...rest };
  }

  #late(): Contact[] {
    return [...this.#probes.values()].filter((probe) => this.#isLate(probe)).map(({ phone }) => phone);
  }

  /**
   * Where silence is to be expected, asks the first phones that may own the key whether they live, several at once. False
   * when the first that is not silent has answered.
   */
  *#settle({ owner, rest }: Named): Task<boolean> {
    if (!this.#expectsSilence) return false;
    const { silence, settings } = this.#context;
    const open = [owner, ...rest]
      .filter(({ id }) => !this.#isSilent(id))
      .slice(0, silence.probes(settings.lookupParallelism));
    if (open[0] === undefined || this.#frontier.hasHeard(open[0].id)) return false;
    for (const phone of open) if (this.#frontier.takeNamed(phone)) yield* this.#ask({ phone, isGuess: true });
    return [...this.#probes.values()].some(({ phone }) => phone.id === open[0]!.id);
  }

  /**
   * All phones near the key were dead, but somebody lives: those before it need a moment to notice. Not while this phone
   * looks for its own place: it may be that nobody owns it because of this phone, and whoever lies near it helps then.
   */
  #mayBeginAnew(): boolean {
    const { phase, settings } = this.#context;
    if (phase === 'joining') return false;
    return this.#frontier.nearest !== this.#self && this.#hops.length < settings.lookupHops;
  }

  /** Everything that may happen next, the oldest first. */
  #awaited(): Fiber<unknown>[] {
    const fibers: Fiber<unknown>[] = [...this.#probes.keys()];
    if (this.#reading !== undefined) fibers.push(this.#reading.fiber);
    if (this.#context.settings.lookupParallelism > 1) {
      for (const { patience } of this.#probes.values()) if (!patience.done) fibers.push(patience);
    }
    return fibers;
  }

  /** Whether more than one phone is asked at once: others were silent, in this lookup or lately. */
  get #isWary(): boolean {
    return this.#silent.size > 0 || this.#expectsSilence;
  }

  get #expectsSilence(): boolean {
    const { silence, settings } = this.#context;
    return silence.probes(settings.lookupParallelism) > 1;
  }

  *#askMore(): Task<void> {
    const { lookupParallelism, lookupHops } = this.#context.settings;
    const isParallel = this.#isWary && lookupParallelism > 1;
    yield* this.#readList();
    while (this.#underWay() < this.#wanted() && this.#hops.length + this.#probes.size < lookupHops) {
      const choice = this.#frontier.take(isParallel, this.#underWay() === 0);
      if (choice === undefined) break;
      yield* this.#ask(choice);
    }
    yield* this.#readList();
  }

  /** How many requests should be under way: on each side of the key, where the lookup is near it. */
  #wanted(): number {
    const { silence, settings } = this.#context;
    const probes = silence.probes(settings.lookupParallelism);
    const wanted = this.#silent.size > 0 ? settings.lookupParallelism : probes;
    return probes > 1 && this.#frontier.isNear ? Math.max(wanted, 2 * probes) : wanted;
  }

  /** Requests that may still bring the lookup on and are not late. */
  #underWay(): number {
    let count = this.#reading === undefined || this.#expectsSilence ? 0 : 1;
    for (const probe of this.#probes.values()) {
      if (probe.isGuess ? !this.#isLate(probe) : this.#isPromising(probe)) count += 1;
    }
    return count;
  }

  /** Whether it may yet bring the lookup nearer to the key. */
  #isPromising(probe: Probe): boolean {
    return !probe.isGuess && !this.#isLate(probe) && this.#frontier.isNearer(probe.phone.id);
  }

  #isLate({ patience }: Probe): boolean {
    return patience.done && this.#context.settings.lookupParallelism > 1;
  }

  /**
   * Asks the nearest phone that answered for its successor list, once: beside the probes where silence is to be
   * expected and the list should reach past the key, else when there is nobody nearer to ask.
   */
  *#readList(): Task<void> {
    const { nearest, hasNearer, hasList, isNear } = this.#frontier;
    if (nearest === undefined || hasList || this.#reading !== undefined || !this.#isWary) return;
    const isLast = !hasNearer && ![...this.#probes.values()].some((probe) => this.#isPromising(probe));
    if (!isLast && !(this.#expectsSilence && isNear)) return;
    this.#frontier.expectList(nearest);
    const request = { type: 'ask-neighbours' } as const;
    const fiber = yield* spawn(this.#calls.ask<'ask-neighbours'>(nearest, request), 'read a list');
    this.#reading = { of: nearest, fiber };
  }

  #takeList(): void {
    const { of, fiber } = this.#reading!;
    this.#reading = undefined;
    if (fiber.result?.ok === true) this.#frontier.tookList(of, fiber.result.reply.successors);
  }

  /** Silent for the purpose of this lookup: it did not answer, or is late where many are dead. */
  #isSilent(id: Id): boolean {
    if (this.#silent.has(id)) return true;
    if (!this.#expectsSilence) return false;
    return this.#late().some((phone) => phone.id === id);
  }

  /** A probe goes on when the lookup has ended: what becomes of it tells who lives. */
  *#ask({ phone, isGuess }: Choice): Task<void> {
    const request = { type: 'find-successor', key: this.#key } as const;
    const startedMs = yield* now();
    const patience = yield* spawn(sleep(this.#calls.patienceMs(phone)), 'patience');
    const probe = yield* detach(this.#calls.ask<'find-successor'>(phone, request), 'find-successor');
    this.#probes.set(probe, { phone, isGuess, startedMs, patience });
  }

  /** Notes a probe's outcome; the owner if that names it. */
  *#take(answer: Answer): Task<Named | undefined> {
    const { phone, startedMs, patience } = this.#probes.get(answer)!;
    this.#probes.delete(answer);
    yield* cancel(patience);
    const milliseconds = yield* since(startedMs);
    const outcome = answer.result;
    const namedBy = this.#frontier.sourceOf(phone.id);
    if (!outcome?.ok) {
      this.#hops.push({ phone, namedBy, milliseconds, outcome: outcome?.failure ?? 'unreachable' });
      this.#silent.set(phone.id, phone);
      const namer = this.#frontier.namerOf(phone.id);
      if (namer !== undefined) yield* this.#hint(namer, phone);
      return undefined;
    }
    const { owner, ownerSuccessors } = outcome.reply;
    this.#hops.push({ phone, namedBy, milliseconds, outcome: owner === undefined ? 'closer' : 'owner' });
    for (const contact of this.#frontier.answered(phone, outcome.reply)) {
      this.#context.learn(contact);
      if (this.#silent.has(contact.id)) yield* this.#hint(phone, contact);
    }
    if (owner === undefined) return undefined;
    this.#context.learn(owner);
    this.#frontier.named([owner, ...ownerSuccessors], phone);
    return { owner, rest: ownerSuccessors, by: phone };
  }

  /** Tells whoever named a phone that it did not answer: if it is their neighbour, they look into it at once. */
  *#hint(namer: Contact, silent: Contact): Task<void> {
    if (this.#hints === MAX_HINTS) return;
    this.#hints += 1;
    yield* detach(this.#calls.ask<'tell'>(namer, { type: 'tell', joined: [], gone: [silent.id] }), 'hint');
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
