/** Strokes that drawings have in common. */
import type { Point } from '../ring/ring-geometry.ts';
import type { Colours } from './colours.ts';

type Context = CanvasRenderingContext2D;

export function line(context: Context, from: Point, to: Point): void {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

export function halo(context: Context, { x, y }: Point, radius: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** A hop of a lookup, from who was sent there, with how long it took; one that did not arrive is dashed. */
export function hopLine(
  context: Context,
  { from, to }: { readonly from: Point; readonly to: Point },
  { outcome, milliseconds }: { readonly outcome: string; readonly milliseconds: number },
  colours: Colours,
): void {
  const colour = arrives(outcome) ? colours.path : colours.dead;
  context.strokeStyle = colour;
  context.setLineDash(arrives(outcome) ? [] : [5, 5]);
  context.lineWidth = 3;
  line(context, from, to);
  context.setLineDash([]);
  halo(context, to, 9, colour);
  words(context, `${milliseconds.toFixed(0)} ms`, { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, colours);
}

/** Whether the phone of a hop answered: from one that did not nobody goes on. */
export function arrives(outcome: string): boolean {
  return outcome === 'closer' || outcome === 'owner';
}

/** Words on a ground of their own, legible over anything. */
export function words(context: Context, text: string, { x, y }: Point, colours: Colours): void {
  context.font = '600 11px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const width = context.measureText(text).width + 8;
  context.fillStyle = colours.paper;
  context.fillRect(x - width / 2, y - 8, width, 16);
  context.fillStyle = colours.text;
  context.fillText(text, x, y);
}
