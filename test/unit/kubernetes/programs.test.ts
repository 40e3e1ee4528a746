/** The programs of every overlay of k8s/: settings, ports, probes and seeds are ones that they have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { GATEWAY_VARIABLES, type GatewaySettings, readGatewaySettings } from '../../../services/gateway/environment.ts';
import { PHONE_VARIABLES, type PhoneSettings, readPhoneSettings } from '../../../services/phone-node/environment.ts';
import { PHONE_HEALTH } from '../../../services/phone-node/phone-health.ts';
import type { EnvironmentValues } from '../../../services/shared/runtime/program/environment.ts';
import { STOP_DEADLINE_MS } from '../../../services/shared/runtime/program/lifecycle.ts';
import { Cluster, containerOf } from './cluster.ts';
import { OVERLAY_NAMES, RENDERED_NAMES, renderOverlay } from './rendered.ts';

test.each(OVERLAY_NAMES)('the overlay %s stands on the base', (overlay) => {
  const file = join(import.meta.dirname, '../../../k8s/overlays', overlay, 'kustomization.yaml');
  expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ namespace: 'ringwall', resources: ['../../base'] });
});

describe.each(RENDERED_NAMES)('a phone of the overlay %s', (overlay) => {
  let cluster: Cluster;
  let container: IContainer;
  let environment: EnvironmentValues;
  const settings = (): PhoneSettings => readPhoneSettings(environment);

  beforeAll(() => {
    cluster = new Cluster(renderOverlay(overlay));
    container = containerOf(cluster.workload('phone'));
    environment = { ...cluster.environmentOf(container), RINGWALL_ADVERTISE: '10.1.2.3' };
  });

  test('gets settings that it knows and takes', () => {
    const known = new Set(PHONE_VARIABLES.map(({ name }) => name));
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    expect(settings).not.toThrow();
    expect(container.env).toEqual([
      { name: 'RINGWALL_ADVERTISE', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ]);
  });

  test('listens on the ports that are told, and answers the probes', () => {
    const { router, wall, healthListen } = settings();
    const ports = Object.fromEntries(container.ports!.map(({ name, containerPort }) => [name, containerPort]));
    expect(ports).toEqual({ peer: router.peerListen.port, api: wall.listen.port, health: healthListen!.port });
    for (const { host } of [router.peerListen, wall.listen, healthListen!]) expect(host).toBe('0.0.0.0');
    const health = (service: string): unknown => ({ port: ports['health'], service });
    expect(container.startupProbe!.grpc).toEqual(health(PHONE_HEALTH.startup));
    expect(container.readinessProbe!.grpc).toEqual(health(PHONE_HEALTH.readiness));
    expect(container.livenessProbe!.grpc).toEqual(health(PHONE_HEALTH.liveness));
    expect(container.volumeMounts!.map(({ mountPath }) => mountPath)).toContain(router.dataFolder);
  });

  test('has seeds that are phones, found by a Service that knows them before they are ready', () => {
    const set = cluster.one('StatefulSet', 'phone').spec!;
    const service = cluster.one('Service', set.serviceName!).spec!;
    expect(service).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    const { seeds, peerListen } = settings().router;
    expect(seeds).toEqual(seeds.map((_seed, i) => `phone-${i}.${set.serviceName}:${peerListen.port}`));
    expect(seeds.length).toBeGreaterThanOrEqual(3);
    expect(set.replicas).toBeGreaterThanOrEqual(seeds.length);
    expect(set.podManagementPolicy).toBe('Parallel');
  });

  test('has the time to leave', () => {
    const { terminationGracePeriodSeconds } = cluster.workload('phone').template.spec!;
    const firstMs = container.lifecycle!.preStop!.sleep!.seconds * 1_000;
    expect(terminationGracePeriodSeconds! * 1_000).toBeGreaterThan(firstMs + STOP_DEADLINE_MS);
  });
});

describe.each(RENDERED_NAMES)('the gateway of the overlay %s', (overlay) => {
  let cluster: Cluster;
  let container: IContainer;
  let environment: EnvironmentValues;
  const settings = (): GatewaySettings => readGatewaySettings(environment);

  beforeAll(() => {
    cluster = new Cluster(renderOverlay(overlay));
    container = containerOf(cluster.workload('gateway'));
    environment = cluster.environmentOf(container);
  });

  test('gets settings that it knows and takes', () => {
    const known = new Set(GATEWAY_VARIABLES.map(({ name }) => name));
    expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
    expect(settings).not.toThrow();
  });

  test('listens on the port that is told, and answers the probes', () => {
    expect(container.ports).toEqual([{ name: 'http', containerPort: settings().listen.port }]);
    expect(settings().listen.host).toBe('0.0.0.0');
    expect(container.startupProbe!.httpGet).toEqual({ port: 'http', path: '/healthz' });
    expect(container.livenessProbe!.httpGet).toEqual({ port: 'http', path: '/healthz' });
    expect(container.readinessProbe!.httpGet).toEqual({ port: 'http', path: '/readyz' });
  });

  test('looks for phones where those are that can serve', () => {
    const { source } = settings();
    if (source.kind !== 'dns') throw new Error('the gateway must find phones by name');
    const service = cluster.one('Service', source.name.host).spec!;
    expect(service).toMatchObject({ clusterIP: 'None' });
    expect(service.publishNotReadyAddresses).toBeUndefined();
    const api = containerOf(cluster.workload('phone')).ports!.find(({ name }) => name === 'api')!;
    expect([service.ports![0]!.port, api.containerPort]).toEqual([source.name.port, source.name.port]);
  });

  test('is what is scaled by load, and nothing else is', () => {
    const targets = cluster.all('HorizontalPodAutoscaler').map(({ spec }) => spec.scaleTargetRef);
    expect(targets).toEqual([{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'gateway' }]);
    expect(cluster.one('Deployment', 'gateway').spec!.replicas).toBeUndefined();
  });
});
