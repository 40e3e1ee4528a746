/**
 * What a phone does beside stabilising. When its lists have changed it tells its predecessor. And now and then, more
 * rarely while nothing comes of it, it does one chore of each kind: compares a stretch of its table with what a phone
 * there says of its neighbours, refreshes a finger, asks a phone that was dropped whether it is back, tries a seed.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { identify, now, type Task } from '../../shared/core/effect.ts';
import { between, type Id } from '../../shared/core/id.ts';
import type { Calls } from './calls.ts';
import { lookup } from './lookup/lookup.ts';
import type { NeighbourLists } from './message.ts';
import { hearOf } from './news/hear-news.ts';
import { digestOfLists } from './ring/list-digest.ts';
import { meet } from './ring/merge.ts';
import type { RingContext } from './ring/ring-context.ts';

/** Fingers looked up with one chore while some are still empty. */
const FINGERS_AT_ONCE = 4;
/** A seed's address is tried once in so many chores, unless a phone known to live has it. */
const SEED_EVERY_CHORES = 8;
/** The pause between two chores is at least so many of the shortest pauses of stabilisation; it doubles to the longest. */
const SHORTEST_CHORE_PAUSES = 16;
/** A phone of which it was only heard that it is gone is forgotten after so long, in ms: by then it would have objected. */
const FORGET_GONE_MS = 60_000;
/** Of the phones there are, those that a table must hold for a finger to be read off it. */
const DENSE_SHARE = 0.5;

export class Upkeep {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #seeds: readonly string[];
  #chore = 0;
  #busy = false;
  #pauseMs: number;
  #dueMs = 0;
  /** Where the comparison of the table goes on. */
  #comparedTo: Id;

  constructor(context: RingContext, calls: Calls, seeds: readonly string[]) {
    this.#context = context;
    this.#calls = calls;
    this.#seeds = seeds;
    this.#pauseMs = this.#shortestPauseMs;
    this.#comparedTo = context.self.id;
  }

  get #shortestPauseMs(): number {
    const { stabiliseMinMs, stabiliseMaxMs } = this.#context.settings;
    return Math.min(SHORTEST_CHORE_PAUSES * stabiliseMinMs, stabiliseMaxMs);
  }

  /** Runs with every round of stabilisation; does nothing while an earlier one still waits for answers. */
  *round(): Task<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      yield* this.#pokePredecessor();
      if (this.#context.graveyard.hasHint) yield* this.#askTheDead();
      const atMs = yield* now();
      // A clock that was set back must not put chores off for long.
      if (atMs < this.#dueMs && this.#dueMs - atMs <= this.#pauseMs) return;
      const wasUseful = yield* this.#doChores(atMs);
      const { stabiliseMaxMs } = this.#context.settings;
      this.#pauseMs = wasUseful ? this.#shortestPauseMs : Math.min(2 * this.#pauseMs, stabiliseMaxMs);
      // Rounds come at jittered times: one a little early will do.
      this.#dueMs = (yield* now()) + this.#pauseMs / 2;
    } finally {
      this.#busy = false;
    }
  }

  /** A changed list is of use to the predecessors as soon as they know that there is something to ask for. */
  *#pokePredecessor(): Task<void> {
    const context = this.#context;
    const { predecessor } = context.ring;
    const owes = context.owesPredecessor || !context.placement.isPlaced;
    if (!owes || predecessor.id === context.self.id || context.isDead(predecessor.id)) return;
    context.owesPredecessor = false;
    const joined = context.placement.isPlaced ? [] : [context.self];
    yield* this.#calls.ask<'tell'>(predecessor, { type: 'tell', joined, gone: [] });
  }

  /** True when the table turned out to lack or to mistake something. */
  *#doChores(atMs: number): Task<boolean> {
    this.#chore += 1;
    this.#forgetTheGone(atMs);
    yield* this.#askTheDead();
    if (this.#chore % SEED_EVERY_CHORES === 0) yield* this.#trySeed();
    const fingers = this.#context.fingers.empty > 0 ? FINGERS_AT_ONCE : 1;
    for (let i = 0; i < fingers; i++) yield* this.#refreshFinger();
    return yield* this.#compare();
  }

  /** Looks into a suspected phone, or else asks the next one round the ring for its neighbours and compares. */
  *#compare(): Task<boolean> {
    const context = this.#context;
    const { phones, news } = context;
    const suspect = phones.nextToExplore(({ contact, state }) => {
      return state === 'suspected' && news.goneAtMs(contact.id) === undefined;
    });
    const next = suspect?.contact ?? phones.following(this.#comparedTo, 2).find(({ id }) => id !== this.#comparedTo);
    if (next === undefined) return false;
    if (suspect !== undefined) phones.touch(suspect);
    const believed = context.believedLists(next);
    const request = { type: 'compare-neighbours', known: digestOfLists(believed) } as const;
    const outcome = yield* this.#calls.ask<'compare-neighbours'>(next, request);
    if (!outcome.ok) {
      // Suspected before and silent again, and no neighbour: that is enough for a phone that is not late itself.
      if (suspect !== undefined && !context.isNeighbour(next.id) && context.health.doubt === 1)
        context.drop(next, 'dead');
      if (suspect === undefined) this.#comparedTo = next.id;
      return true;
    }
    const { lists } = outcome.reply;
    if (lists !== undefined) this.#correct(next, lists);
    if (suspect === undefined) this.#comparedTo = this.#endOf(next, lists ?? believed);
    return lists !== undefined;
  }

  /** Learns those that a phone lists and this one lacks, and suspects those that this one has between them. */
  #correct(of: Contact, lists: NeighbourLists): void {
    const context = this.#context;
    const listed = [lists.predecessor, ...lists.successors.slice(0, context.settings.successors)];
    const ids = new Set(listed.map(({ id }) => id));
    for (const contact of listed) if (contact.id !== context.self.id) hearOf(context, contact);
    const end = this.#endOf(of, lists);
    for (const extra of context.phones.following(of.id, 2 * context.settings.successors)) {
      if (between(of.id, extra.id, end) && !ids.has(extra.id)) context.suspect(extra);
    }
  }

  /** How far a phone's list of successors reaches. */
  #endOf(of: Contact, { successors }: NeighbourLists): Id {
    return successors.findLast(({ id }) => id !== of.id)?.id ?? of.id;
  }

  #forgetTheGone(atMs: number): void {
    const { phones, news } = this.#context;
    const forgotten = phones.all().filter(({ contact, state }) => {
      const goneAtMs = state === 'suspected' ? news.goneAtMs(contact.id) : undefined;
      return goneAtMs !== undefined && Math.abs(atMs - goneAtMs) > FORGET_GONE_MS;
    });
    for (const { contact } of forgotten) phones.forget(contact.id);
  }

  /** Where the table has most of the ring, what a finger points at stands in it. */
  *#refreshFinger(): Task<void> {
    const context = this.#context;
    const { fingers, phones, settings } = context;
    const target = fingers.nextToRefresh();
    if (target === undefined) return;
    const isDense = phones.size < settings.knownPhones && phones.size >= DENSE_SHARE * context.estimatedSize;
    const owner = isDense ? phones.following(target, 1)[0] : (yield* lookup(context, this.#calls, target)).owner;
    if (owner === undefined || owner.id === context.self.id) return;
    context.learn(owner);
    fingers.point(target, owner);
  }

  /** A phone that was dropped and answers is met like a stranger: it may have been on another ring meanwhile. */
  *#askTheDead(): Task<void> {
    const { graveyard, ring, self, successor } = this.#context;
    const dead = graveyard.nextToProbe(ring.predecessor.id, self.id, successor.id);
    if (dead !== undefined) yield* meet(this.#context, this.#calls, dead);
  }

  /** Seeds are the way back to a ring this phone was cut off from before it knew anybody there. */
  *#trySeed(): Task<void> {
    const { self, phones, settings } = this.#context;
    if (this.#seeds.length === 0) return;
    const address = this.#seeds[(this.#chore / SEED_EVERY_CHORES) % this.#seeds.length]!;
    if (address === self.address) return;
    if (phones.all().some((phone) => phone.contact.address === address && phone.state === 'alive')) return;
    const contact = yield* identify(address, settings.callTimeoutMaxMs);
    if (contact === undefined || contact.id === self.id || phones.isAlive(contact.id)) return;
    yield* meet(this.#context, this.#calls, contact);
  }
}
