/** What befell the population, on one time axis across the card: cuts, outages, comings and goings, the rest after. */
import type { MarkNote, Observations } from '../../../services/shared/scenario/observations.ts';
import type { PopulationEvent } from '../../../services/shared/scenario/population-event.ts';
import { showDuration } from '../../../services/shared/scenario/show.ts';
import { timeAxis } from './axis.ts';
import { escaped } from './html.ts';
import type { Backdrop } from './time-plot.ts';

const WIDTH = 1_140;
const LEFT = 66;
const RIGHT = 12;
const LANE = 20;
const TOP = 8;
const DEEDS = [
  ['join', 'join', 'green'],
  ['return', 'return', 'green'],
  ['move', 'reappear', 'violet'],
  ['stop', 'stop', 'grey'],
  ['crash', 'crash', 'red'],
] as const;

/** The stretches and moments that lie behind every plot. */
export function backdropOf({ marks, durationMs, endedMs }: Observations): Backdrop {
  const cuts = marks.filter(({ what }) => what === 'cut');
  const bands = cuts.map(({ atMs }) => {
    const healed = marks.find((mark) => mark.what === 'heal' && mark.atMs >= atMs);
    return { fromMs: atMs, toMs: healed?.atMs ?? endedMs };
  });
  const lines = marks.filter(({ what }) => what === 'outage').map(({ atMs }) => atMs);
  return { endedMs, restMs: durationMs, bands, lines };
}

/** Empty when nothing happened. */
export function drawEventStrip(seen: Observations, events: readonly PopulationEvent[]): string {
  const { endedMs, durationMs, marks } = seen;
  const lanes = DEEDS.filter(([, deed]) => events.some((event) => event.deed === deed));
  const named = marks.filter(({ what }) => what === 'outage' || what === 'cut');
  if (lanes.length + named.length === 0) return '';
  const axis = timeAxis(endedMs);
  const toX = (ms: number): number => LEFT + axis.share(ms) * (WIDTH - LEFT - RIGHT);
  const top = TOP + (named.length > 0 ? LANE + 4 : 0);
  const bottom = top + lanes.length * LANE;
  const rows = lanes.map(([name, deed, colour], i) => {
    const y = top + i * LANE;
    const ticks = events
      .filter((event) => event.deed === deed)
      .map(({ atMs }) => `M${toX(atMs).toFixed(1)} ${y + 4}v12`);
    return `<text x="${LEFT - 7}" y="${y + 14}" text-anchor="end">${name}</text><path class="rug ${colour}" d="${ticks.join('')}"/>`;
  });
  const ticks = axis.ticks.map((tick, i) => {
    const x = toX(tick).toFixed(1);
    return `<path class="tick" d="M${x} ${bottom + 2}v4"/><text x="${x}" y="${bottom + 19}" text-anchor="middle">${axis.labels[i]}</text>`;
  });
  const rest = toX(durationMs);
  return [
    `<svg class="strip" viewBox="0 0 ${WIDTH} ${bottom + 26}" role="img" aria-label="What happened when">`,
    `<rect class="resting" x="${rest.toFixed(1)}" y="${TOP}" width="${(toX(endedMs) - rest).toFixed(1)}" height="${bottom - TOP}"/>`,
    ...backdropOf(seen).bands.map(({ fromMs, toMs }) => drawCut(toX(fromMs), toX(toMs), bottom)),
    ...named.map((mark) => drawMark(mark, toX(mark.atMs), bottom)),
    ...rows,
    `<path class="axis" d="M${LEFT} ${bottom + 2}H${WIDTH - RIGHT}"/>`,
    ...ticks,
    '</svg>',
  ].join('\n');
}

function drawCut(from: number, to: number, bottom: number): string {
  return `<rect class="torn" x="${from.toFixed(1)}" y="${TOP}" width="${(to - from).toFixed(1)}" height="${bottom - TOP}"/>`;
}

function drawMark({ what, detail, atMs }: MarkNote, x: number, bottom: number): string {
  const text = what === 'cut' ? `cut: ${detail}` : detail;
  const line = what === 'cut' ? '' : `<path class="event" d="M${x.toFixed(1)} ${TOP}V${bottom}"/>`;
  return (
    `${line}<text class="name" x="${(x + 6).toFixed(1)}" y="${TOP + 14}">${escaped(text)}` +
    `<title>at ${showDuration(atMs)}</title></text>`
  );
}
