/** Axes of plots: round ticks, and how they are labelled. */

export interface Axis {
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
  /** 0 at the axis' start, 1 at its end. */
  share(value: number): number;
}

export type PlotUnit = 'count' | 'share' | 'ms' | 'bytes';

const TIME_STEPS_MS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600].map(
  (s) => s * 1_000,
);
const MOST_TIME_TICKS = 8;

/** From 0 to the end of the run; ticks in minutes, or in seconds when it is short. */
export function timeAxis(endedMs: number): Axis {
  const stepMs = TIME_STEPS_MS.find((ms) => endedMs / ms <= MOST_TIME_TICKS) ?? endedMs / MOST_TIME_TICKS;
  const ticks = Array.from({ length: Math.floor(endedMs / stepMs) + 1 }, (_, i) => i * stepMs);
  const label = (ms: number): string => (stepMs % 60_000 === 0 ? `${ms / 60_000} min` : clock(ms));
  return { ticks, labels: ticks.map(label), share: (ms) => ms / endedMs };
}

/** From 0, or from below the lowest for shares that are all high, to above the highest. */
export function valueAxis(lowest: number, highest: number, unit: PlotUnit): Axis {
  if (unit === 'share') return shareAxis(lowest);
  const top = highest > 0 ? highest : 1;
  const step = roundStep(top / 4, unit === 'count' ? 1 : 0);
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, i) => i * step);
  return { ticks, labels: ticks.map((tick) => label(tick, unit)), share: (value) => value / (count * step) };
}

function shareAxis(lowest: number): Axis {
  const span = Math.max(0.002, 1 - Math.max(0, Math.min(lowest, 0.998)));
  const step = Math.min(0.25, roundStep(span / 4, 0));
  const count = Math.max(1, Math.ceil(span / step - 1e-9));
  const start = Math.max(0, 1 - count * step);
  const ticks = Array.from({ length: Math.round((1 - start) / step) + 1 }, (_, i) => start + i * step);
  return { ticks, labels: ticks.map((tick) => label(tick, 'share')), share: (value) => (value - start) / (1 - start) };
}

function roundStep(rough: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough - 1e-12)!;
  return Math.max(least, least === 1 ? Math.ceil(step) : step);
}

function label(value: number, unit: PlotUnit): string {
  const short = (number: number): string => String(Number(number.toPrecision(4)));
  switch (unit) {
    case 'share':
      return `${short(100 * value)} %`;
    case 'ms':
      return value >= 1_000 ? `${short(value / 1_000)} s` : `${short(value)} ms`;
    case 'bytes':
      return value >= 1_000 ? `${short(value / 1_000)} kB` : `${short(value)} B`;
    case 'count':
      return value >= 10_000 ? `${short(value / 1_000)} k` : short(value);
  }
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
