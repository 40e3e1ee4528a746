/**
 * Zave's invariants of whole phones while they run: after every event that changed a phone's ring state the state of
 * all of them is judged as in zave/, as long as her assumptions hold (preconditions.ts).
 *
 * - I1, I2, D1 to D7, L1, L2, T1, T2 as the harness has them. In rings that never had r + 1 principals since the
 *   assumptions hold, in the reading for small rings (zave/invariants.ts).
 * - P1, P2 of every such state. P3: a phone whose stabilisation would be effective does not end one after which
 *   nothing in the whole ring has changed, if all its calls were answered.
 * - O: one owner a key. Two members that both take a key for theirs are a fault once the farther one has answered the
 *   nearer one's Notify and lost no predecessor since: until then the nearer one is still joining, or about to be known
 *   again.
 *
 * Two more hold at all times:
 *
 * - T3: a first successor was on the list before, or has just answered this phone itself.
 * - S: a neighbour is dropped as dead only after two pings of it have failed (SWIM's confirmation).
 */
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import type { RingState } from '../../../services/chord-router/core/ring/ring.ts';
import type { CallOutcome } from '../../../services/shared/core/effect.ts';
import type { Engine } from '../engine/engine.ts';
import type { CallObserver, Exchange } from '../engine/exchange.ts';
import type { SimMessage } from '../engine/machine.ts';
import type { Network as SimulatedNetwork } from '../engine/network.ts';
import type { SimPhone } from '../ring/phone.ts';
import { Judge } from '../zave/judge.ts';
import { mayFail } from '../zave/model.ts';
import { NONE } from '../zave/network.ts';
import { idealIsQuiet, isEffective, isIdeal, progressIsPossible } from '../zave/progress.ts';
import { Acquaintance } from './acquaintance.ts';
import { Preconditions } from './preconditions.ts';
import { RingImage } from './ring-image.ts';

/** What a watch has seen. */
export interface WatchReport {
  /** Changes of ring states that were judged with r + 1 principals, and in smaller rings. */
  readonly judged: number;
  readonly judgedSmall: number;
  /** Changes while the assumptions did not hold. */
  readonly unjudged: number;
  /** How often each assumption broke. */
  readonly breaches: Readonly<Record<string, number>>;
}

/** What a watch needs of the world it is in. */
export interface WatchedWorld {
  readonly phones: readonly SimPhone[];
  readonly elapsedMs: number;
  readonly engine: Engine;
  readonly network: SimulatedNetwork;
}

/** Assumptions that broke are looked at again so often, virtual ms. */
const RESTORE_EVERY_MS = 50;
/** Requests whose answers tell of the asked phone's lists. */
const READS: ReadonlySet<string> = new Set(['notify', 'ask-neighbours', 'compare-neighbours']);
/** What both the harness and calls that overlap in time do not promise. */
const DELAYED = { name: 'whole phones', hasPredecessors: true, exempt: ['T3'], actions: [] };

export class RingWatch implements CallObserver {
  /** What was violated, as sentences with the state at that time. Only the first of each name. */
  readonly faults: string[] = [];
  readonly #world: WatchedWorld;
  readonly #r: number;
  readonly #preconditions = new Preconditions();
  readonly #acquaintance = new Acquaintance();
  /** States that answers on their way tell of. */
  readonly #coming = new Map<Exchange, readonly { readonly state: RingState; readonly place: number }[]>();
  readonly #found = new Set<string>();
  /** Phones that ended a round of stabilisation in this event. */
  readonly #stabilised: SimPhone[] = [];
  #image: RingImage;
  #judge: Judge;
  #restoreAtMs = 0;
  #changes = 0;
  #counts = { judged: 0, judgedSmall: 0, unjudged: 0 };

  /** Watches from now on. `r`: length of the successor lists. */
  constructor(world: WatchedWorld, r: number) {
    this.#world = world;
    this.#r = r;
    this.#image = new RingImage([], r, 1);
    this.#judge = new Judge(this.#image.network, DELAYED);
    world.network.observer = this;
    world.engine.onEvent = () => this.#afterEvent();
  }

  get report(): WatchReport {
    return { ...this.#counts, breaches: Object.fromEntries(this.#preconditions.breaches) };
  }

  /** Whether Zave's assumptions hold. */
  get isJudging(): boolean {
    return this.#preconditions.hold;
  }

  /** Whether a phone may fail now within Zave's assumptions. */
  allowsFailureOf(phone: SimPhone): boolean {
    return mayFail(this.#image.network, this.#image.positionOf(phone.contact));
  }

  /** What a phone told: to be called with every event of every phone. */
  told(index: number, event: ChordEvent): void {
    const phone = this.#world.phones[index]!;
    if (event.type === 'stabilised') this.#stabilised.push(phone);
    if (event.type === 'phone-dropped') this.#dropped(phone, event.phone.id, event.reason);
  }

  #dropped(phone: SimPhone, id: string, reason: 'dead' | 'left'): void {
    const dropped = this.#world.phones.find(({ contact }) => contact.id === id);
    if (dropped === undefined) return;
    if (isMember(dropped)) this.#preconditions.breach('suspected wrongly');
    const ring = phone.node.ring;
    const isNeighbour = ring?.predecessor.id === id || ring?.successors.some((entry) => entry.id === id) === true;
    const failed = this.#acquaintance.dropped(phone, dropped);
    if (reason === 'dead' && isNeighbour && failed !== undefined && failed < 2) {
      this.#fault('S', `phone ${phone.index} dropped phone ${dropped.index} after ${failed} pings that failed`);
    }
  }

  replied(call: Exchange, reply: SimMessage): void {
    const [asker, asked] = [call.from as SimPhone, call.to as SimPhone];
    const { type } = call.request;
    if (reply.type === 'refused') return;
    if (type === 'notify') this.#acquaintance.notified(asked, asker);
    if (!READS.has(type) || !call.isOpen) return;
    this.#admitNewPhones();
    const state = asked.node.ring;
    const coming = state && this.#image.comingAnswer(asker, state);
    if (state === undefined || coming === undefined) return;
    const place = this.#image.expect(asker, coming);
    if (place === undefined) this.#preconditions.breach('too many answers at once');
    else this.#coming.set(call, [...(this.#coming.get(call) ?? []), { state, place }]);
  }

  ended(call: Exchange, outcome: CallOutcome<unknown> | undefined): void {
    const [asker, asked] = [call.from as SimPhone, call.to as SimPhone];
    if (outcome !== undefined) this.#acquaintance.ended(asker, asked, call.request.type, outcome);
    const wasRefused = outcome?.ok === false && outcome.failure === 'refused';
    if (wasRefused && call.request.type === 'notify' && isMember(asked)) this.#preconditions.breach('stale refusal');
    const coming = this.#coming.get(call);
    if (coming === undefined) return;
    this.#coming.delete(call);
    const at = this.#image.positionOf(asker.contact);
    for (const { place } of coming) this.#image.network.setAnswer(at, undefined, [], place);
  }

  #afterEvent(): void {
    this.#admitNewPhones();
    for (const at of this.#image.changed()) {
      this.#takeIn(at);
      this.#changes += 1;
      this.#judgeStep(at);
    }
    if (this.#preconditions.hold) for (const phone of this.#stabilised) this.#checkRound(phone);
    this.#stabilised.length = 0;
    this.#acquaintance.eventIsOver();
    if (this.#world.elapsedMs >= this.#restoreAtMs) this.#tryToRestore();
  }

  /** Takes in what has become of a phone, and notes which assumption that breaks. */
  #takeIn(at: number): void {
    const { network, order } = this.#image;
    const phone = order[at]!;
    const before = network.states[at];
    const now = this.#image.stateAt(at);
    if (before !== undefined && now === undefined && !mayFail(network, at)) {
      this.#preconditions.breach('failure beyond the assumption');
    }
    if (before === undefined && now !== undefined) {
      if (now.successors[0]!.id === phone.contact.id && network.memberCount > 0) {
        this.#preconditions.breach('a ring of its own');
      }
      if (this.#isTakenForDead(phone)) this.#preconditions.breach('back from the dead');
    }
    const first = network.entry(at, 0);
    const predecessor = network.predecessors[at]!;
    this.#image.take(at);
    if (predecessor !== network.predecessors[at] && predecessor !== NONE && !network.isMember(predecessor)) {
      this.#acquaintance.lostPredecessor(phone);
    }
    const next = network.entry(at, 0);
    if (before === undefined || now === undefined || next === first) return;
    const wasListed = before.successors.some((entry) => network.positionOf(entry) === next);
    if (!wasListed && next !== at && !this.#acquaintance.justAnswered(phone, order[next]!)) {
      this.#fault('T3', `phone ${phone.index} took phone ${order[next]!.index} for its successor unasked`);
    }
  }

  #judgeStep(at: number): void {
    const { network, order } = this.#image;
    if (!this.#preconditions.hold) {
      this.#counts.unjudged += 1;
      return;
    }
    this.#counts[network.mayClose ? 'judgedSmall' : 'judged'] += 1;
    for (const name of this.#judge.faultsOfStep()) this.#fault(name, `violated by phone ${order[at]!.index}`);
    if (!progressIsPossible(network)) this.#fault('P1', 'no stabilisation is effective, and the ring is not ideal');
    if (!idealIsQuiet(network)) this.#fault('P2', 'a stabilisation is effective though the ring is ideal');
    this.#checkOwners();
    this.#judge.begin();
  }

  /** P3, of a round that has just ended. */
  #checkRound(phone: SimPhone): void {
    const { network } = this.#image;
    const at = this.#image.positionOf(phone.contact);
    const isQuiet = this.#acquaintance.roundEnded(phone, this.#changes);
    if (!isQuiet || !network.isMember(at)) return;
    // That a predecessor is dead has to be found out first, which takes longer than a round.
    const predecessor = network.predecessors[network.entry(at, 0)]!;
    if (predecessor < 0 || !network.isMember(predecessor) || !isEffective(network, at)) return;
    this.#fault('P3', `phone ${phone.index} stabilised, and should have changed something`);
  }

  /** Whether the nearest of two who take a key for theirs is still joining, as far as the other one can know. */
  #checkOwners(): void {
    const { network, order } = this.#image;
    const { size } = network;
    for (let at = 0; at < size; at++) {
      if (!network.isMember(at)) continue;
      const from = network.predecessors[at]!;
      for (let nearer = (at + size - 1) % size; nearer !== from && nearer !== at; nearer = (nearer + size - 1) % size) {
        if (!network.isMember(nearer) || !this.#acquaintance.wasNotifiedBy(order[at]!, order[nearer]!)) continue;
        this.#fault(
          'O',
          `phones ${order[nearer]!.index} and ${order[at]!.index} both own phone ${order[nearer]!.index}'s id`,
        );
      }
    }
  }

  /** The assumptions hold again from an ideal ring on: no answer on its way, and nobody taken for dead who lives. */
  #tryToRestore(): void {
    this.#restoreAtMs = this.#world.elapsedMs + RESTORE_EVERY_MS;
    const { network } = this.#image;
    const isLarge = network.memberCount > this.#r;
    const isSettled = this.#preconditions.hold && (isLarge === !network.mayClose || network.memberCount === 0);
    if (isSettled || network.memberCount === 0 || network.answerCount > 0 || !isIdeal(network)) return;
    if (this.#image.order.some((phone) => isMember(phone) && this.#isTakenForDead(phone))) return;
    this.#rebuild(isLarge ? this.#r + 1 : 1);
    this.#preconditions.restore();
  }

  #admitNewPhones(): void {
    if (this.#image.phones.length !== this.#world.phones.length) this.#rebuild(this.#image.network.leastPrincipals);
  }

  #isTakenForDead({ contact }: SimPhone): boolean {
    return this.#world.phones.some(
      (other) => isMember(other) && other.node.status().missed.some(({ id }) => id === contact.id),
    );
  }

  #rebuild(leastPrincipals: number): void {
    this.#image = new RingImage(this.#world.phones, this.#r, leastPrincipals);
    for (const at of this.#image.order.keys()) this.#image.take(at);
    for (const [call, answers] of [...this.#coming]) {
      const kept = answers.flatMap(({ state }) => {
        const coming = this.#image.comingAnswer(call.from as SimPhone, state);
        const place = coming && this.#image.expect(call.from as SimPhone, coming);
        return place === undefined ? [] : [{ state, place }];
      });
      this.#coming.set(call, kept);
    }
    this.#judge = new Judge(this.#image.network, DELAYED);
    this.#judge.begin();
    this.#changes += 1; // what changed in the present event was not seen
  }

  #fault(name: string, sentence: string): void {
    if (this.#found.has(name)) return;
    this.#found.add(name);
    this.faults.push(`${name} at ${(this.#world.elapsedMs / 1000).toFixed(3)} s: ${sentence}\n${this.#image.toText()}`);
  }
}

function isMember(phone: SimPhone): boolean {
  return phone.isUp && phone.node.ring !== undefined;
}
