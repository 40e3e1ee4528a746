/** What the boards, rules and documents of the project watch, read from their files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CATALOGUES } from '../../../docs/generator/metrics.ts';
import { ALERTS_QUERY, type Board } from '../../../grafana/board.ts';
import type { MetricDefinition } from '../../../services/shared/runtime/metrics/metrics.ts';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function rules(): readonly Rule[] {
  return readdirSync(join(ROOT, 'prometheus/rules')).flatMap((file) => {
    const { groups } = parse(readText(`prometheus/rules/${file}`)) as { groups: { rules: Rule[] }[] };
    return groups.flatMap((group) => group.rules);
  });
}

/** Everything that is asked on a board, its variable and annotation included. */
export function queriesOf({ rows, instances }: Board): string[] {
  const panels = rows.flatMap((row) => row.panels.flatMap((panel) => panel.queries));
  return [...panels, ...(instances === undefined ? [] : [instances]), ALERTS_QUERY];
}

/** Every series that phones and gateways give, by its name, with the labels it may have. */
export const SERIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.values(CATALOGUES)
    .flatMap((catalogue): MetricDefinition[] => Object.values(catalogue))
    .flatMap(({ name, kind, labels }): [string, ReadonlySet<string>][] => {
      if (kind !== 'histogram') return [[name, new Set(labels)]];
      const others: [string, ReadonlySet<string>][] = ['sum', 'count'].map((suffix) => [
        `${name}_${suffix}`,
        new Set(labels),
      ]);
      return [[`${name}_bucket`, new Set([...labels, 'le'])], ...others];
    }),
);

export interface Use {
  readonly name: string;
  /** Labels that the selector names. */
  readonly labels: readonly string[];
}

/** The metrics and recorded series that a query, or any text, names. */
export function usesIn(text: string): Use[] {
  return [...text.matchAll(/\b(ringwall(?:_[a-z]+_\w+|:\w+:\w+))(?:\{([^}]*)\})?/g)].map(([, name, selector = '']) => ({
    name: name!,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }));
}
