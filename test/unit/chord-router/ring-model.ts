/**
 * A ring of plain states driven by atomic operations, as in Zave's model: every step reads the present state of at most
 * one other member. What a step leaves to be done (query a candidate, notify) is pending until some later step, so
 * operations of different members interleave. The operations are parameters: a negative control swaps in wrong ones.
 */

import type { RingState } from '../../../services/chord-router/core/ring.ts';
import * as ring from '../../../services/chord-router/core/ring.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { between, type Id, idFromNumber } from '../../../services/shared/core/id.ts';

export type RingOperations = Pick<
  typeof ring,
  'join' | 'stabiliseFromSuccessor' | 'stabiliseFromDeadSuccessor' | 'stabiliseFromPredecessor' | 'rectify'
>;

type Pending =
  | { readonly step: 'query'; readonly by: Id; readonly candidate: Contact }
  | { readonly step: 'notify'; readonly by: Id; readonly to: Contact };

export class RingModel {
  readonly states = new Map<Id, RingState>();
  readonly pending: Pending[] = [];
  readonly #r: number;
  readonly #operations: RingOperations;

  constructor(r: number, operations: RingOperations = ring) {
    this.#r = r;
    this.#operations = operations;
  }

  start(position: number): void {
    const self = contactAt(position);
    this.states.set(self.id, ring.aloneState(self));
  }

  /** Joins at a position through the member that precedes it by its own list; no effect when there is none. */
  join(position: number): void {
    const self = contactAt(position);
    if (this.states.has(self.id)) return;
    for (const member of this.states.values()) {
      const state = this.#operations.join(self, member.self, member, this.#r);
      if (state === undefined) continue;
      this.states.set(self.id, state);
      return;
    }
  }

  /** Fails, if every other member keeps a live entry (itself counts, at the end of a list that closes). */
  fail(id: Id): boolean {
    if (!this.states.has(id) || this.states.size === 1) return false;
    for (const { self, successors } of this.states.values()) {
      if (self.id !== id && !successors.some((s) => s.id !== id && this.states.has(s.id))) return false;
    }
    this.states.delete(id);
    return true;
  }

  stabilise(id: Id): void {
    const state = this.states.get(id);
    if (state === undefined) return;
    const successor = state.successors[0]!;
    const answer = this.states.get(successor.id);
    if (answer === undefined) {
      const shifted = this.#operations.stabiliseFromDeadSuccessor(state, successor);
      this.states.set(id, shifted);
      this.pending.push({ step: 'notify', by: id, to: shifted.successors[0]! });
      return;
    }
    const { state: next, candidate } = this.#operations.stabiliseFromSuccessor(state, successor, answer, this.#r);
    this.states.set(id, next);
    if (candidate === undefined) this.pending.push({ step: 'notify', by: id, to: successor });
    else this.pending.push({ step: 'query', by: id, candidate });
  }

  /** Does one of the pending steps. */
  advance(index: number): void {
    const [pending] = this.pending.splice(index, 1);
    const state = pending && this.states.get(pending.by);
    if (pending === undefined || state === undefined) return;
    if (pending.step === 'query') this.#query(state, pending.candidate);
    else this.#beNotified(pending.to.id, state.self);
  }

  #query(state: RingState, candidate: Contact): void {
    const answer = this.states.get(candidate.id);
    const next =
      answer === undefined ? state : this.#operations.stabiliseFromPredecessor(state, candidate, answer, this.#r);
    this.states.set(state.self.id, next);
    this.pending.push({ step: 'notify', by: state.self.id, to: next.successors[0]! });
  }

  #beNotified(id: Id, notifier: Contact): void {
    const state = this.states.get(id);
    if (state === undefined) return;
    const predecessorDead = !this.states.has(state.predecessor.id);
    this.states.set(id, this.#operations.rectify(state, notifier, predecessorDead));
  }

  /** One round: every member stabilises, and everything pending is done. */
  round(): void {
    for (const id of [...this.states.keys()]) this.stabilise(id);
    for (let steps = 0; this.pending.length > 0 && steps < 10_000; steps++) this.advance(0);
  }

  /** Rounds until the ring is ideal; undefined when `limit` of them are not enough. */
  roundsToIdeal(limit: number): number | undefined {
    for (let rounds = 0; rounds <= limit; rounds++) {
      if (this.isIdeal()) return rounds;
      this.round();
    }
    return undefined;
  }

  isIdeal(): boolean {
    const order = [...this.states.keys()].sort();
    const count = order.length;
    return order.every((id, i) => {
      const { predecessor, successors } = this.states.get(id)!;
      const wanted = Array.from({ length: Math.min(this.#r, count) }, (_, k) => order[(i + k + 1) % count]);
      return (
        predecessor.id === order[(i + count - 1) % count] &&
        successors.length === wanted.length &&
        successors.every((s, k) => s.id === wanted[k])
      );
    });
  }

  /** What no reachable state may violate, as sentences. */
  faults(): string[] {
    const faults: string[] = [];
    for (const { self, successors } of this.states.values()) {
      const list = successors.map(({ id }) => id);
      const who = `${self.id}: [${list.join(' ')}]`;
      if (list.length === 0 || list.length > this.#r) faults.push(`${who} has a wrong length`);
      if (new Set(list).size !== list.length) faults.push(`${who} has duplicates`);
      if (list.slice(0, -1).includes(self.id)) faults.push(`${who} goes on behind self`);
      const others = list.filter((id) => id !== self.id);
      if (others.some((id, i) => i > 0 && !between(self.id, others[i - 1]!, id))) faults.push(`${who} is out of order`);
      if (!list.some((id) => this.states.has(id))) faults.push(`${who} has no live entry`);
    }
    return faults;
  }
}

/** A phone at one of 16 million positions spread over the ring. */
export function contactAt(position: number): Contact {
  return { id: idFromNumber(BigInt(position) << 104n), address: `10.0.0.1:${position}` };
}
