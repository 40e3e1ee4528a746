/** Figures as people read them. */
import { FIGURES, type FigureName, type Unit } from './figures.ts';

/** A measured value as people read it: `99.95 %`, `1.2 s`, `3.4`; `not measured`. */
export function showFigure(figure: FigureName, value: number | undefined): string {
  return value === undefined ? 'not measured' : showValue(value, FIGURES[figure].unit);
}

export function showValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'share':
      return showShare(value);
    case 'ms':
      return showDuration(value);
    case 'number':
      return trimmed(value, value >= 100 ? 0 : 3);
  }
}

/** `480 ms`, `1.4 s`, `12 min`. */
export function showDuration(ms: number): string {
  if (ms < 1_000) return `${trimmed(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 120_000) return `${trimmed(ms / 1_000, ms < 10_000 ? 2 : 1)} s`;
  return `${trimmed(ms / 60_000, 1)} min`;
}

/** Never rounds to all or nothing what is not. */
function showShare(share: number): string {
  const percent = trimmed(100 * share, 3);
  if (percent === '100' && share < 1) return '> 99.999 %';
  return percent === '0' && share > 0 ? '< 0.001 %' : `${percent} %`;
}

/** At most so many digits behind the point, and no zeros at the end. */
function trimmed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
