/** What every overlay of k8s/ tells Prometheus and Grafana: all rules and boards there are, under the names they go by. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Cluster } from './cluster.ts';
import { RENDERED_NAMES, renderOverlay } from './rendered.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** `kubectl apply` notes an object on itself, in annotations that may have 256 KiB. */
const MOST_BYTES = 256 * 1_024;

function filesOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(ROOT, folder, name), 'utf8')]));
}

/** The data source that Grafana is told of. */
function sourceUid(text: string): string {
  return (parse(text) as { readonly datasources: readonly { readonly uid: string }[] }).datasources[0]!.uid;
}

test('every board has a ConfigMap of its own', () => {
  const { configMapGenerator } = parse(filesOf('grafana')['kustomization.yaml']!) as {
    readonly configMapGenerator: readonly { readonly files: readonly string[] }[];
  };
  const boards = Object.keys(filesOf('grafana/dashboards')).sort();
  expect(configMapGenerator.map(({ files }) => files)).toEqual(boards.map((name) => [`dashboards/${name}`]));
});

describe.each(RENDERED_NAMES)('the overlay %s', (overlay) => {
  let cluster: Cluster;

  beforeAll(() => {
    cluster = new Cluster(renderOverlay(overlay));
  });

  test('has every board, where the sidecar of Grafana looks for it', () => {
    const boards = cluster.all('ConfigMap').filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1');
    expect(Object.assign({}, ...boards.map(({ data }) => data))).toEqual(filesOf('grafana/dashboards'));
  });

  test('has every rule', () => {
    expect(cluster.one('ConfigMap', 'prometheus-rules').data).toEqual(filesOf('prometheus/rules'));
    expect(cluster.objects.filter(({ kind }) => kind === 'PrometheusRule')).toHaveLength(1);
  });

  test('has the data source that the boards name', () => {
    const [source] = Object.values(cluster.one('ConfigMap', 'grafana-source').data!);
    const provisioned = Object.values(filesOf('grafana/provisioning/datasources'))[0]!;
    expect(sourceUid(source!)).toBe(sourceUid(provisioned));
  });

  test('scrapes phones and gateways under the jobs that rules go by', () => {
    const jobs = cluster.all('PodMonitor').flatMap(({ spec }) => {
      const [workload] = cluster.selected(spec.selector);
      return workload!.template.metadata!.labels![spec.jobLabel!]!;
    });
    const rules = Object.values(filesOf('prometheus/rules')).join('\n');
    const named = [...rules.matchAll(/job="([^"]+)"/g)].map(([, job]) => job!);
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(jobs)).toEqual(new Set(named));
  });

  test('has no object that is too large to be applied', () => {
    const sizes = cluster.objects.map((object) => [object.metadata.name, JSON.stringify(object).length] as const);
    expect(sizes.filter(([, bytes]) => bytes >= MOST_BYTES)).toEqual([]);
  });
});
