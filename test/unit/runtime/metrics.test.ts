import { describe, expect, it } from 'vitest';
import { CATALOGUES } from '../../../docs/generator/metrics.ts';
import {
  counter,
  gauge,
  histogram,
  instrument,
  type MetricDefinition,
  Registry,
  watchProcess,
} from '../../../services/shared/runtime/metrics/metrics.ts';

const CATALOGUE = {
  requests: counter('ringwall_test_requests_total', 'Requests.', ['outcome']),
  size: gauge('ringwall_test_size_bytes', 'Size.'),
  seconds: histogram('ringwall_test_duration_seconds', 'Time.', [0.1, 1]),
} as const;

const ALL: readonly MetricDefinition[] = Object.values(CATALOGUES).flatMap((catalogue) => Object.values(catalogue));

describe('metrics', () => {
  it('are made of a catalogue', async () => {
    const registry = new Registry();
    const instruments = instrument(registry, CATALOGUE, { size: () => 42 });
    instruments.requests.inc({ outcome: 'ok' });
    instruments.seconds.observe(0.5);
    const text = await registry.metrics();
    expect(text).toContain('ringwall_test_requests_total{outcome="ok"} 1');
    expect(text).toContain('ringwall_test_size_bytes 42');
    expect(text).toContain('ringwall_test_duration_seconds_bucket{le="1"} 1');
    expect(text).toContain('# HELP ringwall_test_size_bytes Size.');
  });

  it('watch the process', async () => {
    const registry = new Registry();
    watchProcess(registry);
    const memory = /ringwall_process_resident_memory_bytes (\d+)/.exec(await registry.metrics());
    expect(Number(memory![1])).toBeGreaterThan(10_000_000);
  });

  it('with known label values have all their series from the start', async () => {
    const registry = new Registry();
    instrument(registry, {
      asked: counter('ringwall_test_asked_total', 'Asked.', { outcome: ['ok', 'failed'], warm: ['true', 'false'] }),
    });
    const text = await registry.metrics();
    for (const outcome of ['ok', 'failed']) {
      for (const warm of ['true', 'false']) {
        expect(text).toContain(`ringwall_test_asked_total{outcome="${outcome}",warm="${warm}"} 0`);
      }
    }
  });

  it('of how busy the event loop is do not depend on who else scrapes', async () => {
    const registry = new Registry();
    watchProcess(registry);
    const busy = async (): Promise<number> =>
      Number(/event_loop_busy_seconds_total ([\d.e-]+)/.exec(await registry.metrics())![1]);
    const before = await busy();
    for (let reads = 0; reads < 5; reads++) await busy();
    expect(await busy()).toBeGreaterThanOrEqual(before);
  });

  it.each(ALL.map((metric) => [metric.name, metric] as const))('%s keeps to the names of the house', (name, metric) => {
    const { kind, help, labels, buckets } = metric;
    expect(name).toMatch(/^ringwall_(chord|can|embedder|wall|gateway|process)_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    expect(help).toMatch(/^[A-Z0-9].*\.$/);
    for (const label of labels) expect(['id', 'phone', 'person', 'post', 'address', 'key']).not.toContain(label);
    expect(buckets === undefined).toBe(kind !== 'histogram');
    expect(buckets ?? []).toEqual((buckets ?? []).toSorted((a, b) => a - b));
  });

  it('have a name each', () => {
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  });
});
