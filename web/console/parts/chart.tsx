/** A chart over time, the last minutes of it. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Series {
  readonly label: string;
  /** A CSS variable of the theme, such as `--alive`. */
  readonly colour: string;
}

export interface ChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  /** Times in s since the epoch, then a row of values a series; null: not known. */
  readonly data: readonly (readonly (number | null)[])[];
}

const HEIGHT = 150;

export function Chart({ title, series, data }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = place.current!;
    const style = getComputedStyle(element);
    const read = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: read('--soft'), grid: { stroke: read('--line'), width: 1 } };
    const made = new uPlot(
      {
        title,
        width: element.clientWidth,
        height: HEIGHT,
        series: [{}, ...series.map(({ label, colour }) => ({ label, stroke: read(colour), width: 2 }))],
        axes: [
          { ...axis, space: 70, values: (_plot, times) => times.map(clockText) },
          { ...axis, size: 44 },
        ],
        legend: { live: false },
        cursor: { show: false },
      },
      data as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [data]);
  return <div ref={place} class="chart" role="img" aria-label={`${title}: ${lastOf(series, data)}`} />;
}

/** The same in every place: 24 hours, to the second. */
function clockText(seconds: number): string {
  return new Date(1_000 * seconds).toLocaleTimeString('en-GB');
}

function lastOf(series: readonly Series[], data: ChartProps['data']): string {
  return series.map(({ label }, i) => `${label} ${data[i + 1]?.at(-1) ?? 'not known'}`).join(', ');
}
