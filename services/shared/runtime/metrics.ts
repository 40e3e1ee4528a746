/**
 * Metrics as data: a service lists its metrics in a catalogue, of which the instruments and the reference in docs/
 * are made. Names are `ringwall_<service>_<noun>_<unit>[_total]` in base units; labels are few and bounded, never ids.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Registry } from 'prom-client';

export interface MetricDefinition<Label extends string = string> {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Histograms only: upper bounds. */
  readonly buckets?: readonly number[];
}

interface CounterDefinition<Label extends string> extends MetricDefinition<Label> {
  readonly kind: 'counter';
}
interface GaugeDefinition<Label extends string> extends MetricDefinition<Label> {
  readonly kind: 'gauge';
}
interface HistogramDefinition<Label extends string> extends MetricDefinition<Label> {
  readonly kind: 'histogram';
  readonly buckets: readonly number[];
}

export type MetricCatalogue = Readonly<Record<string, MetricDefinition>>;

export type Instruments<Catalogue extends MetricCatalogue> = {
  readonly [Key in keyof Catalogue]: Catalogue[Key] extends CounterDefinition<infer Label>
    ? Counter<Label>
    : Catalogue[Key] extends GaugeDefinition<infer Label>
      ? Gauge<Label>
      : Catalogue[Key] extends HistogramDefinition<infer Label>
        ? Histogram<Label>
        : never;
};

/** Buckets for what takes between half a millisecond and ten seconds. */
export const SECONDS_BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export function counter<Label extends string = never>(
  name: string,
  help: string,
  labels: readonly Label[] = [],
): CounterDefinition<Label> {
  return { kind: 'counter', name, help, labels };
}

export function gauge<Label extends string = never>(
  name: string,
  help: string,
  labels: readonly Label[] = [],
): GaugeDefinition<Label> {
  return { kind: 'gauge', name, help, labels };
}

export function histogram<Label extends string = never>(
  name: string,
  help: string,
  buckets: readonly number[],
  labels: readonly Label[] = [],
): HistogramDefinition<Label> {
  return { kind: 'histogram', name, help, labels, buckets };
}

/** Makes the instruments of a catalogue in a registry. What `read` names gets its value when it is scraped. */
export function instrument<Catalogue extends MetricCatalogue>(
  registry: Registry,
  catalogue: Catalogue,
  read: Partial<Record<keyof Catalogue, () => number>> = {},
): Instruments<Catalogue> {
  const instruments: Record<string, unknown> = {};
  for (const [key, definition] of Object.entries(catalogue)) {
    instruments[key] = createInstrument(registry, definition, read[key]);
  }
  return instruments as Instruments<Catalogue>;
}

function createInstrument(registry: Registry, definition: MetricDefinition, read: (() => number) | undefined): unknown {
  const { name, help } = definition;
  const common = { name, help, labelNames: [...definition.labels], registers: [registry] };
  switch (definition.kind) {
    case 'counter':
      if (read === undefined) return new Counter(common);
      return new Counter({
        ...common,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    case 'histogram':
      return new Histogram({ ...common, buckets: [...definition.buckets!] });
    case 'gauge':
      if (read === undefined) return new Gauge(common);
      return new Gauge({
        ...common,
        collect() {
          this.set(read());
        },
      });
  }
}

/** What every process tells of itself: a few cheap figures, not prom-client's forty. */
export const PROCESS_METRICS = {
  startTime: gauge('ringwall_process_start_time_seconds', 'When the process started, in seconds since the Unix epoch.'),
  cpu: counter('ringwall_process_cpu_seconds_total', 'CPU time the process has used, user and system, in seconds.'),
  residentMemory: gauge('ringwall_process_resident_memory_bytes', 'Memory of the process that is in RAM, in bytes.'),
  heapUsed: gauge('ringwall_process_heap_used_bytes', 'JavaScript objects on the heap, in bytes.'),
  eventLoopUtilization: gauge(
    'ringwall_process_event_loop_utilization_ratio',
    'Part of the time since the last scrape in which the event loop was busy, 0 to 1.',
  ),
} as const;

export function watchProcess(registry: Registry): void {
  let lastLoop = performance.eventLoopUtilization();
  const startedAt = Date.now() / 1000 - process.uptime();
  instrument(registry, PROCESS_METRICS, {
    startTime: () => startedAt,
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    residentMemory: () => process.memoryUsage.rss(),
    heapUsed: () => process.memoryUsage().heapUsed,
    eventLoopUtilization: () => {
      const loop = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(loop, lastLoop);
      lastLoop = loop;
      return utilization;
    },
  });
}

/** A registry that already watches the process. */
export function createRegistry(): Registry {
  const registry = new Registry();
  watchProcess(registry);
  return registry;
}
