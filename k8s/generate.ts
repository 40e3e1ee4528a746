/**
 * `npm run manifests`: writes the rules of prometheus/rules/ as the Prometheus operator reads them, an object of the
 * cluster, which no kustomization can make of a file.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse, stringify } from 'yaml';

const RULES = join(import.meta.dirname, '../prometheus/rules');
const OBJECT = join(import.meta.dirname, 'components/watching/prometheus-rule.yaml');
const HEADING = '# Made of prometheus/rules/ by `npm run manifests`.\n';

async function prometheusRule(): Promise<string> {
  const names = (await readdir(RULES)).sort();
  const files = await Promise.all(names.map((name) => readFile(join(RULES, name), 'utf8')));
  const groups = files.flatMap((text) => (parse(text) as { readonly groups: readonly unknown[] }).groups);
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'ringwall' },
    spec: { groups },
  };
  return HEADING + stringify(object, { lineWidth: 0 });
}

/** Whether the committed object is not what the rules give today. */
export async function isRuleStale(): Promise<boolean> {
  return (await readFile(OBJECT, 'utf8').catch(() => undefined)) !== (await prometheusRule());
}

async function sayWhetherStale(): Promise<void> {
  if (!(await isRuleStale())) return;
  console.error(`${OBJECT} is stale: run \`npm run manifests\``);
  process.exitCode = 1;
}

async function writeRule(): Promise<void> {
  await writeFile(OBJECT, await prometheusRule());
}

if (import.meta.main) {
  await new Command('manifests')
    .description('Writes the rules of prometheus/rules as the Prometheus operator reads them, into k8s/components.')
    .option('--check', 'say when it is stale and exit with 1, changing nothing')
    .action((options: { readonly check?: true }) => (options.check ? sayWhetherStale() : writeRule()))
    .parseAsync();
}
