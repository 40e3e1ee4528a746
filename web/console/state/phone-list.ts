/** Lists of phones as events change them. Pure. */
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';
import { turnOf } from '../ring/ring-geometry.ts';

/** What of a phone is drawn. */
export interface Mark {
  readonly n: number;
  readonly id: string;
  readonly state: GatewayPhone['state'];
  /** Its place on the ring, 0 to 1. */
  readonly turn: number;
}

/** In the order of their numbers. */
export function inOrder(phones: readonly GatewayPhone[]): readonly GatewayPhone[] {
  return [...phones].sort((a, b) => a.n - b.n);
}

/** The list, which is in order, with those that changed and without those that are forgotten. */
export function withChanges(
  phones: readonly GatewayPhone[],
  changed: readonly GatewayPhone[],
  forgotten: readonly number[],
): readonly GatewayPhone[] {
  const instead = new Map(changed.map((phone) => [phone.n, phone]));
  const gone = new Set(forgotten);
  const kept = phones.filter(({ n }) => !gone.has(n)).map((phone) => instead.get(phone.n) ?? phone);
  for (const { n } of kept) instead.delete(n);
  return instead.size === 0 ? kept : inOrder([...kept, ...instead.values()]);
}

/** Phones that have a place on the ring, in its order; `before` itself while nothing that is drawn differs from it. */
export function marksOf(phones: readonly GatewayPhone[], before: readonly Mark[]): readonly Mark[] {
  const marks = phones
    .flatMap(({ n, id, state }): Mark[] => (id === null ? [] : [{ n, id, state, turn: turnOf(id) }]))
    .sort((a, b) => a.turn - b.turn || a.n - b.n);
  const isSame = marks.length === before.length && marks.every((mark, i) => isSameMark(mark, before[i]!));
  return isSame ? before : marks;
}

function isSameMark(a: Mark, b: Mark): boolean {
  return a.n === b.n && a.id === b.id && a.state === b.state;
}
