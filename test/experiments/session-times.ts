/** Lookups while phones stay for minutes only: Bamboo's session times. */
import { type ChurnFigures, churn } from './churning-ring.ts';
import type { Experiment, Findings, Plot, RunOptions, Table } from './experiment.ts';
import { bytesOf, type KindCost } from './frame-meter.ts';

const SCALES = {
  full: { phones: 500, lookups: 10_000, upkeepMs: 60_000, medians: [1.4, 6.2, 23, 94] },
  slice: { phones: 60, lookups: 300, upkeepMs: 5_000, medians: [1.4] },
} as const;
const LOOKUP_EVERY_MS = 10;
const WARM_UP_MS = 60_000;
const SHORTEST = 1.4;
const MOST_BYTES = 900;
/**
 * What this experiment gave before joins waited for both neighbours, news was passed on once and lists were compared by
 * digest; the lookups of the workload are in the bytes.
 */
const BEFORE: readonly Before[] = [
  { median: 1.4, correct: 0.9994, milliseconds: 246, bytes: 2209 },
  { median: 6.2, correct: 0.9995, milliseconds: 68, bytes: 832 },
  { median: 23, correct: 0.9999, milliseconds: 51, bytes: 630 },
  { median: 94, correct: 1, milliseconds: 50, bytes: 538 },
];

interface Before {
  readonly median: number;
  readonly correct: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

interface Row {
  readonly median: number;
  readonly figures: ChurnFigures;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { phones, lookups, upkeepMs, medians } = SCALES[scale];
  const rows = medians.map((median): Row => {
    progress(`${phones} phones, median session ${median} min`);
    // Exponential sessions: a random phone dies; its mean is the median over ln 2.
    const changeEveryMs = (median * 60_000) / Math.LN2 / phones;
    const lookupEveryMs = LOOKUP_EVERY_MS;
    const figures = churn({ seed, phones, changeEveryMs, lookupEveryMs, warmUpMs: WARM_UP_MS, upkeepMs, lookups });
    return { median, figures };
  });
  const shortest = rows.find(({ median }) => median === SHORTEST)!.figures;
  const correct = correctShare(shortest);
  const bytes = bytesOf(shortest.upkeep);
  return {
    setUp: [
      `${phones} phones in the simulator with the product's default settings, exponential sessions, as many joins as ` +
        `deaths, all deaths silent. After ${WARM_UP_MS / 1000} s of churn upkeep is metered for ${upkeepMs / 1000} s ` +
        `without any lookups but the phones' own; then ${lookups} lookups are made at ${1000 / LOOKUP_EVERY_MS} a second ` +
        'in all. A lookup is correct when the first living phone it names owns the key at its beginning or end. Bytes are ' +
        'those of the frames as they are encoded for a link, counted where they are sent, requests to dead phones too, at ' +
        'every eighth phone; what opening a link, TCP and TLS add is not in them.',
    ],
    tables: [sessionsTable(rows), kindsTable(rows), beforeTable(rows)],
    plot: plotOf(rows),
    bars: [
      {
        asked: '(e) ≥ 99.9 % correct at 1.4-min median sessions with ≤ 900 bytes a phone and second of upkeep',
        reached:
          `${percent(correct)} correct, ${bytes.toFixed(0)} bytes a phone and second of upkeep, ` +
          `${shortest.bytesPerPhoneSecond.toFixed(0)} with the lookups of the workload`,
        met: correct >= 0.999 && bytes <= MOST_BYTES,
      },
    ],
    notes: [
      `At the shortest sessions there are ${(phones / ((SHORTEST * 60) / Math.LN2)).toFixed(1)} joins and as many deaths a second. ` +
        'All phones hear of them once each (docs/decisions/news-budget.md): that is the largest part. Next come the tables ' +
        'that newcomers copy whole, and stabilisation, whose lists travel only where they have changed ' +
        '(docs/decisions/lists-by-digest.md).',
      'In a ring as good as quiet a phone says next to nothing: a round of stabilisation and a comparison of a stretch of ' +
        'its table every 16 s, of which the answer is "as you know".',
    ],
  };
}

function sessionsTable(rows: readonly Row[]): Table {
  return {
    title: 'Median session time',
    columns: [
      'median session, min',
      'correct',
      'wrong',
      'named nobody alive',
      'path',
      'timeouts',
      'mean ms',
      'messages a phone and second',
      'bytes of upkeep',
      'bytes with the lookups',
      'paper',
    ],
    rows: rows.map(({ median, figures }) => [
      String(median),
      percent(correctShare(figures)),
      String(figures.wrong),
      String(figures.none),
      figures.path.toFixed(2),
      figures.timeouts.toFixed(3),
      figures.milliseconds.toFixed(0),
      figures.messagesPerPhoneSecond.toFixed(2),
      bytesOf(figures.upkeep).toFixed(0),
      figures.bytesPerPhoneSecond.toFixed(0),
      median === SHORTEST ? 'completes, < 900 bytes a second' : '',
    ]),
  };
}

function kindsTable(rows: readonly Row[]): Table {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  return {
    title: `Upkeep by kind of message, requests and replies, at ${first.median} and ${last.median} min`,
    columns: [
      'kind',
      'calls a second',
      'bytes of requests',
      'of replies',
      'calls a second',
      'bytes of requests',
      'of replies',
    ],
    rows: first.figures.upkeep.map((cost) => {
      const quiet = last.figures.upkeep.find(({ kind }) => kind === cost.kind);
      return [cost.kind, ...kindCells(cost), ...kindCells(quiet)];
    }),
  };
}

function kindCells(cost: KindCost | undefined): string[] {
  return [
    (cost?.callsPerPhoneSecond ?? 0).toFixed(3),
    (cost?.requestBytesPerPhoneSecond ?? 0).toFixed(1),
    (cost?.replyBytesPerPhoneSecond ?? 0).toFixed(1),
  ];
}

function beforeTable(rows: readonly Row[]): Table {
  return {
    title: 'Before and after',
    columns: ['median session, min', 'correct before', 'now', 'mean ms before', 'now', 'bytes before', 'now'],
    rows: rows.map(({ median, figures }) => {
      const before = BEFORE.find((row) => row.median === median)!;
      return [
        String(median),
        percent(before.correct),
        percent(correctShare(figures)),
        String(before.milliseconds),
        figures.milliseconds.toFixed(0),
        String(before.bytes),
        figures.bytesPerPhoneSecond.toFixed(0),
      ];
    }),
  };
}

function plotOf(rows: readonly Row[]): Plot {
  return {
    title: 'What upkeep costs against how long phones stay',
    xLabel: 'median session, minutes',
    yLabel: 'bytes a phone and second',
    xScale: 'log',
    yScale: 'linear',
    series: [
      { name: 'paper (Bamboo): bound', source: 'paper', points: rows.map(({ median }) => [median, MOST_BYTES]) },
      { name: 'ours', source: 'ours', points: rows.map(({ median, figures }) => [median, bytesOf(figures.upkeep)]) },
    ],
  };
}

function correctShare({ lookups, wrong, none }: ChurnFigures): number {
  return 1 - (wrong + none) / lookups;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)} %`;
}

export const SESSION_TIMES: Experiment = {
  name: 'session-times',
  title: 'Session times',
  source: 'Rhea et al., "Handling churn in a DHT" (Bamboo), USENIX 2004.',
  defaultSeed: 14,
  run,
};
