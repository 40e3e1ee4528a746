/**
 * What a phone does beside stabilising, a little each round: refreshes a finger, explores a known phone, asks one that
 * was dropped whether it is back, tries a seed, and passes news on.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { identify, type Task } from '../../shared/core/effect.ts';
import type { Suspicion } from '../../shared/core/suspicion.ts';
import type { Calls } from './calls.ts';
import { absorbNews } from './hear-news.ts';
import { lookup } from './lookup.ts';
import { meet } from './merge.ts';
import type { RingContext } from './ring-context.ts';

/** Fingers looked up in a round while some are still empty. */
const FINGERS_A_ROUND = 4;
/** A seed's address is tried once in so many rounds, unless a phone known to live has it. */
const SEED_EVERY_ROUNDS = 8;

export class Upkeep {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #suspicion: Suspicion;
  readonly #seeds: readonly string[];
  #round = 0;
  #busy = false;

  constructor(context: RingContext, calls: Calls, suspicion: Suspicion, seeds: readonly string[]) {
    this.#context = context;
    this.#calls = calls;
    this.#suspicion = suspicion;
    this.#seeds = seeds;
  }

  /** One round's worth; does nothing while an earlier one still waits for answers. */
  *round(): Task<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.#round += 1;
      yield* this.#pokePredecessor();
      yield* this.#spreadNews();
      yield* this.#askTheDead();
      if (this.#round % SEED_EVERY_ROUNDS === 0) yield* this.#trySeed();
      if (this.#context.fingers.empty > 0) {
        for (let i = 0; i < FINGERS_A_ROUND; i++) yield* this.#refreshFinger();
      } else if (this.#round % 2 === 0) {
        yield* this.#refreshFinger();
      } else {
        yield* this.#explore();
      }
    } finally {
      this.#busy = false;
    }
  }

  /** A changed list is of use to the predecessors as soon as they know that there is something to ask for. */
  *#pokePredecessor(): Task<void> {
    const context = this.#context;
    const { predecessor } = context.ring;
    if (!context.owesPredecessor || predecessor.id === context.self.id || context.isDead(predecessor.id)) return;
    context.owesPredecessor = false;
    yield* this.#exchange(predecessor);
  }

  /** Beside what travels with stabilisation, news goes to the predecessor and to any known phone, in turn. */
  *#spreadNews(): Task<void> {
    const context = this.#context;
    if (!context.news.pending) return;
    const { predecessor } = context.ring;
    const any = context.phones.nextToExplore((phone) => phone.state === 'alive');
    if (any !== undefined) context.phones.touch(any);
    const toPredecessor =
      this.#round % 2 === 0 && predecessor.id !== context.self.id && !context.isDead(predecessor.id);
    const to = toPredecessor ? predecessor : any?.contact;
    if (to !== undefined) yield* this.#exchange(to);
    if (context.news.pending) context.pace.nudge();
  }

  /** Asks a phone for its neighbours: a sign of life, news both ways, and phones to learn of. */
  *#exchange(phone: Contact): Task<boolean> {
    const context = this.#context;
    const news = context.news.take(context.estimatedSize);
    const outcome = yield* this.#calls.ask<'ask-neighbours'>(phone, { type: 'ask-neighbours', news });
    if (!outcome.ok) return false;
    for (const contact of outcome.reply.successors.slice(0, context.settings.successors)) {
      context.learn(contact);
    }
    // What lies behind the predecessor comes with its next Notify; asked, it has told now.
    if (phone.id === context.ring.predecessor.id) {
      context.setPredecessorsBehind(outcome.reply.predecessors.slice(0, context.settings.successors));
    }
    yield* absorbNews(context, this.#suspicion, phone, outcome.reply.news);
    return true;
  }

  *#explore(): Task<void> {
    const context = this.#context;
    const inTouch = new Set([context.successor.id, context.ring.predecessor.id]);
    const next = context.phones.nextToExplore(({ contact }) => !inTouch.has(contact.id));
    if (next === undefined) return;
    context.phones.touch(next);
    const wasSuspected = next.state === 'suspected';
    const answered = yield* this.#exchange(next.contact);
    // Suspected before and silent again, and no neighbour: that is enough.
    if (!answered && wasSuspected && !context.isNeighbour(next.contact.id)) context.drop(next.contact, 'dead');
  }

  *#refreshFinger(): Task<void> {
    const context = this.#context;
    const target = context.fingers.nextToRefresh();
    if (target === undefined) {
      yield* this.#explore();
      return;
    }
    const { owner } = yield* lookup(context, this.#calls, target);
    if (owner === undefined || owner.id === context.self.id) return;
    context.learn(owner);
    context.fingers.point(target, owner);
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
    const address = this.#seeds[(this.#round / SEED_EVERY_ROUNDS) % this.#seeds.length]!;
    if (address === self.address) return;
    if (phones.all().some((phone) => phone.contact.address === address && phone.state === 'alive')) return;
    const contact = yield* identify(address, settings.callTimeoutMaxMs);
    if (contact === undefined || contact.id === self.id || phones.isAlive(contact.id)) return;
    yield* meet(this.#context, this.#calls, contact);
  }
}
