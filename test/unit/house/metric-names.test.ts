/** The names of metrics in the code, on boards, in rules, in their tests and in the documents are the same names. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BOARDS } from '../../../grafana/boards/all.ts';
import { queriesOf, ROOT, readText, rules, SERIES, type Use, usesIn } from '../watching/watched.ts';

/** Labels that Prometheus itself adds. */
const ADDED = ['instance', 'job'];
const RULES = rules();
const RECORDED = new Set(RULES.flatMap(({ record }) => record ?? []));
const TESTS = readdirSync(join(ROOT, 'prometheus/tests')).map((file) => `prometheus/tests/${file}`);

const SOURCES: readonly (readonly [string, readonly string[]])[] = [
  ...BOARDS.map((board) => [`board ${board.uid}`, queriesOf(board)] as const),
  ...RULES.map((rule) => [`rule ${rule.record ?? rule.alert}`, [rule.expr]] as const),
  ...[...TESTS, 'docs/watching.md', 'prometheus/README.md'].map((file) => [file, [readText(file)]] as const),
];
const ALL_USES = SOURCES.flatMap(([, texts]) => texts.flatMap(usesIn));

function faultOf({ name, labels }: Use): string[] {
  if (RECORDED.has(name)) return [];
  // Prose names a histogram by its own name.
  const known = SERIES.get(name) ?? SERIES.get(`${name}_bucket`);
  if (known === undefined) return [`there is no ${name}`];
  return labels
    .filter((label) => !known.has(label) && !ADDED.includes(label))
    .map((label) => `${name} has no ${label}`);
}

describe('metrics', () => {
  it.each(SOURCES)('in %s exist, with the labels asked for', (_, texts) => {
    expect(texts.flatMap(usesIn).flatMap(faultOf)).toEqual([]);
  });

  it('are all on a board', () => {
    const shown = new Set(
      BOARDS.flatMap(queriesOf)
        .flatMap(usesIn)
        .map(({ name }) => name),
    );
    const worked = RULES.filter(({ record }) => record !== undefined && shown.has(record));
    for (const { name } of worked.flatMap(({ expr }) => usesIn(expr))) shown.add(name);
    const isShown = (series: string): boolean => {
      const base = series.replace(/_(bucket|sum|count)$/, '');
      return [series, `${base}_bucket`, `${base}_sum`, `${base}_count`].some((name) => shown.has(name));
    };
    expect([...SERIES.keys()].filter((name) => !isShown(name))).toEqual([]);
  });

  it('that rules record are used', () => {
    const used = new Set(ALL_USES.map(({ name }) => name));
    for (const { record, expr } of RULES) if (record !== undefined) expect(usesIn(expr)).not.toEqual([]);
    const asked = SOURCES.filter(([source]) => !source.startsWith('prometheus/tests')).flatMap(([, t]) =>
      t.flatMap(usesIn),
    );
    expect([...RECORDED].filter((name) => !asked.some((use) => use.name === name))).toEqual([]);
    expect(used.size).toBeGreaterThan(50);
  });
});
