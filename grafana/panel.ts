/**
 * Panels as the boards write them: what is asked, what it is called, what it means. The kinds differ in how they draw; all
 * of them are made into Grafana's own panels by Grafana's typed builders, so what those refuse does not compile.
 */
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmaps from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stats from '@grafana/grafana-foundation-sdk/stat';
import * as tables from '@grafana/grafana-foundation-sdk/table';
import * as lines from '@grafana/grafana-foundation-sdk/timeseries';

import { seriesOf } from './promql.ts';

export const DATA_SOURCE = { type: 'prometheus', uid: 'ringwall-prometheus' } as const;
export const PHONE_BOARD = 'ringwall-phone';

/** What is asked, by how the answer is called in the legend: text, or `{{label}}`. */
type Queries = Readonly<Record<string, string>>;

interface Common {
  /** What it shows, how to read it and what is good. */
  readonly description: string;
  /** Grafana's id of a unit. */
  readonly unit: string;
  /** Of the 24 columns of a board. */
  readonly width?: number;
}

/** From each value on, the colour; the first holds from below. */
export type Steps = readonly (readonly [from: number | null, color: 'green' | 'yellow' | 'orange' | 'red' | 'blue'])[];

interface LineOptions extends Common {
  readonly queries: Queries;
  readonly stacked?: boolean;
  /** Series drawn dashed: what theory says, or a bar to be kept. */
  readonly dashed?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Drawn as dashed lines. */
  readonly steps?: Steps;
  /** Series are phones: a click leads to the board of one. */
  readonly byPhone?: boolean;
}

interface StatOptions extends Common {
  readonly query: string;
  readonly steps?: Steps;
  readonly decimals?: number;
}

interface HeatmapOptions extends Common {
  /** The name of a histogram without `_bucket`, with a selector if need be. */
  readonly histogram: string;
}

interface TableOptions extends Common {
  readonly query: string;
  /** Columns that say nothing. */
  readonly hidden: readonly string[];
}

/** A panel with what the tests ask of it: its title, and every query. */
export interface BoardPanel {
  readonly title: string;
  readonly queries: readonly string[];
  build(): Panel;
}

export const HEIGHT = 8;
const STAT_HEIGHT = 4;
const WIDTH = 12;
const STAT_WIDTH = 3;
const ALL_GREEN: Steps = [[null, 'green']];

export function line(title: string, options: LineOptions): BoardPanel {
  const { queries, stacked = false, dashed = [], steps, byPhone = false } = options;
  return panel(title, Object.values(queries), () => {
    const made = new lines.PanelBuilder()
      .title(title)
      .description(options.description)
      .datasource(DATA_SOURCE)
      .unit(options.unit)
      .span(options.width ?? WIDTH)
      .height(HEIGHT)
      .targets(targetsOf(queries))
      .drawStyle(GraphDrawStyle.Line)
      .lineWidth(1)
      .fillOpacity(stacked ? 30 : 8)
      .showPoints(VisibilityMode.Never)
      .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
      .legend(legendOf(Object.keys(queries)))
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
    if (options.min !== undefined) made.min(options.min);
    if (options.max !== undefined) made.max(options.max);
    for (const name of dashed) made.overrideByName(name, DASHED);
    if (steps !== undefined) {
      const drawn = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
      made.thresholds(thresholdsOf(steps)).thresholdsStyle(drawn);
    }
    if (byPhone) made.dataLinks([phoneLink()]);
    return made.build();
  });
}

export function stat(title: string, options: StatOptions): BoardPanel {
  return panel(title, [options.query], () => {
    const made = new stats.PanelBuilder()
      .title(title)
      .description(options.description)
      .datasource(DATA_SOURCE)
      .unit(options.unit)
      .span(options.width ?? STAT_WIDTH)
      .height(STAT_HEIGHT)
      .targets(targetsOf({ [title]: options.query }))
      .colorMode(BigValueColorMode.Value)
      .graphMode(BigValueGraphMode.Area)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
      .thresholds(thresholdsOf(options.steps ?? ALL_GREEN))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
      .noValue('nothing yet');
    if (options.decimals !== undefined) made.decimals(options.decimals);
    return made.build();
  });
}

/** How a histogram is spread over time: where one line hides that there are two kinds of it. */
export function heatmap(title: string, { histogram, ...options }: HeatmapOptions): BoardPanel {
  const query = `sum by (le) (increase(${seriesOf(histogram, 'bucket')}[$__rate_interval]))`;
  return panel(title, [query], () =>
    new heatmaps.PanelBuilder()
      .title(title)
      .description(options.description)
      .datasource(DATA_SOURCE)
      .unit('short')
      .span(options.width ?? WIDTH)
      .height(HEIGHT)
      .withTarget(targetOf('{{le}}', query, 'A').format(PromQueryFormat.Heatmap))
      .calculate(false)
      .yAxis(new heatmaps.YAxisConfigBuilder().unit(options.unit))
      .color(
        new heatmaps.HeatmapColorOptionsBuilder()
          .mode(heatmaps.HeatmapColorMode.Scheme)
          .scheme('Spectral')
          .reverse(true)
          .exponent(0.5)
          .steps(64),
      )
      .cellGap(1)
      .tooltip(new heatmaps.HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true))
      .showLegend()
      .build(),
  );
}

/** What stands now, a row a series. */
export function table(title: string, options: TableOptions): BoardPanel {
  return panel(title, [options.query], () =>
    new tables.PanelBuilder()
      .title(title)
      .description(options.description)
      .datasource(DATA_SOURCE)
      .unit(options.unit)
      .span(options.width ?? WIDTH)
      .height(HEIGHT)
      .withTarget(targetOf('', options.query, 'A').instant().format(PromQueryFormat.Table))
      .withTransformation({
        id: 'organize',
        options: { excludeByName: Object.fromEntries(options.hidden.map((column) => [column, true])) },
      })
      .noValue('none')
      .build(),
  );
}

const DASHED: DynamicConfigValue[] = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.fillOpacity', value: 0 },
];

function panel(title: string, queries: readonly string[], build: () => Panel): BoardPanel {
  return { title, queries, build };
}

function targetsOf(queries: Queries): DataqueryBuilder[] {
  return Object.entries(queries).map(([legend, expr], at) => targetOf(legend, expr, String.fromCharCode(65 + at)));
}

function targetOf(legend: string, expr: string, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATA_SOURCE).refId(refId).expr(expr).legendFormat(legend).range();
}

/** A table of last and largest values, unless one series alone needs no name. */
function legendOf(names: readonly string[]): VizLegendOptionsBuilder {
  const legend = new VizLegendOptionsBuilder().placement(LegendPlacement.Bottom).showLegend(true);
  const isSimple = names.length <= 2 && names.every((name) => !name.includes('{{'));
  if (isSimple) return legend.displayMode(LegendDisplayMode.List);
  return legend.displayMode(LegendDisplayMode.Table).calcs(['lastNotNull', 'max']);
}

function thresholdsOf(steps: Steps): ThresholdsConfigBuilder {
  const all: Threshold[] = steps.map(([value, color]) => ({ value, color }));
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

function phoneLink(): { build(): DashboardLink } {
  const url = `/d/${PHONE_BOARD}?var-instance=\${__field.labels.instance}&\${__url_time_range}`;
  return { build: () => visible(new DashboardLinkBuilder('The board of this phone').url(url).build()) };
}

/** The builders' one `placement` would hide what it is set of in a menu. */
export function visible<Part extends { placement?: string }>(part: Part): Part {
  const { placement: _, ...shown } = part;
  return shown as Part;
}
