/** Asks other phones, each with its adaptive timeout, and takes every outcome as evidence of its life or death. */
import type { Contact } from '../../shared/core/contact.ts';
import { type CallOutcome, call, detach, now, type Task } from '../../shared/core/effect.ts';
import type { Refused } from '../../shared/core/peer-message.ts';
import { firstTimeoutMs, RoundTripEstimator } from '../../shared/core/timeouts.ts';
import type { PeerReply, PeerRequest, ReplyOf } from './message.ts';
import type { RingContext } from './ring/ring-context.ts';

export type RequestOf<Type extends PeerRequest['type']> = Extract<PeerRequest, { type: Type }>;

const RING_QUESTIONS: ReadonlySet<PeerRequest['type']> = new Set<PeerRequest['type']>([
  'ask-neighbours',
  'compare-neighbours',
  'notify',
  'tell',
  'spread-news',
  'find-successor',
  'forward-lookup',
  'list-contacts',
]);

/** How the rest of the phone takes part in calls. */
export interface CallParts {
  /** Answers what this phone asks itself. */
  answer(request: PeerRequest): Task<PeerReply | Refused>;
  /** A neighbour did not answer: to be confirmed. */
  neighbourFailed(contact: Contact): Task<void>;
}

export class Calls {
  readonly #context: RingContext;
  readonly #parts: CallParts;
  /** Round trips of first calls, which may have opened the link: what to expect of a phone that was never asked. */
  readonly #firstAnswers = new RoundTripEstimator();

  constructor(context: RingContext, parts: CallParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Asks; a neighbour that does not answer is looked into at once, in the background. */
  *ask<Type extends PeerRequest['type']>(to: Contact, request: RequestOf<Type>): Task<CallOutcome<ReplyOf[Type]>> {
    const outcome = yield* this.attempt<Type>(to, request);
    if (!outcome.ok && outcome.failure !== 'refused' && this.#context.isNeighbour(to.id)) {
      yield* detach(this.#parts.neighbourFailed(to), 'confirm');
    }
    return outcome;
  }

  /** Asks, and no more than that: a phone that does not answer is suspected. */
  *attempt<Type extends PeerRequest['type']>(
    to: Contact,
    request: RequestOf<Type>,
    timeoutMs = this.#timeoutMs(to),
  ): Task<CallOutcome<ReplyOf[Type]>> {
    const { self, phones } = this.#context;
    if (to.id === self.id) return yield* this.#askSelf<Type>(request);
    const wasAlive = phones.isAlive(to.id);
    const hadLeft = this.#context.graveyard.saidGoodbye(to.id);
    const outcome = yield* call<PeerRequest, ReplyOf[Type]>(to, request, timeoutMs);
    if (wasAlive) this.#context.silence.observe(!outcome.ok && outcome.failure !== 'refused');
    if (outcome.ok) {
      const atMs = yield* now();
      // A ping is answered by phones on no ring too, so it says nothing of membership.
      if (request.type !== 'ping') this.#context.answered(to, atMs, hadLeft);
      this.#answered(to, outcome.rttMs);
      this.#context.roundTrips.answered(outcome.rttMs);
    } else {
      if (outcome.failure === 'timeout') {
        this.#context.health.overslept(outcome.elapsedMs - timeoutMs);
        phones.get(to.id)?.roundTrip.timedOut();
      }
      // A refused ring question means that the phone is on no ring; other refusals say nothing of that.
      if (outcome.failure !== 'refused' || RING_QUESTIONS.has(request.type)) this.#context.suspect(to);
    }
    return outcome;
  }

  /** When the answer of a phone is late, in ms after asking: after most of its own, or of anybody's if it never answered. */
  patienceMs({ id }: Contact): number {
    const { phones, roundTrips, settings } = this.#context;
    const own = phones.get(id)?.roundTrip;
    return (own?.estimate === undefined ? roundTrips : own).expectedMs(settings);
  }

  /** For calls whose silence is taken for death, in ms: longer while this phone itself does not keep up. */
  carefulTimeoutMs(to: Contact): number {
    return this.#context.health.doubt * this.#timeoutMs(to);
  }

  #timeoutMs({ id }: Contact): number {
    const { phones, settings } = this.#context;
    const own = phones.get(id)?.roundTrip;
    return own?.timeoutMs(settings, this.#firstAnswers) ?? firstTimeoutMs(settings, this.#firstAnswers);
  }

  #answered(by: Contact, rttMs: number): void {
    const roundTrip = this.#context.phones.get(by.id)?.roundTrip;
    if (roundTrip?.estimate === undefined) this.#firstAnswers.answered(rttMs);
    roundTrip?.answered(rttMs);
  }

  *#askSelf<Type extends PeerRequest['type']>(request: RequestOf<Type>): Task<CallOutcome<ReplyOf[Type]>> {
    const reply = yield* this.#parts.answer(request);
    if (reply.type === 'refused') return { ok: false, failure: 'refused', elapsedMs: 0 };
    return { ok: true, reply: reply as ReplyOf[Type], rttMs: 0 };
  }
}
