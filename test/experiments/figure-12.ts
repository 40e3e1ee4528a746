/** Lookups while nodes come and go, at the paper's pace: Chord's figure 12, as published in 2001 and as ours. */
import type { ChordSettings } from '../../services/chord-router/core/settings.ts';
import { type ChurnFigures, churn } from './churning-ring.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { churnPublished, type PublishedFigures, type PublishedOptions } from './published-ring.ts';

const SCALES = {
  full: {
    nodes: 500,
    runs: 10,
    hours: 2,
    rates: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1],
    ours: [0.01, 0.04, 0.07, 0.1],
    lookups: 10_000,
  },
  slice: { nodes: 80, runs: 1, hours: 0.5, rates: [0.04], ours: [0.04], lookups: 300 },
} as const;
const SUCCESSORS = 20;
const ROUND_MS = 30_000;
const WARM_UP_MS = 1_800_000;
const OUR_WARM_UP_MS = 120_000;
const OUR_LOOKUP_EVERY_MS = 10;
const PAPER_RATE = 0.1;
const PAPER_SHARE = 0.03;
const CONFIDENCE = 1.96;

/** As the paper's phones: about 30 s between stabilisations, one probe at a time, no cache beyond neighbours and fingers. */
const PHONE_BY_PHONE: Partial<ChordSettings> = {
  successors: SUCCESSORS,
  knownPhones: 32,
  lookupParallelism: 1,
  forwardLookups: false,
  stabiliseMinMs: ROUND_MS,
  stabiliseMaxMs: ROUND_MS,
};
const TWO_WAYS: Partial<ChordSettings> = { ...PHONE_BY_PHONE, forwardLookups: true };

/** Of all runs at one rate. */
interface Published {
  readonly lost: number;
  readonly wrong: number;
  readonly path: number;
  /** Half of the 95 % confidence interval of the share that failed, over the runs. */
  readonly within: number;
}

interface Row {
  readonly rate: number;
  readonly allFingers: Published;
  readonly oneFinger: Published;
  readonly phoneByPhone: ChurnFigures | undefined;
  readonly twoWays: ChurnFigures | undefined;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { nodes, rates, ours } = SCALES[scale];
  const rows = rates.map((rate): Row => {
    progress(`${rate} joins and deaths a second: as published`);
    const allFingers = published(seed, scale, rate, 'all');
    const oneFinger = published(seed, scale, rate, 'one');
    const isOurs = ours.some((own) => own === rate);
    const measure = (settings: Partial<ChordSettings>): ChurnFigures | undefined => {
      if (!isOurs) return undefined;
      progress(`${rate} joins and deaths a second: ours`);
      return churn({
        seed,
        phones: nodes,
        settings,
        changeEveryMs: 1000 / rate,
        lookupEveryMs: OUR_LOOKUP_EVERY_MS,
        warmUpMs: OUR_WARM_UP_MS,
        lookups: SCALES[scale].lookups,
      });
    };
    return { rate, allFingers, oneFinger, phoneByPhone: measure(PHONE_BY_PHONE), twoWays: measure(TWO_WAYS) };
  });
  return describe(rows, scale);
}

function published(
  seed: number,
  scale: RunOptions['scale'],
  rate: number,
  fingersARound: PublishedOptions['fingersARound'],
): Published {
  const { hours, nodes, runs } = SCALES[scale];
  const figures = Array.from(
    { length: runs },
    (_, i): PublishedFigures =>
      churnPublished({
        seed: seed * 1000 + i,
        nodes,
        successors: SUCCESSORS,
        rate,
        roundMs: ROUND_MS,
        fingersARound,
        lookupEveryMs: 1000,
        warmUpMs: WARM_UP_MS,
        durationMs: hours * 3_600_000,
      }),
  );
  const meanOf = (value: (one: PublishedFigures) => number): number =>
    figures.reduce((sum, one) => sum + value(one), 0) / runs;
  const lost = meanOf((one) => one.lost / one.lookups);
  const wrong = meanOf((one) => one.wrong / one.lookups);
  const variance = meanOf((one) => ((one.lost + one.wrong) / one.lookups - lost - wrong) ** 2);
  const within = CONFIDENCE * Math.sqrt(variance / Math.max(1, runs - 1));
  return { lost, wrong, path: meanOf(({ path }) => path), within };
}

function describe(rows: readonly Row[], scale: RunOptions['scale']): Findings {
  const { hours, lookups, nodes, runs } = SCALES[scale];
  const worst = rows.at(-1)!;
  return {
    setUp: [
      `${nodes} nodes; joins through a random node and deaths in silence, each a Poisson process of rate R; rounds of ` +
        `stabilisation every ${ROUND_MS / 1000} s in the mean; a failed lookup is not tried again. It fails when it ` +
        'names nobody, or somebody who is not the first living node after the key.',
      `As published in 2001: fingers of base 2 and no other entries, ${SUCCESSORS} successors that step in when the first is ` +
        "dead, the successor's predecessor adopted unasked, a newcomer unknown to its predecessor until that one's next " +
        'round, a lookup lost as soon as a node that it is passed to is dead. Rounds are uniform within ± 50 %; messages take ' +
        `no time. ${runs} runs of ${hours} h after ${WARM_UP_MS / 60_000} min of churn, a lookup a second. The paper does not say how ` +
        'many fingers a round repairs: all, or one at random, as its figure 7 has it. This baseline was written for this ' +
        'page and shares no code with the product (`test/experiments/published-ring.ts`).',
      `Ours at that pace: the whole protocol in the simulator, one-way latencies of 5 to 40 ms; stabilising every 30 s ± 25 % ` +
        `and no sooner than 6 s after a sign of change; ${SUCCESSORS} successors, a cache of 32 phones, fingers of base 16; ` +
        `${lookups} lookups a row, 100 a second, after ${OUR_WARM_UP_MS / 1000} s of churn. Phone by phone: one probe at a time. Passed ` +
        'on: as phones do where their tables are sparse, along two ways at once, of which the quicker counts, and phone by ' +
        'phone when that takes long.',
    ],
    tables: [failureTable(rows), pathTable(rows)],
    plot: {
      title: 'Lookups that fail while nodes come and go (figure 12)',
      xLabel: 'joins a second, and as many deaths',
      yLabel: 'failed lookups, %',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        {
          name: 'paper (3 % at 0.1, in proportion to R)',
          source: 'paper',
          points: rows.map(({ rate }) => [rate, (100 * PAPER_SHARE * rate) / PAPER_RATE]),
        },
        {
          name: 'as published in 2001, all fingers a round',
          source: 'calibration',
          points: rows.map(({ rate, allFingers }) => [rate, 100 * (allFingers.lost + allFingers.wrong)]),
        },
        oursSeries('ours, phone by phone', rows, ({ phoneByPhone }) => phoneByPhone),
        oursSeries('ours, passed on two ways', rows, ({ twoWays }) => twoWays),
      ],
    },
    bars: [],
    notes: [
      `The baseline gives ${percent(worst.allFingers.lost + worst.allFingers.wrong)} at R = ${worst.rate} where the paper has about 3 %; ` +
        'an estimate of that size: between two rounds 0.1 · 30 = 3 of 500 nodes go, and a path of 5 nodes meets one ' +
        'with 5 · 3 / 500 = 3 %. The baseline has a part more than that, for an owner that is looked up for a ' +
        'finger may be dead already, and for keys whose owner has just come or gone: those that name a wrong node. With one random ' +
        'finger a round most of the long fingers are a quarter of an hour old, and lookups are lost in them.',
      'Ours at the same pace fails in fewer lookups by orders of magnitude for what was added since, none of which can be ' +
        'turned off: a phone that is silent to a lookup is passed round, a silent neighbour is looked into, news of comings ' +
        'and goings travels by itself, a candidate is asked before it is adopted (Zave), and a newcomer counts once both its ' +
        'neighbours know of it.',
    ],
  };
}

function failureTable(rows: readonly Row[]): Findings['tables'][number] {
  return {
    title: 'Lookups that failed',
    columns: [
      'R a second',
      'paper',
      'published, all fingers a round',
      'of them lost in dead nodes',
      'named a wrong node',
      'published, one finger a round',
      'ours, phone by phone',
      'ours, passed on two ways',
    ],
    rows: rows.map(({ rate, allFingers, oneFinger, phoneByPhone, twoWays }) => [
      rate.toFixed(2),
      rate === PAPER_RATE ? 'about 3 %' : '',
      `${percent(allFingers.lost + allFingers.wrong)} ± ${percent(allFingers.within)}`,
      percent(allFingers.lost),
      percent(allFingers.wrong),
      `${percent(oneFinger.lost + oneFinger.wrong)} ± ${percent(oneFinger.within)}`,
      failedOf(phoneByPhone),
      failedOf(twoWays),
    ]),
  };
}

function pathTable(rows: readonly Row[]): Findings['tables'][number] {
  return {
    title: 'Paths and dead phones met',
    columns: [
      'R a second',
      'published, all fingers a round: path',
      'ours, phone by phone: path',
      'timeouts a lookup',
      'ours, passed on two ways: path',
      'timeouts a lookup',
    ],
    rows: rows
      .filter(({ twoWays }) => twoWays !== undefined)
      .map(({ rate, allFingers, phoneByPhone, twoWays }) => [
        rate.toFixed(2),
        allFingers.path.toFixed(2),
        ...[phoneByPhone!, twoWays!].flatMap(({ path, timeouts }) => [path.toFixed(2), timeouts.toFixed(3)]),
      ]),
  };
}

function oursSeries(
  name: string,
  rows: readonly Row[],
  of: (row: Row) => ChurnFigures | undefined,
): Findings['plot']['series'][number] {
  const points = rows.flatMap((row): (readonly [number, number])[] => {
    const figures = of(row);
    return figures === undefined ? [] : [[row.rate, 100 * shareOf(figures)]];
  });
  return { name, source: 'ours', points };
}

function failedOf(figures: ChurnFigures | undefined): string {
  return figures === undefined ? '' : percent(shareOf(figures));
}

function shareOf({ lookups, none, wrong }: ChurnFigures): number {
  return (wrong + none) / lookups;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

export const FIGURE_12: Experiment = {
  name: 'figure-12',
  title: 'Lookups while nodes come and go',
  source: 'Stoica et al., "Chord", SIGCOMM 2001, figure 12.',
  defaultSeed: 12,
  run,
};
