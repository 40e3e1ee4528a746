/**
 * Keeping replicas equal: soon after every change of neighbours, and from time to time without one. The owner of a
 * range compares with its other replicas; in a quiet ring that is one digest a replica, and rarer the longer it is
 * quiet.
 */
import { now, random, Signal, sleep, spawn, type Task, waitFor } from '../../../shared/core/effect.ts';
import type { RecordKeeper } from '../record-keeper.ts';
import { NOTE_TIME_MS } from './coverage.ts';
import { shareAll } from './handover.ts';
import { goOnWithoutAbsent, settle } from './settle.ts';
import { hasStrays, offerStrays } from './strays.ts';
import { RangeSync } from './sync.ts';

/** Pause after a round in which something moved; doubles with every round in which nothing did. */
const SHORTEST_PAUSE_MS = 500;
/** The longest pause of a phone that does not hold all it should. */
const LONGEST_UNSETTLED_PAUSE_MS = 5_000;
/** Changes come in bunches: how long to wait for more of them before acting, when not needed at once. */
const BUNCH_MS = 750;
/** The same for a phone that lacks what it should have. */
const URGENT_BUNCH_MS = 30;

export class Repair {
  readonly #keeper: RecordKeeper;
  readonly #wake = new Signal();
  readonly #rounded = new Signal();
  #stirred = false;
  #toldSettled: boolean | undefined;

  constructor(keeper: RecordKeeper) {
    this.#keeper = keeper;
  }

  /** Repairs for as long as the phone runs. Start it when the phone is a member of its ring. */
  *run(): Task<void> {
    this.#keeper.coverage.noteNeighbours();
    yield* spawn(this.#watch(), 'watch the neighbours');
    let pauseMs = SHORTEST_PAUSE_MS;
    for (;;) {
      this.#stirred = false;
      const moved = yield* this.#round();
      this.#rounded.notify();
      this.#tellSettled();
      pauseMs = moved > 0 ? SHORTEST_PAUSE_MS : Math.min(2 * pauseMs, this.#longestPauseMs);
      if (!this.#stirred) yield* waitFor(this.#wake, yield* jittered(pauseMs));
      if (!this.#stirred) continue;
      pauseMs = SHORTEST_PAUSE_MS;
      yield* sleep(yield* jittered(this.#keeper.coverage.settled ? BUNCH_MS : URGENT_BUNCH_MS));
    }
  }

  get #longestPauseMs(): number {
    const { repairMaxMs } = this.#keeper.view.settings;
    return this.#keeper.coverage.settled ? repairMaxMs : Math.min(repairMaxMs, LONGEST_UNSETTLED_PAUSE_MS);
  }

  /** Starts a round soon. */
  stir(): void {
    this.#stirred = true;
    this.#wake.notify();
  }

  /**
   * Ends when, after some round, nothing is kept here astray, and whoever keeps the same as this phone has all of it. Whether
   * this phone has all that they have is another question: as long as they count what it was elsewhere it may not know.
   */
  *broughtOver(): Task<void> {
    do yield* waitFor(this.#rounded);
    while ((yield* hasStrays(this.#keeper)) || !(yield* shareAll(this.#keeper)));
  }

  *#watch(): Task<void> {
    const { coverage, view } = this.#keeper;
    for (;;) {
      const changed = yield* waitFor(view.neighboursChanged, NOTE_TIME_MS);
      const wasSettled = coverage.settled;
      const someDied = coverage.noteTime(yield* now());
      if (changed) coverage.noteNeighbours();
      if (changed || wasSettled !== coverage.settled || someDied) this.stir();
      this.#tellSettled();
    }
  }

  /** Gives how many records moved. */
  *#round(): Task<number> {
    const { coverage } = this.#keeper;
    // After a split others may be waiting for what lies here astray.
    let moved = coverage.settled ? 0 : yield* offerStrays(this.#keeper);
    moved += yield* settle(this.#keeper);
    if (!coverage.settled) return moved;
    this.#tellSettled();
    moved += yield* goOnWithoutAbsent(this.#keeper);
    moved += yield* this.#compareOwned();
    return moved + (yield* offerStrays(this.#keeper));
  }

  /** Compares the range this phone owns with the other phones that keep it. */
  *#compareOwned(): Task<number> {
    const { view } = this.#keeper;
    const from = view.predecessors()[0]?.id ?? view.self.id;
    const wanted = view.settings.replication - 1;
    const replicas = view.successors().slice(0, wanted);
    let moved = 0;
    let equal = 0;
    for (const replica of replicas) {
      const sync = new RangeSync(this.#keeper, replica, { direction: 'both', sparesUnsettled: true });
      const { complete, pulled, pushed } = yield* sync.run(from, view.self.id);
      moved += pulled + pushed;
      if (complete) equal++;
    }
    view.tell({ type: 'replicas-compared', wanted, present: replicas.length, equal });
    return moved;
  }

  #tellSettled(): void {
    const { coverage, view } = this.#keeper;
    const { settled } = coverage;
    if (settled === this.#toldSettled) return;
    this.#toldSettled = settled;
    view.tell({ type: 'settled', settled });
  }
}

/** Spread by a quarter to each side, so that phones that started together do not go on together. */
function* jittered(ms: number): Task<number> {
  return ms * (0.75 + 0.5 * (yield* random()));
}
