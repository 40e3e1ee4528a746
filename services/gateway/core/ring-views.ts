/** How single phones see the ring, sampled: whom they take for alive, and how far away these are. */
import type { Id } from '../../shared/core/id.ts';

/** GET /v1/network/ring of one phone. */
export interface RingView {
  readonly successors: readonly Id[];
  readonly predecessors: readonly Id[];
  readonly fingers: readonly Id[];
  /** All phones it knows. */
  readonly known: ReadonlyMap<Id, KnownPhone>;
}

export interface KnownPhone {
  readonly isSuspected: boolean;
  /** Smoothed round trip; undefined when never measured. */
  readonly rttMs: number | undefined;
}

interface Sampled {
  readonly view: RingView;
  readonly atMs: number;
}

/** A view older than this says nothing of now, ms. */
const VIEW_AGE_MS = 30_000;

export class RingViews {
  readonly #views = new Map<number, Sampled>();

  take(n: number, view: RingView, atMs: number): void {
    this.#views.set(n, { view, atMs });
  }

  drop(n: number): void {
    this.#views.delete(n);
  }

  /** How phone n saw the ring at most `ageMs` ago; undefined when nobody asked it since. */
  viewOf(n: number, nowMs: number, ageMs = VIEW_AGE_MS): RingView | undefined {
    const sampled = this.#views.get(n);
    return sampled === undefined || nowMs - sampled.atMs > ageMs ? undefined : sampled.view;
  }

  /** Of the phones asked lately, how many suspect the one with this id. */
  suspecting(id: Id, nowMs: number): number {
    let count = 0;
    for (const { view, atMs } of this.#views.values()) {
      if (nowMs - atMs <= VIEW_AGE_MS && view.known.get(id)?.isSuspected === true) count++;
    }
    return count;
  }
}

/**
 * Those of `alive` that a view speaks against: it suspects them, or it lacks them though it has most others. They are to
 * be asked at once, for the one who sees it may be the first to know.
 */
export function doubted(view: RingView, self: Id, alive: readonly Id[]): Id[] {
  const others = alive.filter((id) => id !== self);
  const hasMost = others.filter((id) => view.known.has(id)).length > others.length / 2;
  return others.filter((id) => {
    const known = view.known.get(id);
    return known === undefined ? hasMost : known.isSuspected;
  });
}
