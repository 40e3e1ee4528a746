/** Phones on the ring, as shapes by their states: drawn together by state, for a canvas is slow at changing its mind. */
import type { Colours, PhoneState } from '../parts/colours.ts';
import type { Mark } from '../state/phone-list.ts';
import { type Circle, type Point, pointAt } from './ring-geometry.ts';

type Context = CanvasRenderingContext2D;
type Shape = (path: Path2D, at: Point, size: number) => void;

const disc: Shape = (path, { x, y }, size) => {
  path.moveTo(x + size, y);
  path.arc(x, y, size, 0, 2 * Math.PI);
};
const lowerHalf: Shape = (path, { x, y }, size) => {
  path.moveTo(x + size, y);
  path.arc(x, y, size, 0, Math.PI);
};
const cross: Shape = (path, { x, y }, size) => {
  path.moveTo(x - size, y - size);
  path.lineTo(x + size, y + size);
  path.moveTo(x + size, y - size);
  path.lineTo(x - size, y + size);
};
const dash: Shape = (path, { x, y }, size) => {
  path.moveTo(x - size, y);
  path.lineTo(x + size, y);
};

/** Alive: a full disc. Joining: a circle. Suspected: half a disc. Dead: a cross. Left: a dash. */
const SHAPES: Readonly<Record<PhoneState, { readonly filled?: Shape; readonly outlined?: Shape }>> = {
  alive: { filled: disc },
  joining: { outlined: disc },
  suspected: { filled: lowerHalf, outlined: disc },
  dead: { outlined: cross },
  left: { outlined: dash },
};

/** How large a phone is drawn, so that neighbours seldom touch. */
export function sizeOf({ radius }: Circle, phones: number): number {
  return Math.max(3, Math.min(8, (radius * 2) / Math.max(8, phones / 3)));
}

export function drawPhones(context: Context, circle: Circle, marks: readonly Mark[], colours: Colours): void {
  const size = sizeOf(circle, marks.length);
  context.lineWidth = 2;
  for (const [state, { filled, outlined }] of Object.entries(SHAPES)) {
    const [fill, outline] = [new Path2D(), new Path2D()];
    for (const mark of marks) {
      if (mark.state !== state) continue;
      const at = pointAt(circle, mark.turn);
      filled?.(fill, at, size);
      outlined?.(outline, at, size);
    }
    context.fillStyle = colours[state as PhoneState];
    context.strokeStyle = colours[state as PhoneState];
    context.fill(fill);
    context.stroke(outline);
  }
}
