/** Every alert says what it means and what to do, is told of in docs/watching.md, and is tested. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, readText, rules } from './watched.ts';

interface RuleTest {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
    readonly promql_expr_test?: readonly {
      readonly expr: string;
      readonly exp_samples: readonly { labels: string }[];
    }[];
  }[];
}

const ALERTS = rules().filter((rule) => rule.alert !== undefined);
const DOCUMENT = readText('docs/watching.md');
const TEST_FILES = readdirSync(join(ROOT, 'prometheus/tests'))
  .filter((file) => file.endsWith('.test.yml'))
  .map((file) => parse(readText(`prometheus/tests/${file}`)) as RuleTest);

/** Alerts that some test expects to fire. */
const FIRED = new Set(
  TEST_FILES.flatMap(({ tests }) => tests).flatMap(
    ({ alert_rule_test: alerts = [], promql_expr_test: queries = [] }) => [
      ...alerts.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
      ...queries.flatMap(({ exp_samples }) =>
        exp_samples.flatMap(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1] ?? []),
      ),
    ],
  ),
);

describe('alert', () => {
  it.each(ALERTS.map((alert) => [alert.alert!, alert] as const))('%s is complete', (name, alert) => {
    const { severity } = alert.labels!;
    const { summary, description, runbook_url: runbook } = alert.annotations!;
    expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(['critical', 'warning', 'info']).toContain(severity);
    expect(summary!.length).toBeLessThan(100);
    expect(description!.length).toBeGreaterThan(80);
    expect(runbook).toBe(`docs/watching.md#${name.toLowerCase()}`);
    const section = DOCUMENT.split('\n### ').find((text) => text.startsWith(`${name}\n`));
    expect(section, `a section of docs/watching.md on ${name}`).toBeDefined();
    expect(section).toContain(`**${severity}.**`);
    expect(FIRED, `a test in prometheus/tests in which ${name} fires`).toContain(name);
  });

  it('sections of docs/watching.md are about alerts that exist', () => {
    const sections = [...DOCUMENT.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(ALERTS.map(({ alert }) => alert));
  });

  it('names are unique', () => {
    expect(new Set(ALERTS.map(({ alert }) => alert)).size).toBe(ALERTS.length);
  });
});
