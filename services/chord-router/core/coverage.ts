/**
 * Which part of what this phone is responsible for it really holds. A phone that joined, came back, was frozen or
 * became responsible for more lacks records until it has compared with the other replicas; till then, that it lacks
 * a record proves nothing, and it says so (`settled: false`).
 */
import { between, type Id, inOwnedRange } from '../../shared/core/id.ts';
import type { RingView } from './ring-view.ts';

/** Phones that vanished from the neighbourhood, remembered. */
const REMEMBERED_VANISHED = 256;
/** How often the time has to be noted. */
export const NOTE_TIME_MS = 2_000;
/** A pause this much longer than asked for means that the process was frozen, or its clock jumped. */
const FREEZE_MS = 3_000;

export class Coverage {
  readonly #view: RingView;
  /** Holds (heldFrom, self]; undefined: nothing for sure. */
  #heldFrom: Id | undefined;
  #wasAlone = true;
  #neighbours = new Set<Id>();
  readonly #vanished = new Set<Id>();
  #lastSeenMs: number | undefined;

  constructor(view: RingView) {
    this.#view = view;
  }

  /** Whether this phone holds all it is responsible for. */
  get settled(): boolean {
    return this.#heldFrom !== undefined && this.missing() === undefined;
  }

  /** Whether an answer about this key is complete as far as this phone may know. */
  covers(key: Id): boolean {
    const heldFrom = this.#heldWithinDuty();
    return heldFrom !== undefined && this.#view.isResponsible(key) && inOwnedRange(heldFrom, key, this.#view.self.id);
  }

  /** The range (from, to] this phone should hold but may not; undefined when there is none. */
  missing(): { readonly from: Id; readonly to: Id } | undefined {
    const self = this.#view.self.id;
    const from = this.#view.responsibleFrom();
    const heldFrom = this.#heldWithinDuty();
    if (heldFrom === undefined) return { from, to: self };
    return heldFrom === from ? undefined : { from, to: heldFrom };
  }

  /** All of (from, self] has been compared with the other replicas. */
  hold(from: Id): void {
    this.#heldFrom = from;
  }

  loseAll(): void {
    this.#heldFrom = undefined;
  }

  /**
   * Takes note of the neighbours. Meeting a phone again that had vanished may be the end of a split in which both
   * sides went on writing, and so may be company after being alone: then nothing is sure any more.
   */
  noteNeighbours(): void {
    this.#heldFrom = this.#heldWithinDuty();
    const neighbours = new Set([...this.#view.successors(), ...this.#view.predecessors()].map(({ id }) => id));
    const alone = neighbours.size === 0;
    const metAgain = [...neighbours].filter((id) => this.#vanished.delete(id));
    if (metAgain.length > 0 || (this.#wasAlone && !alone)) this.loseAll();
    for (const id of this.#neighbours) {
      if (!neighbours.has(id) && this.#isWithinReach(id)) this.#vanished.add(id);
    }
    for (const id of this.#vanished) {
      if (this.#vanished.size <= REMEMBERED_VANISHED) break;
      this.#vanished.delete(id);
    }
    this.#wasAlone = alone;
    this.#neighbours = neighbours;
  }

  /** Takes note of the time, at least every NOTE_TIME_MS: a phone that was frozen missed what happened meanwhile. */
  noteTime(nowMs: number): void {
    const last = this.#lastSeenMs;
    this.#lastSeenMs = nowMs;
    if (last !== undefined && Math.abs(nowMs - last) > NOTE_TIME_MS + FREEZE_MS) this.loseAll();
  }

  /** Whether a phone here would be a neighbour; those beyond may just have been displaced by nearer ones. */
  #isWithinReach(id: Id): boolean {
    const { self, settings } = this.#view;
    const successors = this.#view.successors();
    const predecessors = this.#view.predecessors();
    if (successors.length < settings.successors) return true;
    if (inOwnedRange(self.id, id, successors.at(-1)!.id)) return true;
    return predecessors.length > 0 && between(predecessors.at(-1)!.id, id, self.id);
  }

  /** What is held and still this phone's duty; duty that shrank and grows again has to be fetched again. */
  #heldWithinDuty(): Id | undefined {
    const from = this.#view.responsibleFrom();
    const self = this.#view.self.id;
    if (this.#heldFrom === undefined || this.#heldFrom === from) return this.#heldFrom;
    if (this.#heldFrom === self) return from; // held the whole ring
    return from === self || !inOwnedRange(this.#heldFrom, from, self) ? this.#heldFrom : from;
  }
}
