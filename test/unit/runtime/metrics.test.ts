import { describe, expect, it } from 'vitest';
import { CHORD_METRICS } from '../../../services/chord-router/adapters/metrics.ts';
import {
  counter,
  gauge,
  histogram,
  instrument,
  type MetricDefinition,
  PROCESS_METRICS,
  Registry,
  watchProcess,
} from '../../../services/shared/runtime/metrics.ts';

const CATALOGUE = {
  requests: counter('ringwall_test_requests_total', 'Requests.', ['outcome']),
  size: gauge('ringwall_test_size_bytes', 'Size.'),
  seconds: histogram('ringwall_test_duration_seconds', 'Time.', [0.1, 1]),
} as const;

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

  it.each([...Object.values(CHORD_METRICS), ...Object.values(PROCESS_METRICS)].map((metric) => [metric.name, metric]))(
    '%s keeps to the names of the house',
    (name, metric) => {
      const { kind, help, labels } = metric as MetricDefinition;
      expect(name).toMatch(/^ringwall_(chord|process)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(help).toMatch(/^[A-Z0-9].*\.$/);
      expect(labels).not.toContain('id');
    },
  );
});
