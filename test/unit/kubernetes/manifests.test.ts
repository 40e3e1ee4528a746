/** Every overlay of k8s/, rendered: objects that the API server takes as they are, and that fit together. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Cluster, containerOf, portNamesOf, type Selector, type Workload } from './cluster.ts';
import { OVERLAY_NAMES, RENDERED_NAMES, renderOverlay } from './rendered.ts';
import { faultsOfObject } from './strict-schema.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('there are overlays', () => {
  expect(OVERLAY_NAMES).toEqual(['hundreds', 'small']);
});

describe.each(RENDERED_NAMES)('the overlay %s', (overlay) => {
  let cluster: Cluster;

  beforeAll(() => {
    cluster = new Cluster(renderOverlay(overlay));
  });

  test('has only objects that the schemas know, every field of them', () => {
    const faults = cluster.objects.map((object) => [`${object.kind} ${object.metadata.name}`, faultsOfObject(object)]);
    expect(faults.filter(([, found]) => found!.length > 0)).toEqual([]);
    expect(cluster.objects.length).toBeGreaterThan(15);
  });

  test('has all of it in one namespace, of which each name is taken once', () => {
    const namespaced = cluster.objects.filter(({ kind }) => kind !== 'Namespace');
    expect(new Set(namespaced.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['ringwall']));
    const names = cluster.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  test('selects the pods it means', () => {
    const selectors: [string, Selector, string][] = [
      ...cluster.workloads.map(({ name, selector }): [string, Selector, string] => [name, selector, name]),
      ...['phone', 'phone-ready', 'gateway'].map((name): [string, Selector, string] => {
        return [`Service ${name}`, { matchLabels: cluster.one('Service', name).spec!.selector! }, name.split('-')[0]!];
      }),
      ...['phone', 'gateway'].flatMap((name): [string, Selector, string][] => [
        [`PodDisruptionBudget ${name}`, cluster.one('PodDisruptionBudget', name).spec!.selector!, name],
        [`PodMonitor ${name}`, cluster.one('PodMonitor', name).spec.selector, name],
        [`NetworkPolicy ${name}`, cluster.one('NetworkPolicy', name).spec!.podSelector!, name],
      ]),
      ...cluster.workloads.flatMap(({ name, template }) =>
        template.spec!.topologySpreadConstraints!.map((spread): [string, Selector, string] => {
          return [`spread of ${name}`, spread.labelSelector!, name];
        }),
      ),
    ];
    for (const [what, selector, wanted] of selectors) {
      const selected = cluster.selected(selector).map(({ name }) => name);
      expect([what, selected]).toEqual([what, [wanted]]);
    }
  });

  test('names ports that are there', () => {
    for (const { metadata, spec } of cluster.all('Service')) {
      for (const workload of cluster.selected({ matchLabels: spec!.selector! })) {
        const ports = spec!.ports!.map(({ targetPort }) => targetPort);
        expect([metadata.name, ports]).toEqual([metadata.name, ports.filter(isPortOf(workload))]);
      }
    }
    for (const { spec } of cluster.all('PodMonitor')) {
      const [workload] = cluster.selected(spec.selector);
      expect(spec.podMetricsEndpoints!.map(({ port }) => port).filter((port) => !isPortOf(workload!)(port))).toEqual(
        [],
      );
    }
    for (const { spec } of cluster.all('Ingress')) {
      for (const { backend } of spec!.rules!.flatMap(({ http }) => http!.paths)) {
        const service = cluster.one('Service', backend.service!.name);
        expect(service.spec!.ports!.map(({ name }) => name)).toContain(backend.service!.port!.name);
      }
    }
  });

  test('lets through what phones, gateway and Prometheus need, to ports that are there', () => {
    const open = new Set<string>();
    for (const { metadata, spec } of cluster.all('NetworkPolicy')) {
      const inward = (spec!.ingress ?? []).map(({ ports }) => ({ to: cluster.selected(spec!.podSelector!), ports }));
      const outward = (spec!.egress ?? []).flatMap(({ to, ports }) =>
        to!.map((peer) => ({ to: peer.namespaceSelector ? [] : cluster.selected(peer.podSelector!), ports })),
      );
      for (const { to, ports } of [...inward, ...outward]) {
        for (const workload of to) {
          expect([metadata.name, ports!.filter(({ port }) => !isPortOf(workload)(port))]).toEqual([metadata.name, []]);
        }
      }
      for (const { from, ports } of spec!.ingress ?? []) {
        const callers = (from ?? [{}]).flatMap(({ podSelector, namespaceSelector }) => {
          if (namespaceSelector !== undefined) return [namespaceSelector.matchLabels!['kubernetes.io/metadata.name']!];
          return podSelector === undefined ? ['anybody'] : cluster.selected(podSelector).map(({ name }) => name);
        });
        for (const caller of callers) {
          for (const workload of cluster.selected(spec!.podSelector!)) {
            for (const { port } of ports!) open.add(`${caller} to ${workload.name} ${port}`);
          }
        }
      }
    }
    expect([...open].sort()).toEqual([
      'anybody to gateway http',
      'gateway to phone api',
      'monitoring to phone api',
      'phone to phone peer',
    ]);
    const names = cluster.one('NetworkPolicy', 'names').spec!.egress!;
    expect(names.flatMap(({ to }) => to!.map(({ podSelector }) => podSelector!.matchLabels))).toEqual([
      { 'k8s-app': 'kube-dns' },
    ]);
    expect(cluster.one('NetworkPolicy', 'nothing-else').spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  test('gives pods no more rights than the restricted standard allows', () => {
    for (const workload of cluster.workloads) {
      const { template } = workload;
      const spec = template.spec!;
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(containerOf(workload).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec.automountServiceAccountToken).toBe(false);
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const) expect(spec[field]).toBeUndefined();
      for (const volume of spec.volumes ?? []) expect(volume.hostPath).toBeUndefined();
    }
    expect(cluster.one('Namespace', 'ringwall').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  test('bounds what pods use and mounts what there is', () => {
    for (const workload of cluster.workloads) {
      const { resources, volumeMounts } = containerOf(workload);
      expect(Object.keys(resources!.requests!).sort()).toEqual(['cpu', 'memory']);
      expect(resources!.limits!['memory']).toBeDefined();
      const volumes = [...(workload.template.spec!.volumes ?? []).map(({ name }) => name), ...workload.claims];
      expect(volumeMounts!.map(({ name }) => name).sort()).toEqual(volumes.sort());
    }
  });

  test('runs programs that there are', () => {
    for (const workload of cluster.workloads) {
      for (const program of containerOf(workload).args!) {
        expect(existsSync(join(ROOT, program.replace(/\.js$/, '.ts'))), program).toBe(true);
      }
    }
  });
});

function isPortOf(workload: Workload): (port: unknown) => boolean {
  return (port) => portNamesOf(workload).some((name) => name === port);
}
