/**
 * Random walks: what happens next is drawn, for id spaces too large to search. A walk goes in legs. Each leg starts in
 * an ideal ring of random members, and at its end the faults cease and the ring must become ideal. A leg that violates
 * something is replayed with ever fewer happenings until none can be left out.
 */
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { cpuSeconds } from './cpu-time.ts';
import { Judge } from './judge.ts';
import { choicesOf, describe, type Happening, type Protocol } from './model.ts';
import { fillIdeal, Network, type NetworkOptions } from './network.ts';
import { roundsToIdeal } from './progress.ts';

export interface Walk extends NetworkOptions {
  readonly protocol: Protocol;
  readonly seed: number;
  /** Happenings in all. */
  readonly steps: number;
  /** Happenings of one leg. */
  readonly legSteps: number;
  /** Members at most, and at the start of a leg unless `startsWith` says otherwise. */
  readonly population: number;
  readonly startsWith?: number;
  /** Whether N is asked as well (naming.ts). */
  readonly naming?: boolean;
  readonly onProgress?: (stepsDone: number) => void;
}

export interface WalkReport {
  readonly steps: number;
  readonly legs: number;
  /** How often each action happened. */
  readonly happened: Readonly<Record<string, number>>;
  /** Most rounds that a ring took to become ideal after a leg. */
  readonly mostRounds: number;
  /** Fewest members and fewest principals seen. */
  readonly fewestMembers: number;
  readonly fewestPrincipals: number;
  readonly violation: WalkViolation | undefined;
  /** CPU time. */
  readonly seconds: number;
}

export interface WalkViolation {
  /** Name of what is violated; `H`: the ring does not become ideal again. */
  readonly invariant: string;
  readonly leg: number;
  /** What is left after shrinking: a sentence a happening, and the state at the end. */
  readonly trace: string;
  readonly happenings: number;
  readonly happeningsBeforeShrinking: number;
}

/** Draws in vain, in a row, after which a leg ends: nothing is left that can happen. */
const MAX_VAIN_DRAWS = 1_000_000;
/** Places before a joining phone where a member to join through is looked for first. */
const JOIN_NEARBY = 8;

export function walk(options: Walk): WalkReport {
  return new Walker(options).run();
}

/** How many rounds a ring of so many members may take to become ideal after a leg. */
function roundsAllowed({ r }: NetworkOptions, members: number): number {
  return members + 3 * r;
}

class Walker {
  readonly #options: Walk;
  readonly #network: Network;
  readonly #judge: Judge;
  readonly #random: SeededRandom;
  readonly #drawn: readonly number[];
  readonly #happened: number[];
  readonly #journal: Happening[] = [];
  #steps = 0;
  #mostRounds = 0;
  #fewestMembers = Number.POSITIVE_INFINITY;
  #fewestPrincipals = Number.POSITIVE_INFINITY;

  constructor(options: Walk) {
    this.#options = options;
    this.#network = new Network(options);
    this.#judge = new Judge(this.#network, options.protocol, { naming: options.naming ?? false });
    this.#random = new SeededRandom(options.seed);
    this.#drawn = options.protocol.actions.flatMap(({ weight }, action) =>
      Array.from({ length: weight }, () => action),
    );
    this.#happened = options.protocol.actions.map(() => 0);
  }

  run(): WalkReport {
    const started = cpuSeconds();
    let violation: WalkViolation | undefined;
    let legs = 0;
    for (; this.#steps < this.#options.steps && violation === undefined; legs++) {
      const members = this.#drawMembers();
      const invariant = this.#leg(members);
      if (invariant !== undefined) violation = this.#shrink(invariant, members, legs);
      this.#options.onProgress?.(this.#steps);
    }
    const names = this.#options.protocol.actions.map(({ name }) => name);
    return {
      steps: this.#steps,
      legs,
      happened: Object.fromEntries(names.map((name, action) => [name, this.#happened[action]!])),
      mostRounds: this.#mostRounds,
      fewestMembers: this.#fewestMembers,
      fewestPrincipals: this.#fewestPrincipals,
      violation,
      seconds: cpuSeconds() - started,
    };
  }

  #drawMembers(): number[] {
    const { population, startsWith = population, size } = this.#options;
    const positions = this.#random.shuffle(Array.from({ length: size }, (_, position) => position));
    return positions.slice(0, startsWith).sort((a, b) => a - b);
  }

  /** One leg from the ideal ring of these members. The name of the first thing violated. */
  #leg(members: readonly number[]): string | undefined {
    const network = this.#network;
    fillIdeal(network, members);
    this.#judge.begin();
    this.#journal.length = 0;
    const steps = Math.min(this.#options.legSteps, this.#options.steps - this.#steps);
    for (let vain = 0; this.#journal.length < steps && vain < MAX_VAIN_DRAWS; vain++) {
      const happening = this.#draw();
      if (happening === undefined) continue;
      vain = 0;
      this.#journal.push(happening);
      const [fault] = this.#judge.faultsOfStep();
      if (fault !== undefined) return fault;
      this.#judge.begin();
      this.#fewestMembers = Math.min(this.#fewestMembers, network.memberCount);
      this.#fewestPrincipals = Math.min(this.#fewestPrincipals, this.#judge.analysis.principalCount);
    }
    this.#steps += this.#journal.length;
    const isExempt = this.#options.protocol.exempt.includes('H');
    return isExempt || this.#heals() ? undefined : 'H';
  }

  #heals(): boolean {
    const network = this.#network;
    const rounds = roundsToIdeal(this.#options.protocol, network, roundsAllowed(network, network.memberCount));
    this.#mostRounds = Math.max(this.#mostRounds, rounds ?? 0);
    return rounds !== undefined;
  }

  /** Draws what happens and does it; undefined if that cannot happen now. */
  #draw(): Happening | undefined {
    const network = this.#network;
    const action = this.#random.pick(this.#drawn);
    const definition = this.#options.protocol.actions[action]!;
    const at = this.#random.below(network.size);
    const isJoin = definition.chooses === 'position' && !network.isMember(at);
    if (isJoin && network.memberCount >= this.#options.population) return undefined;
    const choices = choicesOf(definition, network);
    const first = isJoin ? at + choices - 1 - this.#random.below(JOIN_NEARBY) : this.#random.below(choices);
    for (let tries = 0; tries < choices; tries++) {
      const choice = (first + choices - tries) % choices;
      if (!definition.perform(network, at, choice)) continue;
      this.#happened[action]! += 1;
      return { action, at, choice };
    }
    return undefined;
  }

  /** Leaves out happenings, in halves, quarters and so on, as long as the same thing is violated without them. */
  #shrink(invariant: string, members: readonly number[], leg: number): WalkViolation {
    let kept = [...this.#journal];
    const before = kept.length;
    for (let chunk = kept.length >> 1; chunk >= 1; chunk >>= 1) {
      for (let start = 0; start < kept.length; ) {
        const fewer = this.#replay(invariant, members, [...kept.slice(0, start), ...kept.slice(start + chunk)]);
        if (fewer === undefined) start += chunk;
        else kept = fewer;
      }
    }
    const trace = this.#trace(members, kept);
    return { invariant, leg, trace, happenings: kept.length, happeningsBeforeShrinking: before };
  }

  /** Those that did happen, up to the violation; undefined if it does not come about. */
  #replay(invariant: string, members: readonly number[], happenings: readonly Happening[]): Happening[] | undefined {
    fillIdeal(this.#network, members);
    this.#judge.begin();
    const happened: Happening[] = [];
    for (const happening of happenings) {
      if (!this.#perform(happening)) continue;
      happened.push(happening);
      if (this.#judge.faultsOfStep().includes(invariant)) return happened;
      this.#judge.begin();
    }
    return invariant === 'H' && !this.#heals() ? happened : undefined;
  }

  #perform({ action, at, choice }: Happening): boolean {
    return this.#options.protocol.actions[action]!.perform(this.#network, at, choice);
  }

  #trace(members: readonly number[], happenings: readonly Happening[]): string {
    fillIdeal(this.#network, members);
    const lines = [`the ideal ring of ${members.join(' ')}`];
    for (const happening of happenings) {
      lines.push(`· ${describe(this.#options.protocol, this.#network, happening)}`);
      this.#perform(happening);
    }
    return [...lines, this.#network.toText()].join('\n');
  }
}
