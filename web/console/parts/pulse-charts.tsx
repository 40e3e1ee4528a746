/** The pulse of the network over the last minutes. */
import { useComputed } from '@preact/signals';
import type { Pulse } from '../../../services/gateway/client/contract.ts';
import { pulses } from '../state/pulses.ts';
import { Chart, type Series } from './chart.tsx';

interface Plot {
  readonly title: string;
  readonly series: readonly (Series & { readonly of: (pulse: Pulse) => number | null })[];
}

const PLOTS: readonly Plot[] = [
  {
    title: 'Phones',
    series: [
      { label: 'alive', colour: '--alive', of: ({ phones }) => phones.alive },
      { label: 'suspected', colour: '--suspected', of: ({ phones }) => phones.suspected },
      { label: 'dead', colour: '--dead', of: ({ phones }) => phones.dead },
    ],
  },
  {
    title: 'Churn: phones in the last minute',
    series: [
      { label: 'came', colour: '--alive', of: ({ churn }) => churn.came },
      { label: 'died', colour: '--dead', of: ({ churn }) => churn.died },
      { label: 'left', colour: '--left', of: ({ churn }) => churn.left },
    ],
  },
  {
    title: 'Lookups a second',
    series: [
      { label: 'all', colour: '--accent', of: ({ lookups }) => lookups.perSecond },
      { label: 'failed', colour: '--dead', of: ({ lookups }) => lookups.failedPerSecond },
    ],
  },
  {
    title: 'Time of a lookup, ms',
    series: [{ label: 'mean', colour: '--accent', of: ({ lookups }) => lookups.milliseconds }],
  },
  {
    title: 'Copies missing',
    series: [{ label: 'copies', colour: '--path', of: ({ replicas }) => replicas.missing }],
  },
  {
    title: 'Recall of searches, estimated',
    series: [{ label: 'found', colour: '--joining', of: ({ recall }) => recall }],
  },
];

export function PulseCharts() {
  const newest = pulses.value.at(-1);
  return (
    <section aria-labelledby="pulse" class="pulse">
      <h2 id="pulse">Pulse</h2>
      {newest !== undefined && (
        <p class="hint">
          In the last minute {newest.churn.came} came, {newest.churn.died} died and {newest.churn.left} left. Rings:{' '}
          {newest.rings.toFixed(2)} (1 when all are on one). Figures of {newest.sampled} phones.
        </p>
      )}
      <div class="charts">
        {PLOTS.map((plot) => (
          <PulseChart key={plot.title} {...plot} />
        ))}
      </div>
    </section>
  );
}

function PulseChart({ title, series }: Plot) {
  const data = useComputed(() => [
    pulses.value.map(({ at }) => Date.parse(at) / 1_000),
    ...series.map(({ of }) => pulses.value.map((pulse) => of(pulse))),
  ]);
  return <Chart title={title} series={series} data={data.value} />;
}
