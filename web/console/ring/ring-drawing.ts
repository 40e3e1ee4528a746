/** Draws the ring on a canvas. */
import type { Ring } from '../../../services/wall-api/client/contract.ts';
import type { Colours, PhoneState } from '../parts/colours.ts';
import type { PlayedLookup } from '../state/lookup.ts';
import type { ShownPhone } from '../state/phones.ts';
import { type Circle, type Point, pointAt, turnOf } from './ring-geometry.ts';

export interface RingScene {
  readonly circle: Circle;
  readonly phones: readonly ShownPhone[];
  readonly byId: ReadonlyMap<string, ShownPhone>;
  readonly picked: ReadonlySet<number>;
  /** The phone whose lines are drawn. */
  readonly shownId: string | undefined;
  readonly lines: Ring | undefined;
  readonly lookup: PlayedLookup | undefined;
}

type Context = CanvasRenderingContext2D;
/** Beyond so many, numbers beside phones would lie over each other. */
const MOST_NUMBERS = 60;

export function drawRing(context: Context, scene: RingScene, colours: Colours): void {
  const { circle, phones } = scene;
  context.lineWidth = 2;
  context.strokeStyle = colours.line;
  context.beginPath();
  context.arc(circle.x, circle.y, circle.radius, 0, 2 * Math.PI);
  context.stroke();
  if (scene.lines !== undefined) drawLines(context, scene, scene.lines, colours);
  const size = Math.max(3, Math.min(8, (circle.radius * 2) / Math.max(8, phones.length / 3)));
  for (const phone of phones) {
    const at = pointAt(circle, phone.turn);
    drawPhone(context, at, size, phone.state, colours);
    if (scene.picked.has(phone.n) || phone.id === scene.shownId) drawHalo(context, at, size + 4, colours.accent);
  }
  if (phones.length <= MOST_NUMBERS) drawNumbers(context, scene, colours);
  if (scene.lookup !== undefined) drawLookup(context, scene, scene.lookup, colours);
  drawWords(context, scene, colours);
}

/** Fingers thin, successors thick: straight lines through the ring. */
function drawLines(context: Context, { circle, byId }: RingScene, lines: Ring, colours: Colours): void {
  const from = pointAt(circle, turnOf(lines.self.id));
  const drawTo = (id: string): void => line(context, from, pointAt(circle, byId.get(id)?.turn ?? turnOf(id)));
  context.strokeStyle = colours.soft;
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  for (const { id } of lines.fingers) drawTo(id);
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  for (const { id } of lines.successors) drawTo(id);
}

/** Alive: a full disc. Joining: a circle. Suspected: half a disc. Dead: a cross. Left: a dash. */
function drawPhone(context: Context, { x, y }: Point, size: number, state: PhoneState, colours: Colours): void {
  context.fillStyle = colours.states[state];
  context.strokeStyle = colours.states[state];
  context.lineWidth = 2;
  context.beginPath();
  switch (state) {
    case 'alive':
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'joining':
      context.arc(x, y, size, 0, 2 * Math.PI);
      break;
    case 'suspected':
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.stroke();
      context.beginPath();
      context.arc(x, y, size, 0, Math.PI);
      context.fill();
      return;
    case 'dead':
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x + size, y - size);
      context.lineTo(x - size, y + size);
      break;
    case 'left':
      context.moveTo(x - size, y);
      context.lineTo(x + size, y);
      break;
  }
  context.stroke();
}

function drawHalo(context: Context, { x, y }: Point, radius: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function drawNumbers(context: Context, { circle, phones }: RingScene, colours: Colours): void {
  context.fillStyle = colours.soft;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { n, turn } of phones) {
    const { x, y } = pointAt({ ...circle, radius: circle.radius + 16 }, turn);
    context.fillText(String(n), x, y);
  }
}

/** The way of a lookup so far: from who asked to each hop, and the key as a triangle on the ring. */
function drawLookup(context: Context, scene: RingScene, { from, lookup, shown }: PlayedLookup, colours: Colours): void {
  const { circle, byId } = scene;
  const place = (id: string): Point => pointAt(circle, byId.get(id)?.turn ?? turnOf(id));
  let before = place(from);
  for (const hop of lookup.hops.slice(0, shown)) {
    const at = place(hop.id);
    const arrived = hop.outcome === 'closer' || hop.outcome === 'owner';
    context.strokeStyle = arrived ? colours.warm : colours.states.dead;
    context.setLineDash(arrived ? [] : [5, 5]);
    context.lineWidth = 3;
    line(context, before, at);
    context.setLineDash([]);
    drawHalo(context, at, 9, context.strokeStyle);
    // From a phone that did not answer nobody goes on.
    if (arrived) before = at;
  }
  const key = pointAt({ ...circle, radius: circle.radius - 12 }, turnOf(lookup.key));
  context.fillStyle = colours.warm;
  context.beginPath();
  context.arc(key.x, key.y, 5, 0, 2 * Math.PI);
  context.fill();
}

function drawWords(context: Context, { circle, phones, byId, shownId }: RingScene, colours: Colours): void {
  const shown = shownId === undefined ? undefined : byId.get(shownId);
  const living = phones.filter(({ state }) => state === 'alive').length;
  const words =
    shown === undefined
      ? [`${living} of ${phones.length}`, 'phones alive']
      : [`phone ${shown.n}`, shown.state, shown.records === null ? '' : `${shown.records} records`];
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  words.forEach((word, i) => {
    context.font = i === 0 ? '600 22px system-ui, sans-serif' : '14px system-ui, sans-serif';
    context.fillStyle = i === 0 ? colours.text : colours.soft;
    context.fillText(word, circle.x, circle.y - 12 + 22 * i);
  });
}

function line(context: Context, from: Point, to: Point): void {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}
