/** The space of meanings as a map: a rectangle a zone, shaded by what it holds, with some of its posts as points. */
import { useComputed, useSignal } from '@preact/signals';
import { Canvas } from '../parts/canvas.tsx';
import { type Colours, coloursOf } from '../parts/colours.ts';
import { byId, chosen, type ShownPhone } from '../state/phones.ts';
import { zones } from '../state/survey.ts';
import { type MapPart, mapOf, placeOf, type Rectangle, type WeightedBox, zonesOf } from './cuts.ts';

interface MapZone extends WeightedBox {
  readonly phone: string;
  readonly entries: number;
}

/** Areas grow with the root of what a zone holds, so that empty zones can be seen, too. */
function weightOf(entries: number): number {
  return Math.sqrt(entries + 1);
}

export function ZoneMap() {
  const map = useComputed<MapPart<MapZone> | undefined>(() =>
    mapOf(
      (zones.value?.phones ?? []).flatMap(({ id, zones, entries }) =>
        zones.map((box) => ({ ...box, phone: id, entries, weight: weightOf(entries) / zones.length })),
      ),
    ),
  );
  const size = useSignal({ width: 1, height: 1 });
  const shown: ShownPhones = { byId: byId.value, chosen: chosen.value };
  const draw = (context: CanvasRenderingContext2D, width: number, height: number): void => {
    if (size.peek().width !== width || size.peek().height !== height) size.value = { width, height };
    if (map.value === undefined) return;
    drawMap(context, map.value, shown, { width, height, colours: coloursOf(context.canvas) });
  };
  const pick = ({ x, y }: { readonly x: number; readonly y: number }): void => {
    const { width, height } = size.peek();
    const hit = (map.peek() === undefined ? [] : zonesOf(map.peek()!)).find(({ at }) =>
      isInside(at, x / width, y / height),
    );
    const phone = hit === undefined ? undefined : byId.peek().get(hit.zone.phone);
    if (phone !== undefined) chosen.value = phone.n;
  };
  const { phones = [], volume = 0 } = zones.value ?? {};
  const entries = phones.reduce((sum, phone) => sum + phone.entries, 0);
  return (
    <>
      <Canvas
        label={`The space of meanings: zones of ${phones.length} phones with ${Math.round(entries)} entries`}
        draw={draw}
        onPick={pick}
      />
      <p class="hint">
        {map.value !== undefined
          ? `Zones of ${phones.length} phones fill ${(100 * volume).toFixed(1)} % of the space; points are some of the posts.`
          : 'Asking the phones for their zones …'}
      </p>
    </>
  );
}

/** What of the phones the map shows. */
interface ShownPhones {
  readonly byId: ReadonlyMap<string, ShownPhone>;
  readonly chosen: number | undefined;
}

/** What the map is drawn on, in CSS pixels. */
interface Paper {
  readonly width: number;
  readonly height: number;
  readonly colours: Colours;
}

function isInside({ x, y, width, height }: Rectangle, px: number, py: number): boolean {
  return px >= x && px < x + width && py >= y && py < y + height;
}

function drawMap(
  context: CanvasRenderingContext2D,
  map: MapPart<MapZone>,
  { byId, chosen }: ShownPhones,
  paper: Paper,
): void {
  const { width, height, colours } = paper;
  const drawn = zonesOf(map);
  const most = Math.max(1, ...drawn.map(({ zone }) => zone.entries));
  for (const { zone, at } of drawn) {
    const [x, y, w, h] = [at.x * width, at.y * height, at.width * width, at.height * height];
    const phone = byId.get(zone.phone);
    context.globalAlpha = 0.08 + 0.5 * (zone.entries / most);
    context.fillStyle = phone === undefined ? colours.soft : colours.states[phone.state];
    context.fillRect(x, y, w, h);
    context.globalAlpha = 1;
    const isChosen = phone !== undefined && phone.n === chosen;
    context.strokeStyle = isChosen ? colours.accent : colours.line;
    context.lineWidth = isChosen ? 3 : 1;
    context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
    if (w > 24 && h > 16 && phone !== undefined) {
      context.fillStyle = colours.text;
      context.font = '11px system-ui, sans-serif';
      context.textAlign = 'left';
      context.textBaseline = 'top';
      context.fillText(String(phone.n), x + 4, y + 4);
      if (h > 32 && w > 60) context.fillText(`${Math.round(zone.entries)} entries`, x + 4, y + 18);
    }
  }
  drawPosts(context, map, paper);
}

function drawPosts(context: CanvasRenderingContext2D, map: MapPart<MapZone>, { width, height, colours }: Paper): void {
  context.fillStyle = colours.text;
  for (const { point } of zones.peek()?.posts ?? []) {
    const place = placeOf(map, point);
    if (place === undefined) continue;
    context.beginPath();
    context.arc(place.x * width, place.y * height, 1.6, 0, 2 * Math.PI);
    context.fill();
  }
}
