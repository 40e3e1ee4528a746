/** Draws a plot as SVG: axes with ticks, lines with dots, a legend; readable on a light and on a dark page. */
import type { Plot, Series } from './experiment.ts';

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 72;
const RIGHT = 230;
const TOP = 42;
const BOTTOM = 56;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
/** Colours that stand out from white and from near-black alike (after Okabe and Ito). */
const COLOURS = ['#0a84d6', '#d9730d', '#1a9c70', '#c2559b', '#9a8b00', '#8a6fd1', '#d1495b', '#5b8a9a'];
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 14px; font-weight: 600; }
  .axis { stroke: #57606a; stroke-width: 1; }
  .grid { stroke: #57606a; stroke-opacity: .2; stroke-width: 1; }
  .page { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis, .grid { stroke: #9da7b1; }
    .page { fill: #0d1117; }
  }`;

interface Axis {
  readonly ticks: readonly number[];
  /** 0 at the axis' start, 1 at its end. */
  share(value: number): number;
}

/** The plot as an SVG document. Points that a logarithmic axis cannot show (0 and below) are left out. */
export function drawPlot(plot: Plot): string {
  const points = plot.series.flatMap((series) => visible(plot, series));
  const x = axisOf(
    points.map(([value]) => value),
    plot.xScale,
    false,
  );
  const y = axisOf(
    points.map(([, value]) => value),
    plot.yScale,
    true,
  );
  const toX = (value: number): string => (LEFT + x.share(value) * PLOT_WIDTH).toFixed(1);
  const toY = (value: number): string => (TOP + (1 - y.share(value)) * PLOT_HEIGHT).toFixed(1);
  const lines = plot.series.map((series, i) => drawSeries(series, i, visible(plot, series), toX, toY));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escaped(plot.title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${LEFT}" y="22">${escaped(plot.title)}</text>`,
    ...x.ticks.map((tick) => xTick(toX(tick), tick)),
    ...y.ticks.map((tick) => yTick(toY(tick), tick)),
    `<path class="axis" fill="none" d="M${LEFT} ${TOP}V${TOP + PLOT_HEIGHT}H${LEFT + PLOT_WIDTH}"/>`,
    `<text text-anchor="middle" x="${LEFT + PLOT_WIDTH / 2}" y="${HEIGHT - 14}">${escaped(plot.xLabel)}</text>`,
    `<text text-anchor="middle" transform="translate(18 ${TOP + PLOT_HEIGHT / 2}) rotate(-90)">` +
      `${escaped(plot.yLabel)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function visible({ xScale, yScale }: Plot, { points }: Series): (readonly [number, number])[] {
  return points.filter(([x, y]) => (xScale === 'linear' || x > 0) && (yScale === 'linear' || y > 0));
}

function drawSeries(
  series: Series,
  index: number,
  points: readonly (readonly [number, number])[],
  toX: (value: number) => string,
  toY: (value: number) => string,
): string {
  const colour = COLOURS[index % COLOURS.length]!;
  const dash = series.source === 'ours' ? '' : ` stroke-dasharray="${series.source === 'paper' ? '6 4' : '2 3'}"`;
  const fill = series.source === 'ours' ? colour : 'none';
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${toX(x)} ${toY(y)}`).join('');
  const dots = points.map(
    ([x, y]) => `<circle cx="${toX(x)}" cy="${toY(y)}" r="3.5" fill="${fill}" stroke="${colour}"/>`,
  );
  const legendX = LEFT + PLOT_WIDTH + 14;
  const legendY = TOP + 10 + 20 * index;
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
    ...dots,
    `<path d="M${legendX} ${legendY}h22" stroke="${colour}" stroke-width="2"${dash}/>`,
    `<circle cx="${legendX + 11}" cy="${legendY}" r="3.5" fill="${fill}" stroke="${colour}"/>`,
    `<text x="${legendX + 28}" y="${legendY + 4}">${escaped(series.name)}</text>`,
  ].join('\n');
}

function xTick(x: string, value: number): string {
  const bottom = TOP + PLOT_HEIGHT;
  return (
    `<path class="grid" d="M${x} ${TOP}V${bottom}"/>` +
    `<text text-anchor="middle" x="${x}" y="${bottom + 18}">${label(value)}</text>`
  );
}

function yTick(y: string, value: number): string {
  return (
    `<path class="grid" d="M${LEFT} ${y}H${LEFT + PLOT_WIDTH}"/>` +
    `<text text-anchor="end" dominant-baseline="middle" x="${LEFT - 8}" y="${y}">${label(value)}</text>`
  );
}

function axisOf(values: readonly number[], scale: Plot['xScale'], fromZero: boolean): Axis {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  if (scale === 'log') return logarithmic(lowest, highest);
  return linear(fromZero ? Math.min(0, lowest) : lowest, highest);
}

function linear(lowest: number, highest: number): Axis {
  const span = highest > lowest ? highest - lowest : 1;
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  const start = Math.floor(lowest / step) * step;
  const count = Math.ceil((lowest + span - start) / step - 1e-9);
  const ticks = Array.from({ length: count + 1 }, (_, i) => start + i * step);
  return { ticks, share: (value) => (value - start) / (count * step) };
}

function logarithmic(lowest: number, highest: number): Axis {
  const start = Math.floor(Math.log10(lowest) + 1e-9);
  const decades = Math.max(1, Math.ceil(Math.log10(highest) - 1e-9) - start);
  const ticks = Array.from({ length: decades + 1 }, (_, i) => 10 ** (start + i));
  return { ticks, share: (value) => (Math.log10(value) - start) / decades };
}

function label(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) return value.toExponential(0);
  return String(Number(value.toPrecision(6)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
