/** Draws the ring: what stands, and above it what is pointed at, picked or on its way. */
import type { Ring } from '../../../services/wall-api/client/contract.ts';
import type { Colours } from '../parts/colours.ts';
import type { Paper } from '../parts/sheet.ts';
import { arrives, halo, hopLine, line } from '../parts/strokes.ts';
import type { PlayedLookup } from '../state/lookup.ts';
import type { Mark } from '../state/phone-list.ts';
import { drawPhones, sizeOf } from './phone-shapes.ts';
import { type Circle, circleIn, type Point, pointAt, turnOf } from './ring-geometry.ts';

/** What lies above the ring. */
export interface RingOverlay {
  readonly marks: readonly Mark[];
  readonly markById: ReadonlyMap<string, Mark>;
  readonly picked: ReadonlySet<number>;
  /** The phone whose lines are drawn. */
  readonly shown: Mark | undefined;
  readonly lines: Ring | undefined;
  readonly lookup: PlayedLookup | undefined;
  /** In the middle, the first one large. */
  readonly words: readonly string[];
}

/** Beyond so many, numbers beside phones would lie over each other. */
const MOST_NUMBERS = 60;
/** Two numbers take so much of the circle between them, in pixels. */
const NUMBER_ROOM = 16;

export function drawRing(paper: Paper, marks: readonly Mark[], colours: Colours): void {
  const { context } = paper;
  const circle = circleIn(paper);
  context.lineWidth = 2;
  context.strokeStyle = colours.line;
  context.beginPath();
  context.arc(circle.x, circle.y, circle.radius, 0, 2 * Math.PI);
  context.stroke();
  drawPhones(context, circle, marks, colours);
  if (marks.length <= MOST_NUMBERS) drawNumbers(paper, circle, marks, colours);
}

export function drawOverlay(paper: Paper, overlay: RingOverlay, colours: Colours): void {
  const { context } = paper;
  const circle = circleIn(paper);
  const { marks, picked, shown, lines, lookup, words } = overlay;
  if (lines !== undefined) drawLines(context, circle, overlay, lines, colours);
  const radius = sizeOf(circle, marks.length) + 4;
  for (const mark of marks) {
    if (picked.has(mark.n) || mark === shown) halo(context, pointAt(circle, mark.turn), radius, colours.accent);
  }
  if (lookup !== undefined) drawLookup(context, circle, overlay, lookup, colours);
  drawWords(context, circle, words, colours);
}

function placeOf(circle: Circle, { markById }: RingOverlay, id: string): Point {
  return pointAt(circle, markById.get(id)?.turn ?? turnOf(id));
}

/** Fingers thin, successors thick: straight lines through the ring. */
function drawLines(
  context: CanvasRenderingContext2D,
  circle: Circle,
  overlay: RingOverlay,
  lines: Ring,
  colours: Colours,
): void {
  const from = placeOf(circle, overlay, lines.self.id);
  context.strokeStyle = colours.soft;
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  for (const { id } of lines.fingers) line(context, from, placeOf(circle, overlay, id));
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  for (const { id } of lines.successors) line(context, from, placeOf(circle, overlay, id));
}

/** The way of a lookup so far: from who asked to each hop, and the key as a dot within the ring. */
function drawLookup(
  context: CanvasRenderingContext2D,
  circle: Circle,
  overlay: RingOverlay,
  { lookup, shown }: PlayedLookup,
  colours: Colours,
): void {
  let from = placeOf(circle, overlay, lookup.from.id);
  for (const hop of lookup.hops.slice(0, shown)) {
    const to = placeOf(circle, overlay, hop.id);
    hopLine(context, { from, to }, hop, colours);
    if (arrives(hop.outcome)) from = to;
  }
  if (shown === lookup.hops.length && lookup.owner !== null)
    halo(context, placeOf(circle, overlay, lookup.owner.id), 13, colours.path);
  const key = pointAt({ ...circle, radius: circle.radius - 12 }, turnOf(lookup.key));
  context.fillStyle = colours.path;
  context.beginPath();
  context.arc(key.x, key.y, 5, 0, 2 * Math.PI);
  context.fill();
}

function drawNumbers({ context }: Paper, circle: Circle, marks: readonly Mark[], colours: Colours): void {
  context.fillStyle = colours.soft;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const group of neighboursIn(circle, marks)) {
    const [first] = group as [Mark];
    // Numbers that would lie over each other stand in one line within the ring, where there is room.
    const isAlone = group.length === 1;
    const { x, y } = pointAt({ ...circle, radius: circle.radius + (isAlone ? 16 : -14) }, first.turn);
    const aside = (x - circle.x) / circle.radius;
    context.textAlign = isAlone || Math.abs(aside) < 0.3 ? 'center' : aside > 0 ? 'right' : 'left';
    context.fillText(group.map(({ n }) => n).join(' '), x, y);
  }
}

/** Phones in the order of the ring, those together whose numbers would lie over each other. */
function neighboursIn({ radius }: Circle, marks: readonly Mark[]): readonly (readonly Mark[])[] {
  const groups: Mark[][] = [];
  const apart = NUMBER_ROOM / (2 * Math.PI * radius);
  for (const mark of marks) {
    const last = groups.at(-1);
    if (last !== undefined && mark.turn - last[0]!.turn < apart) last.push(mark);
    else groups.push([mark]);
  }
  return groups;
}

function drawWords(
  context: CanvasRenderingContext2D,
  circle: Circle,
  words: readonly string[],
  colours: Colours,
): void {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  words.forEach((word, i) => {
    context.font = i === 0 ? '600 22px system-ui, sans-serif' : '14px system-ui, sans-serif';
    context.fillStyle = i === 0 ? colours.text : colours.soft;
    context.fillText(word, circle.x, circle.y - 12 + 22 * i);
  });
}
