/** A board: rows of panels, and what all boards have in common: links to each other, time, alerts drawn where they fired. */

import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type BoardPanel, DATA_SOURCE, visible } from './panel.ts';

export interface BoardRow {
  readonly title: string;
  readonly panels: readonly BoardPanel[];
}

export interface Board {
  /** Fixed, for links; the file is named after it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The phones to choose one from, as a query of Grafana's: `label_values(metric, label)`. */
  readonly instances?: string;
  readonly rows: readonly BoardRow[];
}

const TAG = 'ringwall';
/** Alerts that fire are drawn over all lines of a board. */
export const ALERTS_QUERY = 'ALERTS{alertstate="firing", severity=~"critical|warning"}';

export function dashboardOf({ uid, title, description, instances, rows }: Board): Dashboard {
  const made = new DashboardBuilder(`Ringwall: ${title}`)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .time({ from: 'now-30m', to: 'now' })
    .refresh('15s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .link(
      new DashboardLinkBuilder('Boards')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .keepTime(true)
        .asDropdown(false),
    )
    .annotation(
      new AnnotationQueryBuilder()
        .name('Alerts')
        .datasource(DATA_SOURCE)
        .enable(true)
        .iconColor('red')
        .expr(ALERTS_QUERY)
        .titleFormat('{{alertname}}')
        .textFormat('{{severity}}')
        .step('15s'),
    );
  if (instances !== undefined) {
    made.withVariable(
      new QueryVariableBuilder('instance')
        .label('Phone')
        .datasource(DATA_SOURCE)
        .query({ query: instances, refId: 'instances' })
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.NaturalAsc),
    );
  }
  for (const row of rows) {
    made.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) made.withPanel({ build: () => panel.build() });
  }
  return finished(made.build());
}

/** Grafana numbers panels by itself when they are saved; numbered here, what is committed does not change then. */
function finished(dashboard: Dashboard): Dashboard {
  return {
    ...dashboard,
    links: dashboard.links?.map(visible),
    annotations: { list: dashboard.annotations.list?.map(visible) },
    panels: dashboard.panels?.map((panel, at) => ({ ...panel, id: at + 1 })),
  };
}
