/**
 * Which part of what this phone is responsible for it really holds. A phone that joined, came back, was frozen or
 * became responsible for more lacks records until it has compared with the other replicas; till then, that it lacks
 * a record proves nothing, and it says so (`settled: false`).
 *
 * And which neighbours are absent: they fell silent, without a goodbye, not long ago. They may only be cut off, and go on
 * without this phone, so they still count among the replicas of which a majority is wanted
 * (docs/decisions/absent-replicas-count.md).
 */
import { between, type Id, inOwnedRange } from '../../../shared/core/id.ts';
import type { RingView } from '../ring-view.ts';

/** Phones that vanished from the neighbourhood, remembered. */
const REMEMBERED_VANISHED = 256;
/** How often the time has to be noted. */
export const NOTE_TIME_MS = 2_000;
/** A pause this much longer than asked for means that the process was frozen, or its clock jumped. */
const FREEZE_MS = 3_000;
/** A phone that has been silent for so long is dead, and counts no more among the replicas. */
export const ABSENT_MS = 300_000;

export class Coverage {
  readonly #view: RingView;
  /** Has held (heldFrom, self] for sure; undefined: nothing yet. */
  #heldFrom: Id | undefined;
  /** Others may have written what this phone has not heard of, since it held that. */
  #isDoubtful = false;
  #wasAlone = true;
  #neighbours = new Set<Id>();
  /** Some phone has held something: in a ring that just begins nobody has, and whoever is absent then counts for nothing. */
  #someHeld = false;
  /** When neighbours went without a goodbye, in `#awakeMs`. */
  readonly #vanished = new Map<Id, number>();
  /** Of those the ones that this phone and a majority of all replicas have gone on without. */
  readonly #forgotten = new Set<Id>();
  /**
   * Neighbours that are back after this phone went on without them, and since when, ms: what they held before that counts
   * for nothing. No two times are the same.
   */
  readonly #outsiders = new Map<Id, number>();
  #lastReturnMs = 0;
  /** Of neighbours for which this phone was an outsider: since when, as they said last. */
  readonly #renounced = new Map<Id, number>();
  #lastSeenMs: number | undefined;
  /** Time that this phone was running, as far as its clock is to be believed. */
  #awakeMs = 0;

  constructor(view: RingView) {
    this.#view = view;
  }

  /** Whether this phone holds all it is responsible for. */
  get settled(): boolean {
    return this.#heldFrom !== undefined && !this.#isDoubtful && this.missing() === undefined;
  }

  /** Whether an answer about this key is complete as far as this phone may know. */
  covers(key: Id): boolean {
    return !this.#isDoubtful && this.#view.isResponsible(key) && this.hasHeld(key);
  }

  /**
   * Whether this phone has been one of the key's replicas: it held all there was, though perhaps not what was written
   * while it was frozen, or cut off. A newcomer has not, until it has compared with those that have.
   */
  hasHeld(key: Id): boolean {
    const heldFrom = this.#heldWithinDuty();
    return heldFrom !== undefined && inOwnedRange(heldFrom, key, this.#view.self.id);
  }

  /** Where what has been held of (from, to] begins: it ends at `to`. Undefined when `to` has not been held. */
  heldWithin(from: Id, to: Id): Id | undefined {
    const heldFrom = this.#heldWithinDuty();
    const self = this.#view.self.id;
    if (heldFrom === undefined || !inOwnedRange(heldFrom, to, self)) return undefined;
    const isWhole = heldFrom === from || heldFrom === self || (from !== to && inOwnedRange(heldFrom, from, self));
    return isWhole ? from : heldFrom;
  }

  /** How many phones are absent. */
  get absent(): number {
    return this.absentIn(this.#view.self.id, this.#view.self.id);
  }

  /** How many absent phones lie in (from, to]; the whole ring when both are the same. */
  absentIn(from: Id, to: Id): number {
    let count = 0;
    for (const [id, sinceMs] of this.#vanished)
      if (this.#isAbsent(id, sinceMs) && inOwnedRange(from, id, to)) count += 1;
    return count;
  }

  /** Not of those that others alone have found dead, for they say so; and a goodbye may come late. */
  #isAbsent(id: Id, sinceMs: number): boolean {
    return this.#someHeld && this.#isMissed(id, sinceMs);
  }

  #isMissed(id: Id, sinceMs: number): boolean {
    return this.#awakeMs - sinceMs < ABSENT_MS && !this.#forgotten.has(id) && this.#view.isSilent(id);
  }

  /** Whether neighbours fell silent of late, though nobody may have held anything: one that is alone then is cut off. */
  get missesCompany(): boolean {
    return [...this.#vanished].some(([id, sinceMs]) => this.#isMissed(id, sinceMs));
  }

  /** A neighbour has held something. */
  noteHolder(): void {
    this.#someHeld = true;
  }

  /** Those that are absent now. */
  absentees(): readonly Id[] {
    return [...this.#vanished].filter(([id, sinceMs]) => this.#isAbsent(id, sinceMs)).map(([id]) => id);
  }

  /** A majority of all replicas goes on without these: they count no more, and have to compare when they come back. */
  forget(absentees: readonly Id[]): void {
    for (const id of absentees) if (this.#vanished.has(id)) this.#forgotten.add(id);
  }

  /** Since when a neighbour is back that this phone has gone on without, and has not compared with since, ms. */
  outsiderSinceMs(id: Id): number | undefined {
    return this.#outsiders.get(id);
  }

  get hasOutsiders(): boolean {
    return this.#outsiders.size > 0;
  }

  /** This phone and these have been made equal in all that both keep. */
  admit(phones: readonly Id[]): void {
    for (const id of phones) this.#outsiders.delete(id);
  }

  /** A neighbour went on without this phone until then: that it held something before counts for nothing. */
  renounce(neighbour: Id, sinceMs: number): void {
    if (this.#renounced.get(neighbour) === sinceMs) return; // what it holds it has compared anew
    this.#renounced.set(neighbour, sinceMs);
    this.#heldFrom = undefined;
  }

  /** The range (from, to] this phone should hold but may not; undefined when there is none. */
  missing(): { readonly from: Id; readonly to: Id } | undefined {
    const self = this.#view.self.id;
    const from = this.#view.responsibleFrom();
    const heldFrom = this.#heldWithinDuty();
    if (heldFrom === undefined || this.#isDoubtful) return { from, to: self };
    return heldFrom === from ? undefined : { from, to: heldFrom };
  }

  /** All of (from, self] has been compared with the other replicas. */
  hold(from: Id): void {
    this.#heldFrom = from;
    this.#isDoubtful = false;
    this.#someHeld = true;
  }

  loseAll(): void {
    this.#isDoubtful = true;
  }

  /**
   * Takes note of the neighbours. Meeting a phone again that had vanished may be the end of a split in which both
   * sides went on writing, and so may be company after being alone: then nothing is sure any more.
   */
  noteNeighbours(): void {
    this.#heldFrom = this.#heldWithinDuty();
    const neighbours = new Set([...this.#view.successors(), ...this.#view.predecessors()].map(({ id }) => id));
    const alone = neighbours.size === 0;
    const metAgain = [...neighbours].filter((id) => this.#vanished.has(id));
    for (const id of metAgain) this.#meet(id);
    if (metAgain.length > 0 || (this.#wasAlone && !alone)) this.loseAll();
    for (const id of this.#neighbours) {
      if (neighbours.has(id) || !this.#isWithinReach(id)) continue;
      this.#vanished.set(id, this.#awakeMs);
    }
    for (const known of [this.#outsiders, this.#renounced]) {
      for (const id of known.keys()) if (!neighbours.has(id)) known.delete(id);
    }
    for (const id of this.#vanished.keys()) {
      if (this.#vanished.size <= REMEMBERED_VANISHED) break;
      this.#vanished.delete(id);
      this.#forgotten.delete(id);
    }
    this.#wasAlone = alone;
    this.#neighbours = neighbours;
  }

  /** A phone that had vanished is back; an outsider, if this one has gone on without it. */
  #meet(id: Id): void {
    const sinceMs = this.#vanished.get(id)!;
    const isOver = this.#awakeMs - sinceMs >= ABSENT_MS;
    this.#vanished.delete(id);
    if (!this.#forgotten.delete(id) && !isOver) return;
    this.#lastReturnMs = Math.max(Math.floor(this.#lastSeenMs ?? 0), this.#lastReturnMs + 1);
    this.#outsiders.set(id, this.#lastReturnMs);
  }

  /**
   * Takes note of the time, at least every NOTE_TIME_MS: a phone that was frozen missed what happened meanwhile. True when
   * an absent phone has become a dead one.
   */
  noteTime(nowMs: number): boolean {
    const passedMs = nowMs - (this.#lastSeenMs ?? nowMs);
    this.#lastSeenMs = nowMs;
    if (Math.abs(passedMs) > NOTE_TIME_MS + FREEZE_MS) {
      this.loseAll();
      return false;
    }
    const before = this.#awakeMs;
    this.#awakeMs += Math.max(0, passedMs);
    const isOver = (sinceMs: number): boolean => this.#awakeMs - sinceMs >= ABSENT_MS;
    return [...this.#vanished.values()].some((sinceMs) => before - sinceMs < ABSENT_MS && isOver(sinceMs));
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
