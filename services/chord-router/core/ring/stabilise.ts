/**
 * One round of stabilisation: Zave's StabilizeFromSuccessor and StabilizeFromPredecessor, and a look into the tables
 * for phones nearer than the present neighbours, which is how rings that were apart become one.
 *
 * Notify is sent first and its answer is the successor's state after it, so a quiet round costs one exchange. That is
 * Zave's sequence: to notify a successor that has a better predecessor changes nothing there.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, now, spawn, type Task } from '../../../shared/core/effect.ts';
import { between, type Id } from '../../../shared/core/id.ts';
import type { Suspicion } from '../../../shared/core/suspicion.ts';
import type { Calls } from '../calls.ts';
import type { NeighbourLists } from '../message.ts';
import { digestOfList, digestOfLists, type ListDigest } from './list-digest.ts';
import { stabiliseFromPredecessor, stabiliseFromSuccessor } from './ring.ts';
import type { RingContext } from './ring-context.ts';

/** Known phones tried at once by a phone that has lost all its successors. */
const ADRIFT_PROBES = 16;
/** Rounds before the same known phone is told again that this one should be its successor. */
const INTRODUCTION_PAUSE_ROUNDS = 8;

export class Stabilisation {
  readonly #context: RingContext;
  readonly #calls: Calls;
  readonly #suspicion: Suspicion;
  #round = 0;
  #introducedTo: Id | undefined;
  #introducedInRound = 0;
  /** What the successor's lists were when last asked: it sends them again only when they are others. */
  #lists: { readonly of: Id; readonly lists: NeighbourLists; readonly digest: ListDigest } | undefined;
  /** The predecessors that the successor was last told. */
  #told: { readonly to: Id; readonly digest: ListDigest } | undefined;

  constructor(context: RingContext, calls: Calls, suspicion: Suspicion) {
    this.#context = context;
    this.#calls = calls;
    this.#suspicion = suspicion;
  }

  *round(): Task<void> {
    this.#round += 1;
    const context = this.#context;
    const startedMs = yield* now();
    const before = context.ring;
    if (context.isAdrift) yield* this.#findAnyone();
    yield* this.#followSuccessor();
    const [known] = context.phones.following(context.self.id, 1);
    if (known !== undefined) yield* this.#consider(known);
    yield* this.#introduceToPredecessor();
    context.tell({
      type: 'stabilised',
      changed: context.ring !== before,
      milliseconds: Math.max(0, (yield* now()) - startedMs),
    });
  }

  /** Asks the first successor that answers; each dead one is dropped on the way. */
  *#followSuccessor(): Task<void> {
    const context = this.#context;
    const { self, settings } = context;
    for (let tries = 0; tries <= settings.successors; tries++) {
      const successor = context.successor;
      if (successor.id === self.id) {
        // A phone alone asks itself. Whoever notified it is its successor, too.
        context.rectify(self, context.isDead(context.ring.predecessor.id));
        if (context.ring.predecessor.id === self.id) context.placement.complete();
        yield* this.#consider(context.ring.predecessor);
        return;
      }
      const answer = yield* this.#notify(successor);
      if (answer === 'dead') continue;
      if (answer === 'unsure') return;
      const { state, candidate } = stabiliseFromSuccessor(context.ring, successor, answer, settings.successors);
      context.setRing(state);
      if (candidate !== undefined) yield* this.#consider(candidate);
      return;
    }
  }

  /** Notifies a successor. `dead`: it is off the ring, and off the list now. */
  *#notify(successor: Contact): Task<NeighbourLists | 'dead' | 'unsure'> {
    const context = this.#context;
    const predecessors = context.predecessorList;
    const predecessorsDigest = digestOfList(predecessors);
    const known = this.#lists?.of === successor.id ? this.#lists : undefined;
    const isTold = this.#told?.to === successor.id && this.#told.digest === predecessorsDigest;
    const outcome = yield* this.#calls.attempt<'notify'>(successor, {
      type: 'notify',
      predecessors: isTold ? undefined : predecessors,
      predecessorsDigest,
      known: known?.digest,
      places: context.placement.mayPlaceSuccessor(known?.lists.successors[0]),
    });
    if (outcome.ok) {
      const { lists, wantsPredecessors, placed } = outcome.reply;
      this.#told = wantsPredecessors ? undefined : { to: successor.id, digest: predecessorsDigest };
      if (wantsPredecessors) context.pace.hurry();
      const read = lists ?? known?.lists;
      if (read === undefined) return 'unsure'; // it says "those you know" to one who knows none
      this.#lists = { of: successor.id, lists: read, digest: digestOfLists(read) };
      context.placement.heardSuccessor(successor, read.predecessor.id, placed);
      return read;
    }
    if (outcome.failure === 'refused') {
      context.unlist(successor);
      return 'dead';
    }
    if ((yield* this.#suspicion.confirm(successor)) === 'dead') return 'dead';
    context.pace.hurry();
    return 'unsure';
  }

  /** Zave's StabilizeFromPredecessor: a phone between self and the successor is adopted once it has answered. */
  *#consider(candidate: Contact): Task<void> {
    const context = this.#context;
    const { self, settings } = context;
    if (context.isDead(candidate.id) || !between(self.id, candidate.id, context.successor.id)) return;
    const outcome = yield* this.#calls.attempt<'ask-neighbours'>(candidate, { type: 'ask-neighbours' });
    if (!outcome.ok) {
      if (outcome.failure !== 'refused') yield* this.#suspicion.confirm(candidate);
      return;
    }
    context.setRing(stabiliseFromPredecessor(context.ring, candidate, outcome.reply, settings.successors));
    context.pace.hurry();
    if (context.successor.id !== candidate.id) return;
    const { predecessor, successors } = outcome.reply;
    const lists = { predecessor, successors };
    this.#lists = { of: candidate.id, lists, digest: digestOfLists(lists) };
    context.news.begin({ kind: 'joined', contact: candidate }, self.id, yield* now());
    yield* this.#notify(candidate);
  }

  /** A known phone nearer than the predecessor should have this one as successor; asking makes it known to it. */
  *#introduceToPredecessor(): Task<void> {
    const context = this.#context;
    const { self, ring } = context;
    const [known] = context.phones.closestPreceding(self.id, 1);
    if (known === undefined || known.id === ring.predecessor.id) return;
    if (!between(ring.predecessor.id, known.id, self.id) && !context.isDead(ring.predecessor.id)) return;
    const recently = this.#round - this.#introducedInRound < INTRODUCTION_PAUSE_ROUNDS;
    if (known.id === this.#introducedTo && recently) return;
    this.#introducedTo = known.id;
    this.#introducedInRound = this.#round;
    yield* this.#calls.ask<'tell'>(known, { type: 'tell', joined: [self], gone: [] });
  }

  /** Lost all successors: those known phones that do not answer are suspected, so the rest can be turned to. */
  *#findAnyone(): Task<void> {
    const context = this.#context;
    const known = context.phones.following(context.self.id, ADRIFT_PROBES);
    const request = { type: 'tell', joined: [context.self], gone: [] } as const;
    const probes = [];
    for (const phone of known) probes.push(yield* spawn(this.#calls.attempt<'tell'>(phone, request), 'adrift'));
    yield* all(probes);
  }
}
