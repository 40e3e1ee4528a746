/**
 * Finding the owner of a point: each phone passes the question on to its best next one, and the owner's answer comes back
 * along the same path, over links that are open already. Whoever is silent for longer than the way should take is looked
 * into, and the next best phone is asked beside it; whoever knows nobody better says so, and the one before tries another.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { call, detach, type Fiber, first, now, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import type { CanContext } from '../context.ts';
import { MAX_OFFERS, offersOf } from '../membership/offer.ts';
import type { CanMessage, Find, Found } from '../message.ts';
import type { Point } from '../space/space.ts';
import { type Candidate, rank } from './routing.ts';

/** Questions of others that a phone waits for at once; beyond them it says that it knows nobody. */
const MAX_UNDER_WAY = 128;
/** Timeouts of the next phone alone after which another one is asked beside it: most routes take less. */
const PATIENCE = 3;
/** … or this share of the time that is left: else the first silent phone would take all of it. */
const PATIENCE_SHARE = 1 / 3;
/** Phones that a question or its answer may name as visited; more are not read. */
const MAX_VISITED = 128;
/** With less time left a question is not passed on, ms. */
const LEAST_BUDGET_MS = 20;
const NOBODY: Found = { type: 'found', owner: undefined, offers: [], trail: [], visited: [] };

export class Finding {
  readonly #context: CanContext;
  readonly #calls: Calls;
  #underWay = 0;

  constructor(context: CanContext, calls: Calls) {
    this.#context = context;
    this.#calls = calls;
  }

  /** Finds the owner of a point for this phone itself. */
  *find(point: Point): Task<Found> {
    const { self, settings, tell } = this.#context;
    const startedMs = yield* now();
    const found = yield* this.#answer({
      type: 'find',
      point,
      hopsLeft: settings.routeHops,
      detours: settings.routeDetours,
      budgetMs: settings.routeDeadlineMs,
      visited: [self.id],
    });
    const milliseconds = Math.max(0, (yield* now()) - startedMs);
    tell({ type: 'point-found', found: found.owner !== undefined, hops: found.trail.length, milliseconds });
    return found;
  }

  /** Answers another phone's question. */
  *serve(request: Find): Task<Found> {
    if (this.#underWay >= MAX_UNDER_WAY) return NOBODY;
    this.#underWay += 1;
    try {
      const { routeHops, routeDetours, routeDeadlineMs } = this.#context.settings;
      return yield* this.#answer({
        ...request,
        hopsLeft: Math.min(request.hopsLeft, routeHops),
        detours: Math.min(request.detours, routeDetours),
        budgetMs: Math.min(request.budgetMs, routeDeadlineMs),
        visited: [...request.visited.slice(-MAX_VISITED), this.#context.self.id],
      });
    } finally {
      this.#underWay -= 1;
    }
  }

  *#answer(request: Find): Task<Found> {
    const context = this.#context;
    if (context.territory.with(request.point) !== undefined) {
      return { type: 'found', owner: context.own, offers: offersOf(context), trail: [], visited: [] };
    }
    return yield* this.#passOn(request);
  }

  /** Asks the best phone; the next best beside it if it is silent, or after it. Each gets half of the detours left. */
  *#passOn(request: Find): Task<Found> {
    const startedMs = yield* now();
    const visited = new Set<Id>(request.visited);
    let asking: Fiber<Found | undefined>[] = [];
    let detours = request.detours;
    for (let tries = 0; ; ) {
      const leftMs = request.budgetMs - Math.max(0, (yield* now()) - startedMs);
      const mayAsk = (tries === 0 || detours > 0) && request.hopsLeft > 0 && leftMs > LEAST_BUDGET_MS;
      const next = mayAsk ? this.#best(request.point, visited) : undefined;
      if (next === undefined && asking.length === 0) return { ...NOBODY, visited: [...visited] };
      const waiting: Fiber<unknown>[] = [...asking];
      if (next !== undefined) {
        if (tries > 0) detours -= 1;
        tries += 1;
        visited.add(next.id);
        const passed = { ...request, hopsLeft: request.hopsLeft - 1, detours: detours >> 1, visited: [...visited] };
        detours -= passed.detours;
        const fiber = yield* spawn(this.#ask(next, passed, leftMs), 'pass on');
        asking.push(fiber);
        const patienceMs = Math.min(PATIENCE * this.#calls.timeoutMs(next), PATIENCE_SHARE * leftMs);
        waiting.push(fiber, yield* spawn(sleep(patienceMs), 'patience'));
      }
      yield* first(waiting);
      const answers = asking.filter((fiber) => fiber.done).map(({ result }) => result);
      const found = answers.find((answer) => answer?.owner !== undefined);
      if (found !== undefined) return found;
      for (const answer of answers) for (const id of answer?.visited ?? []) visited.add(id);
      if (next !== undefined && answers.length === 0) yield* detach(this.#lookInto(next), 'look into');
      asking = asking.filter((fiber) => !fiber.done);
    }
  }

  /** A phone is asked; undefined when it cannot be reached. */
  *#ask(next: Contact, request: Find, leftMs: number): Task<Found | undefined> {
    const budgetMs = Math.max(0, leftMs - this.#calls.timeoutMs(next) / 2);
    const passed: Find = { ...request, budgetMs };
    const outcome = yield* call<CanMessage, Found>(next, passed, leftMs);
    if (outcome.ok) {
      const { owner, offers, trail, visited } = outcome.reply;
      const { routeHops } = this.#context.settings;
      return {
        type: 'found',
        owner,
        offers: offers.slice(0, MAX_OFFERS),
        trail: [next, ...trail.slice(0, routeHops)],
        visited: visited.slice(0, MAX_VISITED),
      };
    }
    if (outcome.failure === 'unreachable') yield* this.#calls.lookInto(next);
    return undefined;
  }

  /** It is slow, or the way behind it is: a ping tells. */
  *#lookInto(phone: Contact): Task<void> {
    const outcome = yield* this.#calls.ping(phone);
    if (!outcome.ok && outcome.failure !== 'refused') yield* this.#calls.lookInto(phone);
  }

  #best(point: Point, tried: ReadonlySet<Id>): Contact | undefined {
    const { graveyard, settings } = this.#context;
    const isClosed = (id: Id): boolean => tried.has(id) || graveyard.has(id);
    return rank(candidates(this.#context), point, settings.longLinks, isClosed)[0]?.contact;
  }
}

/** Whom this phone can pass a question on to. */
export function* candidates({ neighbours, links, members, phase }: CanContext): Generator<Candidate> {
  // A phone that is joining itself is of use to whoever has it for a seed: it passes on to those it could join through.
  if (phase === 'joining') for (const contact of members.all()) yield { contact, zones: [], known: [] };
  for (const { contact, zones, known, state } of neighbours.values()) {
    if (state !== 'suspected') yield { contact, zones, known: known.values() };
  }
  for (const link of links.all()) if (!neighbours.has(link.contact.id)) yield link;
}
