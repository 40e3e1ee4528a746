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

/** Room for halos and numbers around the ring. */
const MARGIN = 26;
const LEAST_RADIUS = 20;

/** The ring within a drawing of this size. */
export function circleIn({ width, height }: { readonly width: number; readonly height: number }): Circle {
  return { x: width / 2, y: height / 2, radius: Math.max(LEAST_RADIUS, Math.min(width, height) / 2 - MARGIN) };
}

export function pointAt({ x, y, radius }: Circle, turn: number): Point {
  const angle = 2 * Math.PI * turn - Math.PI / 2;
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
}

/**
 * Of items in the order of their turns the one whose place on the circle is nearest to a point, at most `within` away;
 * undefined when none is. Looks at two of them, however many there are.
 */
export function nearestOnRing<Item extends { readonly turn: number }>(
  items: readonly Item[],
  circle: Circle,
  to: Point,
  within: number,
): Item | undefined {
  if (items.length === 0) return undefined;
  const angle = Math.atan2(to.y - circle.y, to.x - circle.x) + Math.PI / 2;
  const turn = (angle / (2 * Math.PI) + 1) % 1;
  const next = firstFrom(items, turn);
  const around = [items[(next + items.length - 1) % items.length]!, items[next % items.length]!];
  const distanceOf = (item: Item): number => {
    const at = pointAt(circle, item.turn);
    return Math.hypot(at.x - to.x, at.y - to.y);
  };
  const [before, after] = [distanceOf(around[0]!), distanceOf(around[1]!)];
  if (Math.min(before, after) > within) return undefined;
  return before <= after ? around[0] : around[1];
}

/** The index of the first item from a turn on; their number when there is none. */
function firstFrom(items: readonly { readonly turn: number }[], turn: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.turn < turn) low = middle + 1;
    else high = middle;
  }
  return low;
}
