/** One plot over the time of a run as SVG: lines, areas, stacked bars or dots, with the run's events behind them. */
import { type Axis, type PlotUnit, timeAxis, valueAxis } from './axis.ts';
import { escaped } from './html.ts';

export interface TimeSeries {
  readonly name: string;
  /** Colour of the card's palette. */
  readonly colour: 'blue' | 'green' | 'orange' | 'red' | 'violet' | 'grey';
  readonly shape: 'line' | 'area' | 'bars' | 'dots';
  /** In order of time; NaN breaks a line. */
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

export interface TimePlot {
  readonly title: string;
  readonly about: string;
  readonly unit: PlotUnit;
  readonly series: readonly TimeSeries[];
}

/** What lies behind every plot of a run. */
export interface Backdrop {
  readonly endedMs: number;
  /** When nobody acted any more. */
  readonly restMs: number;
  readonly bands: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly lines: readonly number[];
}

const WIDTH = 560;
const HEIGHT = 200;
const LEFT = 58;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 24;
export const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
const BAR_SHARE = 0.85;

export function drawTimePlot(plot: TimePlot, backdrop: Backdrop): string {
  const x = timeAxis(backdrop.endedMs);
  const values = plot.series.flatMap((series) => series.points.map(([, value]) => value)).filter(Number.isFinite);
  const highest = Math.max(0, ...values, ...stackHeights(plot));
  const y = valueAxis(Math.min(1, ...values), highest, plot.unit);
  const toX = (ms: number): number => LEFT + x.share(ms) * PLOT_WIDTH;
  const toY = (value: number): number => TOP + (1 - y.share(value)) * PLOT_HEIGHT;
  const shown = plot.series.filter(({ shape, points }) => shape !== 'bars' || points.some(([, value]) => value > 0));
  const legend = shown.map(({ name, colour }) => `<span class="${colour}">${escaped(name)}</span>`).join('');
  return [
    `<figure><figcaption><b>${escaped(plot.title)}</b><span class="legend">${legend}</span></figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(plot.title)}">`,
    drawBackdrop(backdrop, toX),
    drawAxes(x, y, toX, toY),
    ...drawAll(plot, toX, toY),
    '</svg>',
    `<p>${escaped(plot.about)}</p></figure>`,
  ].join('\n');
}

function drawBackdrop({ bands, lines, restMs, endedMs }: Backdrop, toX: (ms: number) => number): string {
  const rect = (kind: string, fromMs: number, toMs: number): string =>
    `<rect class="${kind}" x="${toX(fromMs).toFixed(1)}" y="${TOP}" height="${PLOT_HEIGHT}" ` +
    `width="${Math.max(0, toX(toMs) - toX(fromMs)).toFixed(1)}"/>`;
  const line = (ms: number): string => `<path class="event" d="M${toX(ms).toFixed(1)} ${TOP}v${PLOT_HEIGHT}"/>`;
  return [
    rect('resting', restMs, endedMs),
    ...bands.map(({ fromMs, toMs }) => rect('torn', fromMs, toMs)),
    ...lines.map(line),
  ].join('');
}

function drawAxes(x: Axis, y: Axis, toX: (ms: number) => number, toY: (value: number) => number): string {
  const bottom = TOP + PLOT_HEIGHT;
  const across = y.ticks.map((tick, i) => {
    const at = toY(tick).toFixed(1);
    return (
      `<path class="grid" d="M${LEFT} ${at}h${PLOT_WIDTH}"/>` +
      `<text x="${LEFT - 7}" y="${at}" dy="4" text-anchor="end">${y.labels[i]}</text>`
    );
  });
  const along = x.ticks.map((tick, i) => {
    const at = toX(tick).toFixed(1);
    return (
      `<path class="tick" d="M${at} ${bottom}v4"/>` +
      `<text x="${at}" y="${bottom + 17}" text-anchor="middle">${x.labels[i]}</text>`
    );
  });
  return [...across, ...along].join('');
}

function drawAll(plot: TimePlot, toX: (ms: number) => number, toY: (value: number) => number): string[] {
  const bars = plot.series.filter(({ shape }) => shape === 'bars');
  const others = plot.series.filter(({ shape }) => shape !== 'bars');
  return [...drawBars(bars, toX, toY), ...others.map((series) => drawSeries(series, toX, toY))];
}

function drawSeries(
  { shape, colour, points }: TimeSeries,
  toX: (ms: number) => number,
  toY: (v: number) => number,
): string {
  const at = ([ms, value]: readonly [number, number]): string => `${toX(ms).toFixed(1)} ${toY(value).toFixed(1)}`;
  if (shape === 'dots') {
    const dots = points.map((point) => `M${at(point)}h0`).join('');
    return `<path class="dots ${colour}" d="${dots}"/>`;
  }
  const runs = unbroken(points);
  const lines = runs.map((run) => `M${run.map(at).join('L')}${run.length === 1 ? 'h.1' : ''}`).join('');
  const line = `<path class="line ${colour}" d="${lines}"/>`;
  if (shape === 'line') return line;
  const ground = toY(0).toFixed(1);
  const fill = runs.map((run) => `M${toX(run[0]![0]).toFixed(1)} ${ground}L${run.map(at).join('L')}V${ground}Z`);
  return `<path class="area ${colour}" d="${fill.join('')}"/>${line}`;
}

/** One on top of the other, in the order of the series. */
function drawBars(
  series: readonly TimeSeries[],
  toX: (ms: number) => number,
  toY: (value: number) => number,
): string[] {
  const [first] = series;
  if (first === undefined) return [];
  const stepMs = (first.points[1]?.[0] ?? 2 * first.points[0]![0]) - first.points[0]![0];
  const width = BAR_SHARE * (toX(stepMs) - toX(0));
  const heights = first.points.map(() => 0);
  return series.map(({ colour, points }) => {
    const bars = points.map(([ms, value], i) => {
      if (!(value > 0)) return '';
      const base = toY(heights[i]!);
      heights[i]! += value;
      return `M${(toX(ms) - width / 2).toFixed(1)} ${base.toFixed(1)}h${width.toFixed(1)}V${toY(heights[i]!).toFixed(1)}h-${width.toFixed(1)}Z`;
    });
    return `<path class="bar ${colour}" d="${bars.join('')}"/>`;
  });
}

function stackHeights({ series }: TimePlot): readonly number[] {
  const bars = series.filter(({ shape }) => shape === 'bars');
  const length = bars[0]?.points.length ?? 0;
  return Array.from({ length }, (_, i) => bars.reduce((sum, { points }) => sum + (points[i]![1] || 0), 0));
}

function unbroken(points: TimeSeries['points']): (readonly (readonly [number, number])[])[] {
  const runs: (readonly [number, number])[][] = [];
  let isOpen = false;
  for (const point of points) {
    const isThere = Number.isFinite(point[1]);
    if (isThere && isOpen) runs.at(-1)!.push(point);
    else if (isThere) runs.push([point]);
    isOpen = isThere;
  }
  return runs;
}
