/** Whether phones form the ring they should, by what each said last of its neighbours. */
import type { Phone } from '../core/phone.ts';
import { isGone } from '../core/phone-book.ts';

export interface RingState {
  readonly up: number;
  readonly members: number;
  /** Those that are no member, or do not name the neighbours they should have. */
  readonly astray: number;
}

export function ringState(phones: readonly Phone[]): RingState {
  const up = phones.filter((phone) => !isGone(phone));
  const order = up.flatMap(({ words }) => words ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
  const right = order.filter(({ ring, predecessor, successor }, i) => {
    const [before, after] = [order.at(i - 1), order[(i + 1) % order.length]];
    const isAlone = order.length === 1;
    return ring === 'member' && (isAlone || (predecessor === before?.id && successor === after?.id));
  });
  const members = up.filter(({ words }) => words?.ring === 'member').length;
  return { up: up.length, members, astray: up.length - right.length };
}
