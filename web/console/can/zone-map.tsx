/** The space of meanings as a map: a rectangle a zone, shaded by what it holds, with some of its posts as points. */
import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { themeColours } from '../parts/colours.ts';
import { Drawing, type Spot } from '../parts/drawing.tsx';
import type { Layer } from '../parts/sheet.ts';
import { look, played } from '../state/lookup.ts';
import { chosen, markById, marks } from '../state/phones.ts';
import { zones } from '../state/survey.ts';
import { drawZoneOverlay, drawZones } from './zone-drawing.ts';
import { type MapZone, planOf, postNear } from './zone-plan.ts';

/** How near to a post one has to click, in pixels. */
const REACH = 6;

export function ZoneMap() {
  const plan = useComputed(() => (zones.value === undefined ? undefined : planOf(zones.value)));
  const pointed = useSignal<MapZone | undefined>(undefined);
  const spot = useSignal<Spot | undefined>(undefined);
  const layers = useMemo((): readonly Layer[] => {
    const colours = themeColours();
    return [
      () => {
        const [now, owners, theme] = [plan.value, markById.value, colours.value];
        return (paper) => now !== undefined && drawZones(paper, now, owners, theme);
      },
      () => {
        const [now, theme] = [plan.value, colours.value];
        const looked = marks.value.find(({ n }) => n === chosen.value)?.id;
        const shown = [pointed.value?.phone, looked].filter((id) => id !== undefined);
        const overlay = { shown, hint: hintOn(pointed.value, spot.value), lookup: played.value };
        return (paper) => now !== undefined && drawZoneOverlay(paper, now, overlay, theme);
      },
    ];
  }, []);
  const zoneUnder = (at: Spot): MapZone | undefined => plan.peek()?.zoneAt(at.x / at.width, at.y / at.height);
  const onPoint = (at: Spot | undefined): void => {
    const zone = at === undefined ? undefined : zoneUnder(at);
    // The hint stands where the pointer came into the zone: it is not painted anew with every move.
    if (zone !== pointed.peek()) spot.value = at;
    pointed.value = zone;
  };
  const onPick = (at: Spot): void => {
    const now = plan.peek();
    const post = now === undefined ? undefined : postNear(now, at, REACH);
    if (post !== undefined) {
      void look(post.id);
      return;
    }
    const mark = markById.peek().get(zoneUnder(at)?.phone ?? '');
    if (mark !== undefined) chosen.value = mark.n;
  };
  const label = useComputed(() => {
    const { phones = [] } = zones.value ?? {};
    const entries = phones.reduce((sum, phone) => sum + phone.entries, 0);
    return `The space of meanings: zones of ${phones.length} phones with ${Math.round(entries)} entries${wayText()}`;
  });
  const { phones = [], volume = 0 } = zones.value ?? {};
  return (
    <>
      <Drawing label={label} layers={layers} onPoint={onPoint} onPick={onPick} />
      <p class="hint">
        {phones.length > 0
          ? `Zones of ${phones.length} phones fill ${(100 * volume).toFixed(1)} % of the space; points are some of the posts, to be looked up by a click.`
          : 'Asking the phones for their zones …'}
      </p>
    </>
  );
}

/** The way of a lookup in words, as far as it is shown. */
function wayText(): string {
  const { lookup, shown = 0 } = played.value ?? {};
  if (lookup === undefined || shown === 0) return '';
  const numbers = lookup.hops.slice(0, shown).map(({ n, id }) => n ?? id.slice(0, 6));
  return `; a lookup has come to the zones of phones ${numbers.join(', ')}`;
}

function hintOn(zone: MapZone | undefined, at: Spot | undefined) {
  if (zone === undefined || at === undefined) return undefined;
  const mark = markById.value.get(zone.phone);
  const text = `${mark === undefined ? 'a phone nobody knows' : `phone ${mark.n}`}: ${Math.round(zone.entries)} entries`;
  // Within the drawing, whole.
  return { text, x: Math.min(Math.max(at.x, 70), at.width - 70), y: Math.max(at.y - 20, 10) };
}
