/** Who suspects whom, as phones say of themselves when they are asked how they are. */
import type { Id } from '../../shared/core/id.ts';

/** A word older than this says nothing of now, ms. */
const AGE_MS = 15_000;
/** Those who suspect one phone that are remembered: more say no more. */
const MAX_ACCUSERS = 8;

export class Suspicions {
  /** By the suspected phone: the numbers of those who suspect it, and when each said so last. */
  readonly #accusers = new Map<Id, Map<number, number>>();

  /** Takes in what phone n said: it suspects these, and nobody else any more. */
  take(n: number, suspected: readonly Id[], nowMs: number): void {
    for (const [id, accusers] of this.#accusers) {
      accusers.delete(n);
      if (accusers.size === 0) this.#accusers.delete(id);
    }
    for (const id of suspected) {
      const accusers = this.#accusers.get(id) ?? new Map<number, number>();
      if (accusers.size >= MAX_ACCUSERS) accusers.delete(accusers.keys().next().value!);
      this.#accusers.set(id, accusers.set(n, nowMs));
    }
  }

  /** How many others said of late that they suspect this phone; no more than eight are counted. */
  countOf(id: Id, nowMs: number): number {
    const accusers = [...(this.#accusers.get(id)?.values() ?? [])];
    return accusers.filter((atMs) => nowMs - atMs <= AGE_MS).length;
  }
}
