/** Draws the map of zones: what stands, and above it the zone that is looked at and a lookup on its way. */
import type { Colours } from '../parts/colours.ts';
import type { Paper } from '../parts/sheet.ts';
import { arrives, hopLine, words } from '../parts/strokes.ts';
import type { Point } from '../ring/ring-geometry.ts';
import type { PlayedLookup } from '../state/lookup.ts';
import type { Mark } from '../state/phone-list.ts';
import type { ZonePlan } from './zone-plan.ts';

/** Smaller rectangles have no room for a number, or for what the zone holds, CSS pixels. */
const NUMBERED = { width: 24, height: 16 };
const COUNTED = { width: 60, height: 32 };
const POST_RADIUS = 1.6;

export function drawZones(
  { context, width, height }: Paper,
  plan: ZonePlan,
  markById: ReadonlyMap<string, Mark>,
  colours: Colours,
): void {
  const edges = new Path2D();
  for (const { zone, at } of plan.zones) {
    const [x, y, w, h] = [at.x * width, at.y * height, at.width * width, at.height * height];
    const mark = markById.get(zone.phone);
    context.globalAlpha = 0.08 + 0.5 * (zone.entries / plan.mostEntries);
    context.fillStyle = mark === undefined ? colours.soft : colours[mark.state];
    context.fillRect(x, y, w, h);
    edges.rect(x + 0.5, y + 0.5, w - 1, h - 1);
  }
  context.globalAlpha = 1;
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.stroke(edges);
  drawNumbers({ context, width, height }, plan, markById, colours);
  context.fillStyle = colours.text;
  context.fill(dotsOf(plan.posts, width, height));
}

function dotsOf(posts: ZonePlan['posts'], width: number, height: number): Path2D {
  const dots = new Path2D();
  for (const { x, y } of posts) {
    dots.moveTo(x * width + POST_RADIUS, y * height);
    dots.arc(x * width, y * height, POST_RADIUS, 0, 2 * Math.PI);
  }
  return dots;
}

function drawNumbers(
  { context, width, height }: Paper,
  plan: ZonePlan,
  markById: ReadonlyMap<string, Mark>,
  colours: Colours,
): void {
  context.fillStyle = colours.text;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'left';
  context.textBaseline = 'top';
  for (const { zone, at } of plan.zones) {
    const [x, y, w, h] = [at.x * width, at.y * height, at.width * width, at.height * height];
    const mark = markById.get(zone.phone);
    if (mark === undefined || w <= NUMBERED.width || h <= NUMBERED.height) continue;
    context.fillText(String(mark.n), x + 4, y + 4);
    if (w > COUNTED.width && h > COUNTED.height) context.fillText(`${Math.round(zone.entries)} entries`, x + 4, y + 18);
  }
}

/** What lies above the map. */
export interface ZoneOverlay {
  /** Ids of the phones whose zones are outlined. */
  readonly shown: readonly string[];
  /** Beside the pointer. */
  readonly hint: { readonly text: string; readonly x: number; readonly y: number } | undefined;
  readonly lookup: PlayedLookup | undefined;
}

export function drawZoneOverlay(paper: Paper, plan: ZonePlan, overlay: ZoneOverlay, colours: Colours): void {
  const { context, width, height } = paper;
  context.strokeStyle = colours.accent;
  context.lineWidth = 3;
  for (const { zone, at } of plan.zones) {
    if (!overlay.shown.includes(zone.phone)) continue;
    context.strokeRect(at.x * width + 1.5, at.y * height + 1.5, at.width * width - 3, at.height * height - 3);
  }
  if (overlay.lookup !== undefined) drawWay(paper, plan, overlay.lookup, colours);
  if (overlay.hint !== undefined) words(context, overlay.hint.text, overlay.hint, colours);
}

/** From zone to zone, between their middles; phones whose zones nobody told of are passed over. */
function drawWay(
  { context, width, height }: Paper,
  plan: ZonePlan,
  { lookup, shown }: PlayedLookup,
  colours: Colours,
): void {
  const placeOf = (id: string): Point | undefined => {
    const centre = plan.centres.get(id);
    return centre === undefined ? undefined : { x: centre.x * width, y: centre.y * height };
  };
  let from = placeOf(lookup.from.id);
  for (const hop of lookup.hops.slice(0, shown)) {
    const to = placeOf(hop.id);
    if (to === undefined) continue;
    hopLine(context, { from: from ?? to, to }, hop, colours);
    if (arrives(hop.outcome)) from = to;
  }
}
