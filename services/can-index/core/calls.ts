/** Asks other phones, each with its adaptive timeout, and takes every outcome as evidence of its life or death. */
import type { Contact } from '../../shared/core/contact.ts';
import { type CallOutcome, call, detach, now, type Task } from '../../shared/core/effect.ts';
import { firstTimeoutMs, type RoundTripEstimator } from '../../shared/core/timeouts.ts';
import type { CanContext } from './context.ts';
import type { CanMessage, CanReplyOf, CanRequest, Find, FindTaker, Found, TakerFound } from './message.ts';

export type RequestOf<Type extends CanRequest['type']> = Extract<CanRequest, { type: Type }>;

export class Calls {
  readonly #context: CanContext;
  readonly #confirm: (contact: Contact) => Task<unknown>;

  /** `confirm`: looks into a neighbour that did not answer. */
  constructor(context: CanContext, confirm: (contact: Contact) => Task<unknown>) {
    this.#context = context;
    this.#confirm = confirm;
  }

  /** Asks; a neighbour that does not answer is looked into at once, in the background, and a link is given up. */
  *ask<Type extends CanRequest['type']>(to: Contact, request: RequestOf<Type>): Task<CallOutcome<CanReplyOf[Type]>> {
    return yield* this.askAny<CanReplyOf[Type]>(to, request);
  }

  /** As `ask`, for requests about entries, too. */
  *askAny<Reply extends CanMessage>(to: Contact, request: CanMessage): Task<CallOutcome<Reply>> {
    const outcome = yield* this.#attempt<Reply>(to, request);
    if (outcome.ok || outcome.failure === 'refused') return outcome;
    yield* this.lookInto(to);
    return outcome;
  }

  /** A phone was silent or late: a neighbour is confirmed alive or dead, a link is dropped. */
  *lookInto({ id }: Contact): Task<void> {
    const context = this.#context;
    if (context.links.drop(id)) context.noteChange(id);
    const neighbour = context.neighbours.get(id);
    if (neighbour === undefined) return;
    this.#suspect(id);
    yield* detach(this.#confirm(neighbour.contact), 'confirm');
  }

  *ping(to: Contact): Task<CallOutcome<CanReplyOf['ping']>> {
    return yield* this.#attempt(to, { type: 'ping' }, this.#carefulTimeoutMs(to));
  }

  /** Whether another phone can reach the target. */
  *probeThrough(helper: Contact, target: Contact): Task<CallOutcome<CanReplyOf['probe-for']>> {
    const request: CanRequest = { type: 'probe-for', target };
    // Also that it is not reached is an answer, and it comes once the helper has waited for the target.
    return yield* this.#attempt(
      helper,
      request,
      this.#carefulTimeoutMs(helper) + this.#context.settings.callTimeoutMaxMs,
    );
  }

  /** Has another phone find the owner of a point; undefined when it does not answer. */
  *find(through: Contact, request: Find): Task<Found | undefined> {
    const outcome = yield* call<CanMessage, Found>(through, request, request.budgetMs);
    return outcome.ok ? outcome.reply : undefined;
  }

  /** Has another phone look for one that can take a zone. */
  *findTaker(through: Contact, request: FindTaker): Task<TakerFound> {
    const budgetMs = Math.max(0, request.budgetMs - this.timeoutMs(through) / 2);
    const outcome = yield* call<CanMessage, TakerFound>(
      through,
      { ...request, budgetMs } as CanMessage,
      request.budgetMs,
    );
    return outcome.ok ? outcome.reply : { type: 'taker-found', taker: undefined };
  }

  /** How long an answer of this phone may take, in ms: longer while this phone itself does not keep up. */
  timeoutMs(to: Contact): number {
    const { settings, health } = this.#context;
    return health.slowness * (this.#roundTripOf(to)?.timeoutMs(settings) ?? firstTimeoutMs(settings));
  }

  /** For calls whose silence is taken for death, in ms. */
  #carefulTimeoutMs(to: Contact): number {
    const { slowness, doubt } = this.#context.health;
    return (doubt / slowness) * this.timeoutMs(to);
  }

  *#attempt<Reply extends CanMessage>(
    to: Contact,
    request: CanMessage,
    timeoutMs = this.timeoutMs(to),
  ): Task<CallOutcome<Reply>> {
    const outcome = yield* call<CanMessage, Reply>(to, request, timeoutMs);
    if (outcome.ok) {
      this.#roundTripOf(to)?.answered(outcome.rttMs);
      const neighbour = this.#context.neighbours.get(to.id);
      if (neighbour !== undefined && neighbour.state !== 'unheard') {
        neighbour.state = 'alive';
        neighbour.heardAtMs = yield* now();
      }
    } else if (outcome.failure === 'timeout') {
      this.#context.health.overslept(outcome.elapsedMs - timeoutMs);
      this.#roundTripOf(to)?.timedOut();
    }
    return outcome;
  }

  #suspect(id: Contact['id']): void {
    const neighbour = this.#context.neighbours.get(id);
    if (neighbour === undefined || neighbour.state !== 'alive') return;
    neighbour.state = 'suspected';
    this.#context.tell({ type: 'neighbour-suspected', phone: neighbour.contact });
  }

  #roundTripOf({ id }: Contact): RoundTripEstimator | undefined {
    return this.#context.neighbours.get(id)?.roundTrip ?? this.#context.links.get(id)?.roundTrip;
  }
}
