/** docs/reference/metrics.md: every metric of a phone and of a gateway. */
import { CAN_METRICS } from '../../services/can-index/adapters/metrics.ts';
import { CHORD_METRICS } from '../../services/chord-router/adapters/metrics.ts';
import { EMBEDDER_METRICS } from '../../services/embedder/adapters/metrics.ts';
import { GATEWAY_METRICS } from '../../services/gateway/adapters/metrics.ts';
import { type MetricCatalogue, PROCESS_METRICS } from '../../services/shared/runtime/metrics/metrics.ts';
import { FEED_METRICS } from '../../services/wall-api/plugins/feed-metrics.ts';
import { WALL_METRICS } from '../../services/wall-api/plugins/request-metrics.ts';
import { SOCIAL_METRICS } from '../../services/wall-api/plugins/social-metrics.ts';
import { generatedHeading, markdownTable } from './markdown.ts';

/** Every metric of a phone, by service. */
export const CATALOGUES: Readonly<Record<string, MetricCatalogue>> = {
  'The ring': CHORD_METRICS,
  'The index of meanings': CAN_METRICS,
  'The embedder': EMBEDDER_METRICS,
  'The wall API': { ...WALL_METRICS, ...FEED_METRICS, ...SOCIAL_METRICS },
  'The process': PROCESS_METRICS,
  'The gateway': GATEWAY_METRICS,
};

function labelText(label: string, values: readonly string[] | undefined): string {
  return values === undefined ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`;
}

export function metricsReference(): string {
  const sections = Object.entries(CATALOGUES).map(([title, catalogue]) => {
    const rows = Object.values(catalogue).map(({ name, kind, labels, values, buckets, help }) => [
      `\`${name}\``,
      kind,
      labels.map((label) => labelText(label, values?.[label])).join('; '),
      buckets === undefined ? help : `${help} Buckets: ${buckets.join(', ')}.`,
    ]);
    return `## ${title}\n\n${markdownTable(['name', 'kind', 'labels', 'what it counts'], rows)}`;
  });
  return `${generatedHeading('Metrics', "the services' metric catalogues")}

A phone serves them at \`/metrics\` of its API, in Prometheus' text format; so does a gateway, with those of the process
and its own.

${sections.join('\n\n')}
`;
}
