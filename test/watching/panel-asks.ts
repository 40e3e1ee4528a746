/** What the panels of all boards ask Prometheus, and whether it has an answer. */
import { BOARDS } from '../../grafana/boards/all.ts';
import type { BoardPanel } from '../../grafana/panel.ts';
import type { PrometheusClient } from './prometheus-client.ts';

export interface PanelAsk {
  readonly query: string;
  /** A heatmap of nothing but zeros is empty. */
  readonly aboveZero: boolean;
}

export interface Dashboard {
  readonly prometheus: PrometheusClient;
  /** What Grafana puts for $__rate_interval: `30s`. */
  readonly rateInterval: string;
  /** host:port of the phone that is chosen on the board of one. */
  readonly instance: string;
}

/** Every query of every panel, under a name for people. */
export function panelAsks(): Map<string, PanelAsk> {
  return new Map(BOARDS.flatMap((board) => board.rows.flatMap(({ panels }) => panels.flatMap(asksOf(board.title)))));
}

/** Whether a panel has had something to show at any time. */
export async function hasData({ query, aboveZero }: PanelAsk, dashboard: Dashboard): Promise<boolean> {
  const { prometheus, rateInterval, instance } = dashboard;
  const asked = query.replaceAll('$__rate_interval', rateInterval).replaceAll('$instance', instance);
  const series = await prometheus.range(asked);
  return series.some(({ values }) => values.some((value) => !aboveZero || value > 0));
}

const asksOf =
  (board: string) =>
  (panel: BoardPanel): [string, PanelAsk][] => {
    const { type } = panel.build();
    return panel.queries.map((query) => [
      `${board}, ${panel.title}: ${query}`,
      { query, aboveZero: type === 'heatmap' },
    ]);
  };
