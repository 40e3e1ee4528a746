/**
 * A ring that stands still: every phone has the product's own tables, filled as an experiment says, and looks keys up
 * with the product's own lookup, in virtual time. Phones may be dead, and nobody repairs anything.
 *
 * Tables are made when a phone is first asked, from the ring alone, and a phone that asks gets fresh ones for each
 * lookup: what lookups teach does not add up, so every figure is of tables as they were laid out.
 */
import { Calls } from '../../services/chord-router/core/calls.ts';
import { Forwarding } from '../../services/chord-router/core/lookup/forward.ts';
import { lookup } from '../../services/chord-router/core/lookup/lookup.ts';
import { answerFor } from '../../services/chord-router/core/lookup/own-answer.ts';
import { SilenceEstimate } from '../../services/chord-router/core/lookup/silence.ts';
import type { ForwardLookup, PeerReply, PeerRequest } from '../../services/chord-router/core/message.ts';
import { RingContext } from '../../services/chord-router/core/ring/ring-context.ts';
import type { LookupOutcome } from '../../services/chord-router/core/ring-view.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import type { Contact } from '../../services/shared/core/contact.ts';
import { type CallOutcome, now, type Task } from '../../services/shared/core/effect.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { type Host, type Pending, Scheduler, type Waiter } from '../../services/shared/core/scheduler.ts';
import { Engine } from '../sim/engine/engine.ts';
import type { Population } from './population.ts';

export interface StaticRingOptions {
  readonly seed: number;
  /** Lookups are iterative, as the papers', unless these say otherwise. */
  readonly settings?: Partial<ChordSettings>;
  /** Learns what a phone knows beyond its predecessor and its successor list. */
  readonly equip: (context: RingContext, population: Population, random: SeededRandom) => void;
  /** Round trip of two phones, by index; default: RTT_MS for all. */
  readonly rttMs?: (from: number, to: number) => number;
  /** Answers what a phone is asked beyond the ring's own questions; undefined where it is one of those. */
  readonly serve?: (context: RingContext, calls: Calls, request: PeerRequest) => PeerReply | undefined;
  /** Hears of every request to another phone that was answered. */
  readonly exchanged?: (request: PeerRequest, reply: PeerReply) => void;
  /** Phones keep what their earlier lookups taught them of how many phones are silent: nothing else. Default: no. */
  readonly keepSilence?: boolean;
}

/** Round trip of every two phones unless an experiment says otherwise. */
export const RTT_MS = 50;
/** Longer than any lookup and what it leaves behind. */
const LOOKUP_END_MS = 60_000;
/** Tables kept at a time: a bound on memory alone. */
const MAX_CONTEXTS = 20_000;

export class StaticRing {
  readonly population: Population;
  readonly settings: ChordSettings;
  readonly #options: StaticRingOptions;
  readonly #engine: Engine;
  readonly #answering = new Map<number, RingContext>();
  readonly #dead = new Set<number>();
  readonly #silences = new Map<number, SilenceEstimate>();

  constructor(population: Population, options: StaticRingOptions) {
    this.population = population;
    this.settings = { ...DEFAULT_SETTINGS, forwardLookups: false, ...options.settings };
    this.#options = options;
    this.#engine = new Engine(options.seed);
  }

  /** These phones answer nothing from now on. All others' tables stay as they were. */
  kill(indexes: Iterable<number>): void {
    for (const index of indexes) this.#dead.add(index);
  }

  isAlive(index: number): boolean {
    return !this.#dead.has(index);
  }

  /** Index of the first living phone at or after the key. */
  livingOwnerOf(key: Id): number {
    let index = this.population.ownerOf(key);
    while (this.#dead.has(index)) index = (index + 1) % this.population.size;
    return index;
  }

  rttMs(from: number, to: number): number {
    return from === to ? 0 : (this.#options.rttMs?.(from, to) ?? RTT_MS);
  }

  /** A phone's lookup, from fresh tables to its end. */
  lookup(from: number, key: Id): LookupOutcome {
    return this.run(from, (context, calls) => lookup(context, calls, key));
  }

  /** Runs a task on a phone with fresh tables. Throws when it does not end. */
  run<T>(from: number, task: (context: RingContext, calls: Calls) => Task<T>): T {
    const context = this.#newContext(from);
    const scheduler = new Scheduler(this.#hostOf(from));
    const calls = this.#callsOf(context);
    let outcome: { readonly value: T } | undefined;
    scheduler.run(task(context, calls), 'task', (fiber) => {
      outcome = { value: fiber.result as T };
    });
    this.#engine.runFor(LOOKUP_END_MS);
    scheduler.stop();
    if (outcome === undefined) throw new Error('a task of a ring that stands still did not end');
    return outcome.value;
  }

  #callsOf(context: RingContext): Calls {
    const { serve } = this.#options;
    const calls: Calls = new Calls(context, {
      *answer(request): Task<PeerReply> {
        yield* now();
        return serve?.(context, calls, request) ?? neighboursOf(context);
      },
      *neighbourFailed(): Task<void> {},
    });
    return calls;
  }

  #newContext(index: number): RingContext {
    const { population, settings } = this;
    const self = population.at(index);
    const context = new RingContext(self, settings, () => {}, this.#silenceOf(index));
    const count = Math.min(settings.successors, population.size - 1);
    const successors = Array.from({ length: count }, (_, i) => population.at(index + 1 + i));
    context.setRing({ self, predecessor: population.at(index - 1), successors });
    context.placement.heardSuccessor(successors[0]!, self.id, true);
    context.placement.complete();
    this.#options.equip(context, population, new SeededRandom(this.#options.seed * 0x9e3779b1 + index));
    for (const known of context.phones.all()) {
      known.heardAtMs = this.#engine.nowMs;
      known.roundTrip.answered(this.rttMs(index, population.indexOf(known.contact.id)));
    }
    context.phase = 'member';
    return context;
  }

  #silenceOf(index: number): SilenceEstimate {
    const known = this.#silences.get(index);
    if (known !== undefined) return known;
    const silence = new SilenceEstimate();
    if (this.#options.keepSilence === true) this.#silences.set(index, silence);
    return silence;
  }

  #contextOf(index: number): RingContext {
    let context = this.#answering.get(index);
    if (context !== undefined) return context;
    if (this.#answering.size >= MAX_CONTEXTS) this.#answering.clear();
    context = this.#newContext(index);
    this.#answering.set(index, context);
    return context;
  }

  #answer(index: number, request: PeerRequest): PeerReply {
    if (request.type === 'ping' || request.type === 'tell') return { type: 'done' };
    const context = this.#contextOf(index);
    const served = this.#options.serve?.(context, this.#callsOf(context), request);
    if (served !== undefined) return served;
    if (request.type === 'find-successor') return answerFor(context, request.key);
    if (request.type !== 'ask-neighbours') refuse(`a ring that stands still is not asked ${request.type}`);
    return neighboursOf(context);
  }

  #hostOf(index: number): Host {
    const engine = this.#engine;
    return {
      now: () => engine.nowMs,
      random: () => engine.random.next(),
      sleep: (ms, waiter) => this.#later(ms, () => waiter.resume(undefined)),
      call: (to, request, timeoutMs, waiter) => this.#call(index, to, request as PeerRequest, timeoutMs, waiter),
      identify: (_address, timeoutMs, waiter) => this.#later(timeoutMs, () => waiter.resume(undefined)),
      resolve: () => refuse('a ring that stands still has no seeds'),
      store: () => refuse('a ring that stands still keeps no records'),
      crashed(error, label) {
        throw new Error(`a task threw: ${label}`, { cause: error });
      },
    };
  }

  #call(
    from: number,
    to: Contact,
    request: PeerRequest,
    timeoutMs: number,
    waiter: Waiter<CallOutcome<unknown>>,
  ): Pending {
    const target = this.population.indexOf(to.id);
    const rttMs = this.rttMs(from, target);
    if (this.#dead.has(target) || rttMs > timeoutMs) {
      return this.#later(timeoutMs, () => waiter.resume({ ok: false, failure: 'timeout', elapsedMs: timeoutMs }));
    }
    if (request.type === 'forward-lookup') {
      return this.#callForwarded(target, rttMs, request, timeoutMs, waiter);
    }
    return this.#later(rttMs, () => {
      const reply = this.#answer(target, request);
      this.#options.exchanged?.(request, reply);
      waiter.resume({ ok: true, reply, rttMs });
    });
  }

  /** A question passed on takes as long as the phone asked needs to find the answer. */
  #callForwarded(
    target: number,
    rttMs: number,
    request: ForwardLookup,
    timeoutMs: number,
    waiter: Waiter<CallOutcome<unknown>>,
  ): Pending {
    const engine = this.#engine;
    const startedMs = engine.nowMs;
    const context = this.#contextOf(target);
    const scheduler = new Scheduler(this.#hostOf(target));
    let isOver = false;
    const end = (outcome: CallOutcome<unknown>): void => {
      if (isOver) return;
      isOver = true;
      waiter.resume(outcome);
    };
    engine.after(rttMs / 2, () => {
      const serving = new Forwarding(context, this.#callsOf(context)).serve(request);
      scheduler.run(serving, 'serve', ({ result }) => {
        if (result !== undefined) this.#options.exchanged?.(request, result);
        engine.after(rttMs / 2, () => end({ ok: true, reply: result, rttMs: engine.nowMs - startedMs }));
      });
    });
    engine.after(timeoutMs, () => end({ ok: false, failure: 'timeout', elapsedMs: timeoutMs }));
    return {
      cancel() {
        isOver = true;
      },
    };
  }

  #later(ms: number, run: () => void): Pending {
    return { cancel: this.#engine.after(ms, run) };
  }
}

function neighboursOf({ ring, predecessorList }: RingContext): PeerReply {
  const { predecessor, successors } = ring;
  return { type: 'neighbours', predecessor, successors, predecessors: predecessorList };
}

function refuse(what: string): never {
  throw new Error(what);
}
