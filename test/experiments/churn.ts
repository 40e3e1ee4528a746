/** Lookups while phones join and die: table III of Chord's journal version. */
import { type ChurnFigures, churn } from './churning-ring.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';

const SCALES = {
  full: { phones: 1_000, lookups: 10_000, barLookups: 100_000 },
  slice: { phones: 80, lookups: 300, barLookups: 300 },
} as const;
const TABLE_III = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4];
/** Failed lookups in 10⁴, by rate. */
const PAPER_FAILURES = [0, 0, 2, 5, 6, 8, 16, 15];
const WORST_RATE = 0.4;
const LOOKUP_EVERY_MS = 10;
const BAR_LOOKUP_EVERY_MS = 5;
const WARM_UP_MS = 120_000;

interface Row {
  readonly rate: number;
  readonly figures: ChurnFigures;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { phones, lookups, barLookups } = SCALES[scale];
  const measure = (rate: number, count: number): ChurnFigures => {
    progress(`${phones} phones, ${rate} joins and deaths a second, ${count} lookups`);
    return churn({
      seed,
      phones,
      changeEveryMs: 1000 / rate,
      lookupEveryMs: count > lookups ? BAR_LOOKUP_EVERY_MS : LOOKUP_EVERY_MS,
      warmUpMs: WARM_UP_MS,
      lookups: count,
    });
  };
  const rates = scale === 'slice' ? [WORST_RATE] : TABLE_III;
  const rows = rates.map((rate): Row => ({ rate, figures: measure(rate, lookups) }));
  return describe(rows, measure(WORST_RATE, barLookups), phones);
}

function describe(product: readonly Row[], bar: ChurnFigures, phones: number): Findings {
  const worst = product.find(({ rate }) => rate === WORST_RATE)!.figures;
  return {
    setUp: [
      'The whole protocol in the simulator: joins through a random phone, deaths in silence, each a Poisson process of ' +
        `rate R; one-way latencies of 5 to 40 ms. The ring begins ideal and churns for ${WARM_UP_MS / 1000} s before the ` +
        'first lookup. A lookup fails when the first living phone it names is not the owner of the key at its beginning ' +
        'or its end; nothing is retried by the caller. Dead phones named before the living one count as timeouts, too.',
      `${phones} phones with the product's default settings: lookups go phone by phone where tables hold the whole ring, as ` +
        'here most do, and are passed on two ways at once where they do not. Lookups come faster than the ' +
        "paper's one a second, so that the same number takes less virtual time. Figure 12 is a page of its own (figure-12.md).",
    ],
    tables: [
      {
        title: `ToN table III, as the product: ${phones} phones`,
        columns: [
          'R a second',
          'paper: failed in 10⁴',
          'ours: failed in 10⁴',
          'paper: path',
          'ours: path',
          'paper: timeouts',
          'ours: timeouts',
          'mean ms',
          'bytes a phone and second',
        ],
        rows: product.map(({ rate, figures }) => [
          rate.toFixed(2),
          String(PAPER_FAILURES[TABLE_III.indexOf(rate)] ?? ''),
          (10_000 * failureShare(figures)).toFixed(1),
          '3.8-4.1',
          figures.path.toFixed(2),
          paperTimeouts(rate),
          figures.timeouts.toFixed(3),
          figures.milliseconds.toFixed(0),
          figures.bytesPerPhoneSecond.toFixed(0),
        ]),
      },
    ],
    plot: {
      title: 'Failed lookups under churn (ToN table III)',
      xLabel: 'joins a second, and as many deaths',
      yLabel: 'failed lookups in 10,000',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        {
          name: 'paper, 1,000 phones',
          source: 'paper',
          points: TABLE_III.map((rate, i) => [rate, PAPER_FAILURES[i]!]),
        },
        {
          name: 'ours, as the product',
          source: 'ours',
          points: product.map(({ rate, figures }) => [rate, 10_000 * failureShare(figures)]),
        },
      ],
    },
    bars: [
      {
        asked: `(d) R = 0.40 a second, 1,000 phones: 0 failures in 10⁵ lookups, timeouts ≤ 0.1 a lookup`,
        reached:
          `${bar.wrong + bar.none} failures in ${bar.lookups} lookups, ${bar.timeouts.toFixed(3)} timeouts a lookup; ` +
          `${worst.wrong + worst.none} in the ${worst.lookups} of table III at that rate`,
        met: bar.wrong + bar.none + worst.wrong + worst.none === 0 && bar.timeouts <= 0.1,
      },
    ],
    notes: [
      `In the run for the bar ${bar.wrong} lookups named a wrong living phone and ${bar.none} named none. Lookups whose asker ` +
        'died before they ended are not counted. A newcomer counts from when both its neighbours know of it, which is when ' +
        'it says that it has joined (docs/decisions/joins-wait-for-both-neighbours.md).',
      'The product does not wait for its turn to stabilise: a silent neighbour is looked into at once, and what is found ' +
        'out is passed on within seconds, so tables are seldom wrong for longer than a call times out.',
    ],
  };
}

function paperTimeouts(rate: number): string {
  if (rate === TABLE_III[0]) return '.05';
  return rate === WORST_RATE ? '.46' : '';
}

function failureShare({ lookups, wrong, none }: ChurnFigures): number {
  return (wrong + none) / lookups;
}

export const CHURN: Experiment = {
  name: 'churn',
  title: 'Failures during stabilisation',
  source: 'Stoica et al., "Chord", IEEE/ACM Transactions on Networking 2003, table III.',
  defaultSeed: 12,
  run,
};
