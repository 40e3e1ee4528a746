/**
 * Fingers of base 16: for each digit position i and digit d = 1..15, the first phone at or after self + d · 16^i.
 * Only those beyond the successor list are of use, so a ring of N phones needs about 15 · log₁₆(N/r) of them.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { clockwise, distance, type Id } from '../../../shared/core/id.ts';
import { isClosed, type RingState } from '../ring/ring.ts';

export const MAX_FINGERS = 64;
const DIGITS = 32;

interface Finger {
  readonly target: Id;
  phone: Contact | undefined;
  turn: number;
}

/** Positions beyond the successor list that fingers should point behind, the furthest first. None if it closes. */
export function fingerTargets(state: RingState): Id[] {
  if (isClosed(state)) return [];
  const covered = distance(state.self.id, state.successors.at(-1)!.id);
  const targets: Id[] = [];
  for (let i = DIGITS - 1; i >= 0; i--) {
    for (let d = 15n; d >= 1n; d--) {
      const offset = d << BigInt(4 * i);
      if (offset <= covered || targets.length === MAX_FINGERS) return targets;
      targets.push(clockwise(state.self.id, offset));
    }
  }
  return targets;
}

export class Fingers {
  #fingers: Finger[] = [];
  readonly #pointedAt = new Set<Id>();
  #turn = 0;

  /** Each phone that a finger points at, once. */
  phones(): Contact[] {
    return [...new Map(this.#fingers.flatMap(({ phone }) => (phone ? [[phone.id, phone] as const] : []))).values()];
  }

  has(id: Id): boolean {
    return this.#pointedAt.has(id);
  }

  /** Follows a change of the successor list: adds and removes fingers, keeping what the rest point at. */
  fit(state: RingState): void {
    const before = new Map(this.#fingers.map((finger) => [finger.target, finger]));
    this.#fingers = fingerTargets(state).map((target) => before.get(target) ?? { target, phone: undefined, turn: 0 });
    this.#recount();
  }

  /** The finger to look up next: an empty one, else the one longest not looked up. Counted as looked up. */
  nextToRefresh(): Id | undefined {
    const next = this.#fingers.reduce<Finger | undefined>(
      (best, f) => (best === undefined || f.turn < best.turn ? f : best),
      undefined,
    );
    if (next === undefined) return undefined;
    next.turn = ++this.#turn;
    return next.target;
  }

  /** How many have never been looked up. */
  get empty(): number {
    return this.#fingers.reduce((count, { turn }) => count + Number(turn === 0), 0);
  }

  point(target: Id, phone: Contact): void {
    const finger = this.#fingers.find((f) => f.target === target);
    if (finger !== undefined) finger.phone = phone;
    this.#recount();
  }

  drop(id: Id): void {
    if (!this.#pointedAt.has(id)) return;
    for (const finger of this.#fingers) {
      if (finger.phone?.id === id) finger.phone = undefined;
    }
    this.#recount();
  }

  #recount(): void {
    this.#pointedAt.clear();
    for (const { phone } of this.#fingers) if (phone) this.#pointedAt.add(phone.id);
  }
}
