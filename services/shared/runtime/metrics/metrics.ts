/**
 * Metrics as data: a service lists its metrics in a catalogue, of which the instruments and the reference in docs/
 * are made. Names are `ringwall_<service>_<noun>_<unit>[_total]` in base units; labels are few and bounded, never ids.
 */
import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Registry } from 'prom-client';

export interface MetricDefinition<Label extends string = string> {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Every value that each label can have, when they are few and known; all series are then there from the start, at 0. */
  readonly values?: LabelValues<Label>;
  /** Histograms only: upper bounds. */
  readonly buckets?: readonly number[];
}

export type LabelValues<Label extends string> = Readonly<Record<Label, readonly string[]>>;

/** Labels by name, or with the values each can have. */
type Labels<Label extends string> = readonly Label[] | LabelValues<Label>;

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
  labels: Labels<Label> = [],
): CounterDefinition<Label> {
  return { kind: 'counter', name, help, ...labelled(labels) };
}

function labelled<Label extends string>(labels: Labels<Label>): Pick<MetricDefinition<Label>, 'labels' | 'values'> {
  if (isNames(labels)) return { labels };
  return { labels: Object.keys(labels) as Label[], values: labels };
}

function isNames<Label extends string>(labels: Labels<Label>): labels is readonly Label[] {
  return Array.isArray(labels);
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
      if (read === undefined) return begun(new Counter(common), definition);
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

/** A rate needs a value before the first event: a series that begins at 1 hides the first failure. */
function begun(made: Counter, { values }: MetricDefinition): Counter {
  if (values !== undefined) for (const labels of combinations(Object.entries(values))) made.inc(labels, 0);
  return made;
}

function combinations(labels: readonly (readonly [string, readonly string[]])[]): Record<string, string>[] {
  return labels.reduce<Record<string, string>[]>(
    (made, [label, values]) => made.flatMap((before) => values.map((value) => ({ ...before, [label]: value }))),
    [{}],
  );
}

/** What every process tells of itself: a few cheap figures, not prom-client's forty. */
export const PROCESS_METRICS = {
  startTime: gauge('ringwall_process_start_time_seconds', 'When the process started, in seconds since the Unix epoch.'),
  cpu: counter('ringwall_process_cpu_seconds_total', 'CPU time the process has used, user and system, in seconds.'),
  residentMemory: gauge('ringwall_process_resident_memory_bytes', 'Memory of the process that is in RAM, in bytes.'),
  heapUsed: gauge('ringwall_process_heap_used_bytes', 'JavaScript objects on the heap, in bytes.'),
  eventLoopBusy: counter(
    'ringwall_process_event_loop_busy_seconds_total',
    'Time in which the event loop ran code rather than waited: its rate is the part of a core that it can use at most.',
  ),
} as const;

export function watchProcess(registry: Registry): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  instrument(registry, PROCESS_METRICS, {
    startTime: () => startedAt,
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    residentMemory: () => process.memoryUsage.rss(),
    heapUsed: () => process.memoryUsage().heapUsed,
    eventLoopBusy: () => performance.eventLoopUtilization().active / 1_000,
  });
}

/** A registry that already watches the process. */
export function createRegistry(): Registry {
  const registry = new Registry();
  watchProcess(registry);
  return registry;
}
