/**
 * Forwarded (recursive) lookups: each phone passes the question on to its best next one, and the owner's own answer
 * comes back along the same path. Where tables cannot hold the ring this takes a third of the time of asking phone by
 * phone, for only near phones are asked on the way; docs/decisions/forwarded-lookups.md says why and how far.
 *
 * Sources: Stoica et al., "Chord", ToN 2003, section 6 (recursive lookups, proximity); Dabek et al., "Designing a DHT
 * for low latency and high throughput", NSDI 2004, sections 4.2 to 4.4.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { call, detach, type Fiber, first, now, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Calls } from '../calls.ts';
import type { ForwardedLookup, ForwardLookup, PeerRequest, TrailHop } from '../message.ts';
import type { RingContext } from '../ring/ring-context.ts';
import { NextPhones } from './next-phone.ts';
import { answerFor } from './own-answer.ts';

/** Most phones that a question is passed through; far more than any route is long. */
export const MAX_FORWARDS = 16;
/** Questions of others that this phone waits for at once; beyond them it answers from its tables. */
const MAX_UNDER_WAY = 64;
/** Ways that a lookup's question is sent at once: the quickest answer counts, and a dead phone on one costs no time. */
const ROUTES = 2;
/** Phones tried by one that passes a question on: a second one if the first cannot be reached or refuses. */
const TRIES = 2;
/** A question with less time left is not passed on. */
const LEAST_BUDGET_MS = 20;
/** Typical round trips after which the next phone is looked into: most routes take less than two. */
const PATIENT_ROUND_TRIPS = 4;

type PassedOn = ForwardedLookup | 'failed' | 'late';

export class Forwarding {
  readonly #context: RingContext;
  readonly #calls: Calls;
  #underWay = 0;

  constructor(context: RingContext, calls: Calls) {
    this.#context = context;
    this.#calls = calls;
  }

  /**
   * Begins a lookup: sends its question along several ways at once. The first answer of an owner counts; undefined when
   * nobody answered in time. Ways that are slower go on, for they tell who lives.
   */
  *begin(key: Id, budgetMs: number): Task<ForwardedLookup | undefined> {
    const next = new NextPhones(this.#context, key);
    const routes: Fiber<PassedOn>[] = [];
    for (let choice = next.best(); choice !== undefined && routes.length < ROUTES; choice = next.best()) {
      const request = requestOf(key, MAX_FORWARDS, budgetMs - choice.rttMs);
      routes.push(yield* detach(this.#passOn(choice.phone, request, budgetMs, next.typicalMs), 'forwarded lookup'));
    }
    let reached: ForwardedLookup | undefined;
    for (let open = routes; open.length > 0; open = open.filter(({ done }) => !done)) {
      const { result } = yield* first(open);
      if (result === undefined || result === 'failed' || result === 'late') continue;
      reached = result;
      if (reached.owner !== undefined) break;
    }
    return reached;
  }

  /** Answers another phone's question: this phone owns the key, or passes it on, or says what its tables have. */
  *serve({ key, hopsLeft, budgetMs }: ForwardLookup): Task<ForwardedLookup> {
    const context = this.#context;
    if (context.owns(key)) {
      const { self, successors } = context;
      return { type: 'forwarded-lookup', owner: self, ownerSuccessors: successors, closer: [], trail: [] };
    }
    if (hopsLeft > 0 && this.#underWay < MAX_UNDER_WAY) {
      this.#underWay += 1;
      try {
        const bounded = Math.min(budgetMs, context.settings.lookupDeadlineMs);
        const found = yield* this.ask(key, Math.min(hopsLeft, MAX_FORWARDS) - 1, bounded);
        if (found !== undefined) return found;
      } finally {
        this.#underWay -= 1;
      }
    }
    const { owner, ownerSuccessors, closer } = answerFor(context, key);
    const guesses = owner === undefined ? ownerSuccessors : [owner, ...ownerSuccessors];
    return { type: 'forwarded-lookup', owner: undefined, ownerSuccessors: guesses, closer, trail: [] };
  }

  /** Passes a question on. Undefined when nobody answered in time; the answer's trail begins with the phone asked. */
  *ask(key: Id, hopsLeft: number, budgetMs: number): Task<ForwardedLookup | undefined> {
    const startedMs = yield* now();
    const next = new NextPhones(this.#context, key);
    for (let tries = 0; tries < TRIES; tries++) {
      const left = budgetMs - Math.max(0, (yield* now()) - startedMs);
      const choice = left < LEAST_BUDGET_MS ? undefined : next.best();
      if (choice === undefined) return undefined;
      const request = requestOf(key, hopsLeft, left - choice.rttMs);
      const outcome = yield* this.#passOn(choice.phone, request, left, next.typicalMs);
      if (outcome === 'late') return undefined;
      if (outcome !== 'failed') return outcome;
    }
    return undefined;
  }

  /**
   * Asks, and looks into a phone that is slow. The time an answer takes is that of the whole rest of the route, so it
   * says nothing of this one phone's round trip, nor does its lateness of its death.
   */
  *#passOn(phone: Contact, request: ForwardLookup, timeoutMs: number, typicalMs: number): Task<PassedOn> {
    const context = this.#context;
    const asked = yield* spawn(call<PeerRequest, ForwardedLookup>(phone, request, timeoutMs), 'pass a lookup on');
    const patience = yield* spawn(sleep(PATIENT_ROUND_TRIPS * typicalMs), 'patience');
    if ((yield* first<unknown>([asked, patience])) !== asked) {
      yield* detach(this.#calls.ask<'ping'>(phone, { type: 'ping' }), 'look into a slow phone');
      yield* first([asked]);
    }
    const outcome = asked.result;
    if (outcome === undefined || !outcome.ok) {
      if (outcome?.failure === 'unreachable') context.suspect(phone);
      return outcome?.failure === 'timeout' ? 'late' : 'failed';
    }
    context.answered(phone, yield* now());
    const { trail } = outcome.reply;
    const hop: TrailHop = { phone, milliseconds: outcome.rttMs };
    return { ...outcome.reply, trail: [hop, ...trail.slice(0, MAX_FORWARDS)] };
  }
}

function requestOf(key: Id, hopsLeft: number, budgetMs: number): ForwardLookup {
  return { type: 'forward-lookup', key, hopsLeft, budgetMs: Math.max(0, budgetMs) };
}
