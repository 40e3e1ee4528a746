/**
 * From suspicion to certainty: a phone is dropped only after a direct retry and, failing that, a last direct try
 * beside probes through two others have all failed.
 *
 * Source: Das et al., "SWIM", DSN 2002, sections 3.1 and 4.2. A phone dropped wrongly comes back by itself: it goes on
 * with its protocol, and is asked again from the graveyard.
 */
import type { Contact } from './contact.ts';
import { type CallOutcome, detach, type Fiber, first, spawn, type Task } from './effect.ts';
import type { Id } from './id.ts';

/** Others asked for a second opinion. */
export const HELPERS = 2;
/** A phone that only others can reach is of no use as a neighbour: dropped after this many confirmations in a row. */
const MAX_UNREACHED = 3;

export type Verdict = 'alive' | 'elsewhere' | 'dead';

/** How a protocol asks, and what it does about the answer. */
export interface SuspicionParts {
  isDead(id: Id): boolean;
  ping(contact: Contact): Task<CallOutcome<unknown>>;
  /** Phones that may be able to reach this one, best first; HELPERS of them are asked. */
  helpersFor(id: Id): readonly Contact[];
  probeThrough(helper: Contact, target: Contact): Task<CallOutcome<{ readonly reachable: boolean }>>;
  /** When the phone was last heard to be a member, by whatever clock; undefined if it never was. */
  heardAtMs(id: Id): number | undefined;
  foundAlive(contact: Contact): Task<void>;
  foundDead(contact: Contact): Task<void>;
}

export class Suspicion {
  readonly #parts: SuspicionParts;
  /** Confirmations under way: one a phone. */
  readonly #underWay = new Map<Id, Fiber<Verdict>>();
  readonly #unreached = new Map<Id, number>();

  constructor(parts: SuspicionParts) {
    this.#parts = parts;
  }

  /**
   * Finds out whether a phone is dead, and drops it if so. `elsewhere`: others can reach it. One confirmation a phone
   * is under way at a time; whoever asks meanwhile waits for it.
   */
  *confirm(contact: Contact): Task<Verdict> {
    if (this.#parts.isDead(contact.id)) return 'dead';
    const underWay = this.#underWay.get(contact.id);
    if (underWay !== undefined) return yield* verdictOf(underWay);
    const fiber = yield* detach(this.#investigate(contact), 'investigate');
    if (fiber.done) return fiber.result ?? 'alive';
    this.#underWay.set(contact.id, fiber);
    return yield* verdictOf(fiber);
  }

  *#investigate(contact: Contact): Task<Verdict> {
    const heardBefore = this.#parts.heardAtMs(contact.id);
    try {
      const examined = yield* this.#examine(contact);
      // One that came back meanwhile may have answered other calls: that its former life is silent says nothing of it.
      const verdict = this.#parts.heardAtMs(contact.id) === heardBefore ? examined : 'alive';
      if (verdict === 'alive') {
        this.#unreached.delete(contact.id);
        yield* this.#parts.foundAlive(contact);
        return verdict;
      }
      const unreached = (this.#unreached.get(contact.id) ?? 0) + 1;
      if (verdict === 'elsewhere' && unreached < MAX_UNREACHED) {
        this.#unreached.set(contact.id, unreached);
        return verdict;
      }
      this.#unreached.delete(contact.id);
      yield* this.#parts.foundDead(contact);
      return 'dead';
    } finally {
      this.#underWay.delete(contact.id);
    }
  }

  *#examine(contact: Contact): Task<Verdict> {
    const retried = yield* this.#parts.ping(contact);
    if (isAlive(retried)) return 'alive';
    const direct = yield* spawn(this.#parts.ping(contact), 'ping again');
    const opinions: Fiber<CallOutcome<unknown>>[] = [];
    for (const helper of this.#parts.helpersFor(contact.id).slice(0, HELPERS)) {
      opinions.push(yield* spawn(this.#parts.probeThrough(helper, contact), 'probe through another'));
    }
    let elsewhere = false;
    let waiting = [direct, ...opinions];
    while (waiting.length > 0) {
      const done = yield* first(waiting);
      waiting = waiting.filter((fiber) => fiber !== done);
      const outcome = done.result;
      if (outcome === undefined) continue;
      if (done === direct) {
        if (isAlive(outcome)) return 'alive';
      } else if (outcome.ok && (outcome.reply as { readonly reachable?: boolean }).reachable === true) {
        elsewhere = true;
      }
    }
    return elsewhere ? 'elsewhere' : 'dead';
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
