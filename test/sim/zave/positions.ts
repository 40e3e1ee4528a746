/** Positions of a small id space, and their order round the ring. */

/** Where flat arrays have no position. */
export const NONE = -1;

/** Whether x lies strictly between a and c, clockwise from a; Zave's definition, on positions. */
export function isBetween(a: number, x: number, c: number): boolean {
  return a < c ? a < x && x < c : a < x || x < c;
}
