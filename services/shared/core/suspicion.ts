/**
 * From suspicion to certainty. A phone is dropped only after a direct retry has failed and, in further rounds of a direct
 * ping beside probes through others, two others have said that they cannot reach it either. Others that do not even say
 * so leave it open who is at fault: then more are asked, and only when nobody answers for some rounds is it dropped.
 *
 * Sources: Das et al., "SWIM", DSN 2002, sections 3.1 and 4.2; Dadgar et al., "Lifeguard", DSN-W 2018, for negative
 * answers and for independent confirmation. A phone dropped wrongly comes back by itself: it goes on with its protocol,
 * and is asked again from the graveyard.
 */
import type { Contact } from './contact.ts';
import { type CallOutcome, detach, type Fiber, first, spawn, type Task } from './effect.ts';
import type { Id } from './id.ts';
import type { LocalHealth } from './local-health.ts';

/** Others asked for a second opinion at once; so many have to confirm that they cannot reach the phone either. */
export const HELPERS = 2;
/** Rounds of asking after which a phone is dropped that nobody says anything of. */
const MAX_ROUNDS = 4;
/** A phone that only others can reach is of no use as a neighbour: dropped after this many confirmations in a row. */
const MAX_UNREACHED = 3;

export type Verdict = 'alive' | 'elsewhere' | 'dead';

/** How a protocol asks, and what it does about the answer. */
export interface SuspicionParts {
  isDead(id: Id): boolean;
  ping(contact: Contact): Task<CallOutcome<unknown>>;
  /** Takes note of who answers in time. */
  readonly health: LocalHealth;
  /** Phones that may be able to reach this one, best first; HELPERS of them are asked at a time. */
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
    const helpers = [...this.#parts.helpersFor(contact.id)];
    let confirmations = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const asked = helpers.splice(0, HELPERS);
      const opinions = yield* this.#askAround(contact, asked);
      if (opinions === 'alive' || opinions === 'elsewhere') return opinions;
      confirmations += opinions;
      // Alone with its opinion, or with no one else to ask: more rounds would bring nothing.
      if (confirmations >= HELPERS || helpers.length === 0) return 'dead';
    }
    return 'dead';
  }

  /** A direct ping beside probes through others. A number: nobody reaches it, and so many have said so. */
  *#askAround(contact: Contact, helpers: readonly Contact[]): Task<'alive' | 'elsewhere' | number> {
    const { health } = this.#parts;
    const direct = yield* spawn(this.#parts.ping(contact), 'ping again');
    const opinions: Fiber<CallOutcome<unknown>>[] = [];
    for (const helper of helpers) {
      opinions.push(yield* spawn(this.#parts.probeThrough(helper, contact), 'probe through another'));
    }
    let elsewhere = false;
    let confirmations = 0;
    let waiting = [direct, ...opinions];
    while (waiting.length > 0) {
      const done = yield* first(waiting);
      waiting = waiting.filter((fiber) => fiber !== done);
      const outcome = done.result;
      if (outcome === undefined) continue;
      if (done === direct) {
        if (isAlive(outcome)) return 'alive';
      } else if (!outcome.ok) {
        health.missed();
      } else {
        health.answeredInTime();
        if ((outcome.reply as { readonly reachable?: boolean }).reachable === true) elsewhere = true;
        else confirmations += 1;
      }
    }
    return elsewhere ? 'elsewhere' : confirmations;
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
