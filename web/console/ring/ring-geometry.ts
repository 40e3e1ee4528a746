/** Where things lie on the drawn ring: key 0 at the top, keys growing clockwise. Pure. */

/** The part of the ring before a key, 0 to 1: its first 48 of 128 bits, finer than any screen. */
export function turnOf(key: string): number {
  return Number.parseInt(key.replaceAll('-', '').slice(0, 12), 16) / 2 ** 48;
}

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function pointAt({ x, y, radius }: Circle, turn: number): Point {
  const angle = 2 * Math.PI * turn - Math.PI / 2;
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
}

/** The nearest of some points to one, at most `within` away; undefined when none is. */
export function nearest<Item extends Point>(items: readonly Item[], to: Point, within: number): Item | undefined {
  let best: Item | undefined;
  let bestDistance = within;
  for (const item of items) {
    const distance = Math.hypot(item.x - to.x, item.y - to.y);
    if (distance > bestDistance) continue;
    best = item;
    bestDistance = distance;
  }
  return best;
}
