/**
 * Phones of the product in a state that the harness made up: each member has the product's own context, answers, calls
 * and suspicion; calls are answered at once, or time out at a phone that is no member. Every change of a ring state is
 * held against what the harness's protocol allows just then (correctedProtocol, any candidate):
 *
 * - taken: the first successor and its list, as StabilizeFromSuccessor has it;
 * - adopted: a live phone between self and the first successor, with its list (StabilizeFromPredecessor);
 * - rectified: a phone that has notified this one, its first successor then, became the predecessor, as Rectify has it;
 * - dropped: a dead entry; also together with one of the others, which happen after one another;
 * - joined: a phone became a member through one that precedes it.
 */

import type { RingRequest } from '../../../services/chord-router/core/answer.ts';
import { Answers } from '../../../services/chord-router/core/answer.ts';
import { Calls } from '../../../services/chord-router/core/calls.ts';
import type { PeerReply, PeerRequest } from '../../../services/chord-router/core/message.ts';
import { joinRing } from '../../../services/chord-router/core/ring/join.ts';
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import { Stabilisation } from '../../../services/chord-router/core/ring/stabilise.ts';
import { suspicionOf } from '../../../services/chord-router/core/ring/suspicion.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Task } from '../../../services/shared/core/effect.ts';
import type { Suspicion } from '../../../services/shared/core/suspicion.ts';
import { isBetween, type Network } from './network.ts';
import { Clock, ProductHost } from './product-host.ts';

export type Step = 'taken' | 'adopted' | 'rectified' | 'dropped' | 'joined';

/** Timers that a task may let pass; a phone that finds no place tries for ever. */
const MOST_TIMERS = 400;

interface Phone {
  readonly host: ProductHost;
  readonly answers: Answers;
  readonly context: RingContext;
  readonly calls: Calls;
  readonly suspicion: Suspicion;
}

export class ProductRing {
  /** Changes of ring states that the protocol allows, by what they are. */
  readonly steps: Record<Step, number> = { taken: 0, adopted: 0, rectified: 0, dropped: 0, joined: 0 };
  /** Changes that it does not, as sentences. */
  readonly faults: string[] = [];
  readonly #network: Network;
  readonly #clock = new Clock();
  readonly #phones = new Map<number, Phone>();
  /** Who has notified whom. */
  readonly #notified = new Set<string>();
  #isLaidOut = false;

  /** Takes the network's state for that of the phones, and keeps the network as the phones change. */
  constructor(network: Network) {
    this.#network = network;
    for (const [at, state] of network.states.entries()) {
      if (state === undefined) continue;
      const { context } = this.#add(at);
      context.setRing(state);
      context.phase = 'member';
    }
    this.#isLaidOut = true;
  }

  /** One round of a member's stabilisation, and all that follows from it. */
  stabilise(at: number): void {
    const { calls, context, host, suspicion } = this.#phones.get(at)!;
    host.start(new Stabilisation(context, calls, suspicion).round());
    this.#clock.run(() => false, MOST_TIMERS);
  }

  /** A phone joins through a member. False if it found no place in the time it was given. */
  join(at: number, through: number): boolean {
    const { calls, context, host } = this.#add(at);
    const seeds = [this.#network.contacts[through]!.address];
    const joining = host.start(joinRing(context, calls, { seeds, remembered: [] }));
    this.#clock.run(() => joining.done, MOST_TIMERS);
    return this.#network.isMember(at);
  }

  #add(at: number): Phone {
    const self = this.#network.contacts[at]!;
    const settings = { ...DEFAULT_SETTINGS, successors: this.#network.r };
    const context = new RingContext(self, settings, ({ type }) => {
      if (type === 'neighbours-changed' && this.#isLaidOut) this.#changed(at);
    });
    const calls = new Calls(context, {
      answer: (request) => answers.answer(self, request as RingRequest),
      *neighbourFailed(contact): Task<void> {
        yield* suspicion.confirm(contact);
      },
    });
    const suspicion = suspicionOf(context, calls);
    const answers = new Answers(context, calls, suspicion);
    const host = new ProductHost(this.#clock, this.#network.contacts, (to, request) => this.#answer(to, self, request));
    const phone = { answers, calls, context, host, suspicion };
    this.#phones.set(at, phone);
    return phone;
  }

  #changed(at: number): void {
    const next = this.#phones.get(at)!.context.ring;
    const step = this.#stepTo(at, next);
    if (step === undefined) {
      const list = next.successors.map((entry) => this.#network.positionOf(entry)).join(' ');
      this.faults.push(`${at} got [${list}] where the protocol has no such step:\n${this.#network.toText()}`);
    } else this.steps[step] += 1;
    this.#network.set(at, next);
  }

  #stepTo(at: number, next: ring.RingState): Step | undefined {
    const before = this.#network.states[at];
    if (before === undefined) return this.#joins(next) ? 'joined' : undefined;
    if (this.#isReached(before, next)) return 'dropped';
    if (this.#takes(before, next)) return 'taken';
    if (this.#adopts(at, before, next)) return 'adopted';
    return this.#rectifies(at, before, next) ? 'rectified' : undefined;
  }

  #joins(next: ring.RingState): boolean {
    return this.#members().some(({ state }) => {
      const joined = ring.join(next.self, state.self, state, this.#network.r);
      return joined !== undefined && this.#isReached(joined, next);
    });
  }

  #takes(before: ring.RingState, next: ring.RingState): boolean {
    const asked = this.#network.states[this.#network.positionOf(before.successors[0]!)];
    if (asked === undefined) return false;
    return this.#isReached(ring.stabiliseFromSuccessor(before, asked.self, asked, this.#network.r).state, next);
  }

  #adopts(at: number, before: ring.RingState, next: ring.RingState): boolean {
    const first = this.#network.entry(at, 0);
    return this.#members().some(
      ({ position, state }) =>
        isBetween(at, position, first) &&
        this.#isReached(ring.stabiliseFromPredecessor(before, state.self, state, this.#network.r), next),
    );
  }

  #rectifies(at: number, before: ring.RingState, next: ring.RingState): boolean {
    const isDead = !this.#network.isMember(this.#network.predecessors[at]!);
    return this.#members().some(
      ({ position, state }) =>
        this.#notified.has(`${position} ${at}`) && this.#isReached(ring.rectify(before, state.self, isDead), next),
    );
  }

  #members(): { readonly position: number; readonly state: ring.RingState }[] {
    return this.#network.states.flatMap((state, position) => (state === undefined ? [] : [{ position, state }]));
  }

  /** Whether one state is the other, or the other without some of its dead entries. */
  #isReached(from: ring.RingState, next: ring.RingState): boolean {
    if (from.predecessor.id !== next.predecessor.id) return false;
    const gone = from.successors.filter((entry) => !next.successors.includes(entry));
    if (gone.some((entry) => this.#network.isMember(this.#network.positionOf(entry)))) return false;
    const left = from.successors.filter((entry) => next.successors.includes(entry));
    return ring.sameContacts(left, next.successors);
  }

  #noteNotice(from: number, at: number): void {
    this.#notified.add(`${from} ${at}`);
    if (this.#network.entry(from, 0) === at) return;
    this.faults.push(`${from} notifies ${at}, which is not its first successor:\n${this.#network.toText()}`);
  }

  /** What a member answers; undefined: nothing, as phones that are no members. */
  #answer(to: Contact, from: Contact, request: PeerRequest): PeerReply | 'refused' | undefined {
    const at = this.#network.positionOf(to);
    const phone = this.#phones.get(at);
    if (phone === undefined || !this.#network.isMember(at)) return undefined;
    if (request.type === 'notify') this.#noteNotice(this.#network.positionOf(from), at);
    const { result } = phone.host.start(phone.answers.answer(from, request as RingRequest));
    return result === undefined || result.type === 'refused' ? 'refused' : result;
  }
}
