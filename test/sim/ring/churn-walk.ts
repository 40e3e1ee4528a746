/**
 * Random walks of whole phones within Zave's assumptions: phones join, leave and die at random over a network that
 * delays, loses and doubles messages, and every change of a ring state is judged. What the walks of zave/ do to
 * the operations, these do to what phones make of them (join.ts, stabilise.ts and all that calls them).
 */

import type { NetworkOptions } from '../engine/network.ts';
import { RingWatch, type WatchReport } from '../watch/ring-watch.ts';
import { faultsOfRing, isIdeal } from './checkers.ts';
import type { SimPhone } from './phone.ts';
import { ringWorld, type World } from './world.ts';

export interface ChurnWalk {
  readonly seed: number;
  /** Phones in the beginning, and about as many later. */
  readonly phones: number;
  /** Length of the successor lists. */
  readonly successors: number;
  /** Virtual seconds of churn. */
  readonly seconds: number;
  readonly network?: Partial<NetworkOptions>;
  /** Mean pause between two joins or failures, ms; drawn by the seed if it is not given. */
  readonly pauseMs?: number;
}

export interface ChurnReport {
  readonly seed: number;
  /** Hash of the log of all messages. */
  readonly hash: number;
  readonly delivered: number;
  readonly watched: WatchReport;
  readonly joins: number;
  readonly failures: number;
  /** Virtual ms until the ring was ideal again; undefined if it did not become so. */
  readonly healedMs: number | undefined;
  readonly faults: readonly string[];
  readonly trace: readonly string[];
}

const TRACE_LENGTH = 40;
const HEAL_WITHIN_MS = 300_000;
const HEAL_STEP_MS = 100;
const PAUSES_MS = [100, 300, 1_000, 3_000] as const;
/** Phones that never fail, so that a phone which joins finds somebody in the end. */
const SEEDS = 2;
/** How much the number of phones may differ from what it was. */
const SPREAD = 0.5;

export function walkUnderChurn(options: ChurnWalk): ChurnReport {
  return new ChurningWorld(options).run();
}

class ChurningWorld {
  readonly #options: ChurnWalk;
  readonly #world: World;
  readonly #watch: RingWatch;
  readonly #pauseMs: number;
  #joins = 0;
  #failures = 0;
  #over = false;

  constructor(options: ChurnWalk) {
    const { seed, successors } = options;
    const network = { latencyMs: [1, 40], jitterMs: 10, loss: 0.01, duplication: 0.02, reordering: 0.02 } as const;
    this.#options = options;
    this.#world = ringWorld({
      seed,
      traceLength: TRACE_LENGTH,
      settings: { successors, replication: Math.min(3, successors) },
      network: { ...network, ...options.network },
      tell: (index, event) => this.#watch.told(index, event),
    });
    this.#watch = new RingWatch(this.#world, successors);
    this.#pauseMs = options.pauseMs ?? this.#world.random.pick(PAUSES_MS);
  }

  run(): ChurnReport {
    const world = this.#world;
    const faults: string[] = [];
    let healedMs: number | undefined;
    try {
      world.ideal(this.#options.phones);
      this.#next();
      for (let second = 0; second < this.#options.seconds && this.#watch.faults.length === 0; second++)
        world.runFor(1000);
      this.#over = true;
      world.network.calm();
      if (this.#watch.faults.length === 0) healedMs = this.#heal();
      if (healedMs === undefined)
        faults.push(...faultsOfRing(world.living(), this.#options.successors).map((fault) => `H: ${fault}`));
    } catch (error) {
      faults.push(error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error));
    }
    return {
      seed: this.#options.seed,
      hash: world.engine.logHash,
      delivered: world.network.delivered,
      watched: this.#watch.report,
      joins: this.#joins,
      failures: this.#failures,
      healedMs,
      faults: [...this.#watch.faults, ...faults],
      trace: world.trace(),
    };
  }

  #heal(): number | undefined {
    const startedMs = this.#world.elapsedMs;
    while (!isIdeal(this.#world.living(), this.#options.successors)) {
      if (this.#world.elapsedMs - startedMs >= HEAL_WITHIN_MS) return undefined;
      this.#world.runFor(HEAL_STEP_MS);
    }
    return this.#world.elapsedMs - startedMs;
  }

  #next(): void {
    const { engine, random } = this.#world;
    engine.after(random.exponential(this.#pauseMs), () => {
      if (this.#over) return;
      if (this.#watch.isJudging) this.#strike();
      this.#next();
    });
  }

  #strike(): void {
    const world = this.#world;
    const living = world.living();
    const members = living.filter(({ node }) => node.ring !== undefined);
    const { phones } = this.#options;
    const grows = world.random.next() < 0.5;
    if (grows ? living.length < phones * (1 + SPREAD) : living.length < phones * (1 - SPREAD)) {
      this.#join(members);
    } else if (members.length > phones * (1 - SPREAD)) {
      this.#fail(world.random.pick(members));
    }
  }

  /** A new phone, or one that was here before. */
  #join(members: readonly SimPhone[]): void {
    const { random } = this.#world;
    const dead = this.#world.phones.filter(({ wasKilled }) => wasKilled);
    const phone = dead.length > 0 && random.next() < 0.1 ? random.pick(dead) : this.#world.addPhone();
    const seeds = [random.pick(members), ...this.#world.phones.slice(0, SEEDS)];
    phone.start(seeds.map(({ contact }) => contact.address));
    this.#joins += 1;
  }

  #fail(phone: SimPhone): void {
    if (phone.index < SEEDS || !this.#watch.allowsFailureOf(phone)) return;
    this.#failures += 1;
    const how = this.#world.random.below(3);
    if (how === 0) phone.leave();
    else phone.kill(how === 1 ? 'process' : 'machine');
  }
}
