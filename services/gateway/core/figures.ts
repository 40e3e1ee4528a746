/** What the gateway reads of the metrics that phones serve for Prometheus: a few figures, by the names of their series. */

const SERIES = {
  lookupsFound: 'ringwall_chord_lookups_total{outcome="found"}',
  lookupsFailed: 'ringwall_chord_lookups_total{outcome="failed"}',
  lookupSeconds: 'ringwall_chord_lookup_duration_seconds_sum',
  lookupHops: 'ringwall_chord_lookup_hops_sum',
  readsComplete: 'ringwall_chord_reads_total{complete="true"}',
  readsIncomplete: 'ringwall_chord_reads_total{complete="false"}',
  writesStored: 'ringwall_chord_writes_total{outcome="stored"}',
  writesUnavailable: 'ringwall_chord_writes_total{outcome="unavailable"}',
  records: 'ringwall_chord_records',
  replicasMissing: 'ringwall_chord_replicas_missing',
  ringShare: 'ringwall_chord_ring_share_ratio',
  recallExpected: 'ringwall_can_recall_expected_posts_total',
  recallFound: 'ringwall_can_recall_found_posts_total',
} as const;

export type FigureName = keyof typeof SERIES;
export type Figures = Readonly<Record<FigureName, number>>;

const NAMES = Object.keys(SERIES) as readonly FigureName[];
const NAME_OF = new Map<string, FigureName>(NAMES.map((name) => [SERIES[name], name]));

/** Reads a scrape in Prometheus' text format. A series that is not there counts as 0. */
export function readFigures(scrape: string): Figures {
  const figures = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<FigureName, number>;
  for (const line of scrape.split('\n')) {
    const end = line.lastIndexOf(' ');
    const name = NAME_OF.get(line.slice(0, end));
    const value = Number(line.slice(end + 1));
    if (name !== undefined && Number.isFinite(value)) figures[name] = value;
  }
  return figures;
}
