/**
 * From suspicion to certainty: a phone is dropped only after a direct retry and, failing that, a last direct try
 * beside probes through two others have all failed.
 *
 * Source: Das et al., "SWIM", DSN 2002, sections 3.1 and 4.2. A phone dropped wrongly comes back by itself: it goes on
 * stabilising, and is asked again from the graveyard.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { type CallOutcome, detach, type Fiber, first, now, spawn, type Task } from '../../shared/core/effect.ts';
import type { Id } from '../../shared/core/id.ts';
import type { Calls } from './calls.ts';
import type { Done, Probed } from './message.ts';
import type { RingContext } from './ring-context.ts';

/** Others asked for a second opinion. */
const HELPERS = 2;
/** A phone that only others can reach is of no use as a neighbour: dropped after this many confirmations in a row. */
const MAX_UNREACHED = 3;

export type Verdict = 'alive' | 'elsewhere' | 'dead';

export class Suspicion {
  readonly #context: RingContext;
  readonly #calls: Calls;
  /** Confirmations under way: one a phone. */
  readonly #underWay = new Map<Id, Fiber<Verdict>>();
  readonly #unreached = new Map<Id, number>();

  constructor(context: RingContext, calls: Calls) {
    this.#context = context;
    this.#calls = calls;
  }

  /**
   * Finds out whether a phone is dead, and drops it if so. `elsewhere`: others can reach it. One confirmation a phone
   * is under way at a time; whoever asks meanwhile waits for it.
   */
  *confirm(contact: Contact): Task<Verdict> {
    if (this.#context.isDead(contact.id)) return 'dead';
    const underWay = this.#underWay.get(contact.id);
    if (underWay !== undefined) return yield* verdictOf(underWay);
    const fiber = yield* detach(this.#investigate(contact), 'investigate');
    if (fiber.done) return fiber.result ?? 'alive';
    this.#underWay.set(contact.id, fiber);
    return yield* verdictOf(fiber);
  }

  *#investigate(contact: Contact): Task<Verdict> {
    try {
      const verdict = yield* this.#examine(contact);
      if (verdict === 'alive') {
        this.#unreached.delete(contact.id);
        this.#context.heard(contact, yield* now());
        return verdict;
      }
      const unreached = (this.#unreached.get(contact.id) ?? 0) + 1;
      if (verdict === 'elsewhere' && unreached < MAX_UNREACHED) {
        this.#unreached.set(contact.id, unreached);
        return verdict;
      }
      this.#unreached.delete(contact.id);
      this.#context.drop(contact, 'dead');
      this.#context.news.add('gone', contact, yield* now(), true);
      this.#context.pace.hurry();
      return 'dead';
    } finally {
      this.#underWay.delete(contact.id);
    }
  }

  *#examine(contact: Contact): Task<Verdict> {
    const retried = yield* this.#calls.attempt<'ping'>(contact, { type: 'ping' });
    if (isAlive(retried)) return 'alive';
    const direct = yield* spawn(this.#calls.attempt<'ping'>(contact, { type: 'ping' }), 'ping again');
    const opinions: Fiber<CallOutcome<Done> | CallOutcome<Probed>>[] = [direct];
    for (const helper of this.#helpersFor(contact.id)) {
      const request = { type: 'probe-for', target: contact } as const;
      opinions.push(yield* spawn(this.#calls.attempt<'probe-for'>(helper, request), 'probe through another'));
    }
    let elsewhere = false;
    while (opinions.length > 0) {
      const done = yield* first(opinions);
      opinions.splice(opinions.indexOf(done), 1);
      const outcome = done.result;
      if (outcome === undefined) continue;
      if (done === direct) {
        if (isAlive(outcome)) return 'alive';
      } else if (outcome.ok && outcome.reply.type === 'probed' && outcome.reply.reachable) {
        elsewhere = true;
      }
    }
    return elsewhere ? 'elsewhere' : 'dead';
  }

  #helpersFor(target: Id): Contact[] {
    const { successors, predecessors, phones } = this.#context;
    const near = [...successors, ...predecessors].filter(({ id }) => id !== target && phones.isAlive(id));
    const helpers = new Map(near.map((contact) => [contact.id, contact]));
    return [...helpers.values()].slice(0, HELPERS);
  }
}

function* verdictOf(fiber: Fiber<Verdict>): Task<Verdict> {
  yield* first([fiber]);
  return fiber.result ?? 'alive';
}

/** A refusal is a sign of life. */
function isAlive(outcome: CallOutcome<unknown>): boolean {
  return outcome.ok || outcome.failure === 'refused';
}
