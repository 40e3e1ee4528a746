/** Which phones have heard of each other, as far as their calls show. Of one life of each: a restart forgets. */
import type { CallOutcome } from '../../../services/shared/core/effect.ts';
import type { Machine } from '../engine/machine.ts';

/** One life of one machine, or of two. */
type Life = string;

export class Acquaintance {
  /** Of each phone, those whose Notify it has answered. */
  readonly #notified = new Map<Life, Set<Life>>();
  /** Pings of another, in whichever of its lives, that failed since a phone last dropped it. */
  readonly #failedPings = new Map<Life, number>();
  /** Phones that this one has dropped, and not heard an answer of since. */
  readonly #dropped = new Set<Life>();
  /** Phones that answered this one in the present event. */
  readonly #justAnswered = new Set<Life>();
  /** Calls of a phone that failed. */
  readonly #failures = new Map<Life, number>();
  /** How often the ring had changed, and calls of the phone had failed, when it last ended a round. */
  readonly #rounds = new Map<Life, { readonly changes: number; readonly failures: number }>();

  notified(asked: Machine, asker: Machine): void {
    const known = this.#notified.get(one(asked));
    if (known === undefined) this.#notified.set(one(asked), new Set([one(asker)]));
    else known.add(one(asker));
  }

  wasNotifiedBy(asked: Machine, asker: Machine): boolean {
    return this.#notified.get(one(asked))?.has(one(asker)) === true;
  }

  /** A phone lost its predecessor, and with it those who had given way to it. */
  lostPredecessor(phone: Machine): void {
    this.#notified.delete(one(phone));
  }

  /** A call has ended at the one who asked. */
  ended(asker: Machine, asked: Machine, request: string, outcome: CallOutcome<unknown>): void {
    if (outcome.ok) {
      this.#justAnswered.add(both(asker, asked));
      this.#dropped.delete(both(asker, asked));
      return;
    }
    count(this.#failures, one(asker));
    if (request === 'ping' && outcome.failure !== 'refused') count(this.#failedPings, `${one(asker)}<${asked.index}`);
  }

  justAnswered(asker: Machine, asked: Machine): boolean {
    return this.#justAnswered.has(both(asker, asked));
  }

  eventIsOver(): void {
    if (this.#justAnswered.size > 0) this.#justAnswered.clear();
  }

  /** A phone has dropped another. Gives how many of its pings had failed; undefined if it had dropped it before. */
  dropped(asker: Machine, asked: Machine): number | undefined {
    if (this.#dropped.has(both(asker, asked))) return undefined;
    this.#dropped.add(both(asker, asked));
    const pair = `${one(asker)}<${asked.index}`;
    const failed = this.#failedPings.get(pair) ?? 0;
    this.#failedPings.delete(pair);
    return failed;
  }

  /**
   * A phone has ended a round of stabilisation, after so many changes of the whole ring. Whether it had ended another
   * before, since when nothing has changed and none of its calls has failed.
   */
  roundEnded(phone: Machine, changes: number): boolean {
    const failures = this.#failures.get(one(phone)) ?? 0;
    const before = this.#rounds.get(one(phone));
    this.#rounds.set(one(phone), { changes, failures });
    return before?.changes === changes && before.failures === failures;
  }
}

function one({ index, incarnation }: Machine): Life {
  return `${index}.${incarnation}`;
}

function both(a: Machine, b: Machine): Life {
  return `${one(a)}<${one(b)}`;
}

function count(counts: Map<Life, number>, life: Life): void {
  counts.set(life, (counts.get(life) ?? 0) + 1);
}
