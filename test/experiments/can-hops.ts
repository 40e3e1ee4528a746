/** How many phones a question passes to the owner of a point: CAN's figure of path lengths, and the product's links. */
import { SeededRandom } from '../../services/shared/core/random.ts';
import { SPAN } from '../../services/shared/core/torus.ts';
import { CanLayout, halvings } from './can-layout.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { ascending, mean, percentile } from './statistics.ts';

const AXES = 8;
/** Neighbours and links together: the bar. */
const STATE = 30;

const SCALES = {
  full: { exponents: [4, 6, 8, 10, 12, 14, 16], queries: 2_000, bare: 1_000 },
  slice: { exponents: [4, 8, 10], queries: 100, bare: 50 },
} as const;

interface Row {
  readonly exponent: number;
  readonly neighbours: number;
  readonly state: number;
  readonly hops: Float64Array;
  /** Neighbours alone, the nearest one first, as in the paper. */
  readonly bare: Float64Array;
  /** Links, but without looking ahead. */
  readonly blind: Float64Array;
  readonly lost: number;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { exponents, queries, bare } = SCALES[scale];
  const rows = exponents.map((exponent) => {
    progress(`2^${exponent} phones`);
    return measure(exponent, queries, bare, seed);
  });
  return describe(rows, queries);
}

function measure(exponent: number, queries: number, bare: number, seed: number): Row {
  const layout = (links: (neighbours: number) => number): CanLayout =>
    new CanLayout(AXES, halvings(exponent), new SeededRandom(seed + exponent), links);
  const linked = layout((neighbours) => Math.max(0, STATE - neighbours));
  const unlinked = layout(() => 0);
  const random = new SeededRandom(seed * 1_000 + exponent);
  let lost = 0;
  const routes = (can: CanLayout, count: number, lookAhead: boolean): Float64Array => {
    const lengths: number[] = [];
    for (let i = 0; i < count; i++) {
      const point = Array.from({ length: AXES }, () => random.below(SPAN));
      const path = can.route(random.below(can.phones.length), point, lookAhead);
      if (path === undefined) lost += 1;
      else lengths.push(path.length);
    }
    return ascending(lengths);
  };
  return {
    exponent,
    neighbours: mean(linked.neighbours.map(({ length }) => length)),
    state: mean(linked.phones.map((_, phone) => linked.stateOf(phone).length)),
    hops: routes(linked, queries, true),
    blind: routes(linked, bare, false),
    bare: routes(unlinked, bare, false),
    lost,
  };
}

/** CAN, section 2.1: (d/4) n^(1/d). */
function paperHops(exponent: number): number {
  return (AXES / 4) * 2 ** (exponent / AXES);
}

function describe(rows: readonly Row[], queries: number): Findings {
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  return {
    setUp: [
      `CANs of 2^k phones that stand still, d = ${AXES}, every zone halved along its longest side until there are enough; ` +
        `${queries} random points a size, each asked for by a random phone. A hop is a phone that the question is passed on ` +
        'to; the owner counts, whoever asks does not. The next phone is chosen by the code that phones run ' +
        '(`can-index/core/routing/routing.ts`), with tables as they are in a CAN that nothing happens to.',
      `A phone knows its neighbours and so many long links that both are ${STATE}. It looks ahead: of each of them it has ` +
        'the neighbours and links, too, which its heartbeats bring in any case, and where the links of those lead follows ' +
        'from their ids.',
    ],
    tables: [
      {
        title: 'Hops to the owner of a point',
        columns: [
          'phones',
          'neighbours',
          'neighbours and links',
          'mean',
          'p99',
          'most',
          'without looking ahead',
          'neighbours alone',
          'paper: (d/4) n^(1/d)',
        ],
        rows: rows.map(({ exponent, neighbours, state, hops, bare, blind }) => [
          `2^${exponent}`,
          neighbours.toFixed(1),
          state.toFixed(1),
          mean(hops).toFixed(2),
          String(percentile(hops, 0.99)),
          String(hops.at(-1) ?? 0),
          mean(blind).toFixed(2),
          mean(bare).toFixed(2),
          paperHops(exponent).toFixed(2),
        ]),
      },
    ],
    plot: {
      title: `Hops against size, d = ${AXES}`,
      xLabel: 'phones',
      yLabel: 'hops, mean',
      xScale: 'log',
      yScale: 'linear',
      series: [
        {
          name: 'paper: (d/4) n^(1/d)',
          source: 'paper',
          points: rows.map(({ exponent }) => [2 ** exponent, paperHops(exponent)] as const),
        },
        {
          name: 'ours, neighbours alone',
          source: 'ours',
          points: rows.map(({ exponent, bare }) => [2 ** exponent, mean(bare)] as const),
        },
        {
          name: `ours, ${STATE} entries, no look ahead`,
          source: 'ours',
          points: rows.map(({ exponent, blind }) => [2 ** exponent, mean(blind)] as const),
        },
        {
          name: `ours, ${STATE} entries`,
          source: 'ours',
          points: rows.map(({ exponent, hops }) => [2 ** exponent, mean(hops)] as const),
        },
      ],
    },
    bars: [bar(rows, 14, 3.5), bar(rows, 16, 4)].flat(),
    notes: [
      lost === 0 ? 'Every question arrived.' : `${lost} questions did not arrive.`,
      'The zones here are halved in the middle, as in a CAN of phones that hold nothing. Then a phone can tell exactly in ' +
        "which zone a link's point lies, for all zones are cells of one grid. Zones cut where the data is have more " +
        'neighbours, so routes through them are shorter, but these guesses are worse.',
      'What is looked ahead at is no part of the 30 entries: about 30 · 30 zones and contacts more are known at second hand. ' +
        'They are needed for takeover anyway. Without the guess where links lead, random links with one phone of look ahead ' +
        'reach 3.50 at 2^14 and 4.17 at 2^16: the links of somebody known at second hand are what is missing, and to be told ' +
        'of them would take 27,000 entries.',
      'Tried, without gain: one link for each level of the path (3.51 at 2^14 with three tenths of the links in the largest ' +
        'half), weighing all ways through a phone instead of the best one (3.54), counting far steps for less (3.53 to 3.66).',
    ],
  };
}

function bar(rows: readonly Row[], exponent: number, most: number): Bar[] {
  const row = rows.find((candidate) => candidate.exponent === exponent);
  if (row === undefined) return [];
  const reached = mean(row.hops);
  return [
    {
      asked: `mean ≤ ${most.toFixed(1)} hops at 2^${exponent} with ≤ ${STATE} neighbours and links, looking ahead`,
      reached: `${reached.toFixed(2)} with ${row.state.toFixed(1)}`,
      met: reached <= most && row.state <= STATE,
    },
  ];
}

export const CAN_HOPS: Experiment = {
  name: 'can-hops',
  title: 'Hops through the space',
  source: 'Ratnasamy et al., "A scalable content-addressable network", SIGCOMM 2001, section 2.1 and figure 4.',
  defaultSeed: 21,
  run,
};
