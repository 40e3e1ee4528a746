/** How many phones a lookup asks: Chord's figures 10a and 10b, and the product's tables. */
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { Population, randomId } from './population.ts';
import { StaticRing } from './static-ring.ts';
import { ascending, mean, percentile } from './statistics.ts';
import { fillClassic, fillFingers, fillProduct } from './tables.ts';

/** Tables as large as they get: nothing is evicted. */
const UNBOUNDED = 1 << 20;
const CLASSIC = 'as the paper: fingers of base 2, 1 successor';
const STRICT = "the product's fingers (base 16, ≤ 64) and 24 successors alone";
const PRODUCT = 'as the product: fingers, 8 successors and predecessors, 1,024 known phones';

const VARIANTS = [
  { name: CLASSIC, settings: { successors: 1, knownPhones: UNBOUNDED }, equip: fillClassic, lookups: 1 },
  { name: STRICT, settings: { successors: 24, knownPhones: UNBOUNDED }, equip: fillFingers, lookups: 1 },
  { name: PRODUCT, settings: {}, equip: fillProduct, lookups: 0.05 },
] as const;

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  [CLASSIC, 'ours, base 2'],
  [STRICT, 'ours, base 16 + 24'],
  [PRODUCT, 'ours, as the product'],
]);

const SCALES = {
  full: { exponents: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], lookups: 4_000 },
  slice: { exponents: [4, 7, 10, 12], lookups: 200 },
} as const;
/** The exponent of figure 10b. */
const FIGURE_10B = 12;
const LENGTHS = Array.from({ length: 13 }, (_, length) => length);
const LARGEST = 14;

interface Paths {
  readonly exponent: number;
  readonly lengths: Float64Array;
  readonly wrong: number;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { exponents, lookups } = SCALES[scale];
  const measured = new Map<string, Paths[]>();
  for (const variant of VARIANTS) {
    const rows: Paths[] = [];
    for (const exponent of exponents) {
      progress(`${variant.name}: 2^${exponent} phones`);
      rows.push(measure(variant, exponent, Math.max(20, Math.round(lookups * variant.lookups)), seed));
    }
    measured.set(variant.name, rows);
  }
  return describe(measured, lookups);
}

function measure(variant: (typeof VARIANTS)[number], exponent: number, lookups: number, seed: number): Paths {
  const random = new SeededRandom(seed + exponent);
  const population = Population.random(2 ** exponent, random);
  const ring = new StaticRing(population, { seed, settings: variant.settings, equip: variant.equip });
  const lengths: number[] = [];
  let wrong = 0;
  for (let i = 0; i < lookups; i++) {
    const key = randomId(random);
    const { owner, hops } = ring.lookup(random.below(population.size), key);
    if (owner?.id !== population.at(population.ownerOf(key)).id) wrong += 1;
    lengths.push(hops.length);
  }
  return { exponent, lengths: ascending(lengths), wrong };
}

function describe(measured: ReadonlyMap<string, readonly Paths[]>, lookups: number): Findings {
  const all = [...measured.values()].flat();
  const wrong = all.reduce((sum, paths) => sum + paths.wrong, 0);
  return {
    setUp: [
      `Rings of 2^k phones that stand still; ${lookups} lookups a ring of random keys from random phones ` +
        `(${Math.round(lookups * 0.05)} with the product's full tables). A path is how many phones a lookup asks until one is ` +
        "sure of the owner; a phone's own tables count nothing. The product's lookup runs in all rows; only what the " +
        'tables hold differs. Tables do not learn between lookups.',
      'As the paper: fingers of base 2 and one successor, no cache. As the product: its default settings, the cache ' +
        'filled with phones that came by at random and thinned out by its own eviction.',
    ],
    tables: [
      ...VARIANTS.map(({ name }) => ({
        title: `Figure 10a: ${name}`,
        columns: ['phones', 'mean', 'p1', 'p99', 'paper: ½ log₂ N', 'calibration'],
        rows: measured
          .get(name)!
          .map(({ exponent, lengths }) => [
            `2^${exponent}`,
            mean(lengths).toFixed(2),
            String(percentile(lengths, 0.01)),
            String(percentile(lengths, 0.99)),
            (exponent / 2).toFixed(1),
            calibrationOf(name, exponent),
          ]),
      })),
      {
        title: `Figure 10b: share of lookups by path length, 2^${FIGURE_10B} phones`,
        columns: ['length', ...VARIANTS.map(({ name }) => name)],
        rows: LENGTHS.map((length) => [
          String(length),
          ...VARIANTS.map(({ name }) => shareOf(at(measured, name, FIGURE_10B), length)),
        ]),
      },
    ],
    plot: {
      title: 'Path length against size (figure 10a)',
      xLabel: 'phones',
      yLabel: 'phones asked, mean',
      xScale: 'log',
      yScale: 'linear',
      series: [
        { name: 'paper: ½ log₂ N', source: 'paper', points: [3, 5, 8, 11, 14].map((k) => [2 ** k, k / 2] as const) },
        { name: 'calibration, base 2', source: 'calibration', points: [[2 ** 12, 5.78]] },
        ...[...SHORT_NAMES].map(([variant, name]) => ({
          name,
          source: 'ours' as const,
          points: measured.get(variant)!.map(({ exponent, lengths }) => [2 ** exponent, mean(lengths)] as const),
        })),
      ],
    },
    furtherPlots: [
      {
        name: 'figure-10b',
        title: `Share of lookups by path length, 2^${FIGURE_10B} phones (figure 10b)`,
        xLabel: 'phones asked',
        yLabel: 'share of lookups',
        xScale: 'linear',
        yScale: 'linear',
        series: [
          { name: 'paper: ½ log₂ N, in the mean', source: 'paper', points: vertical(FIGURE_10B / 2) },
          { name: 'calibration: mean 5.78', source: 'calibration', points: vertical(5.78) },
          ...VARIANTS.map(({ name }) => ({
            name: SHORT_NAMES.get(name)!,
            source: 'ours' as const,
            points: LENGTHS.map((length) => [length, Number(shareOf(at(measured, name, FIGURE_10B), length))] as const),
          })),
        ],
      },
    ],
    bars: [pathBar(measured, FIGURE_10B, 3), pathBar(measured, LARGEST, 3.5)].flat(),
    notes: [
      wrong === 0
        ? 'Every lookup named the true owner.'
        : `${wrong} of ${all.length * lookups} lookups did not name the true owner.`,
      'With base 2 the mean is half the logarithm, as in the paper. Base 16 with a successor list that takes part in ' +
        'routing halves it, and the cache takes off about one more phone.',
    ],
  };
}

/** A line upwards, as high as the likeliest length. */
function vertical(length: number): readonly (readonly [number, number])[] {
  return [
    [length, 0],
    [length, 0.25],
  ];
}

function at(measured: ReadonlyMap<string, readonly Paths[]>, name: string, exponent: number): Paths | undefined {
  return measured.get(name)!.find((paths) => paths.exponent === exponent);
}

function shareOf(paths: Paths | undefined, length: number): string {
  if (paths === undefined) return '';
  return (paths.lengths.filter((value) => value === length).length / paths.lengths.length).toFixed(3);
}

function calibrationOf(name: string, exponent: number): string {
  if (exponent !== FIGURE_10B) return '';
  if (name === CLASSIC) return 'mean 5.78, p1 2, p99 9';
  return name === STRICT ? 'about 2.8' : '';
}

function pathBar(measured: ReadonlyMap<string, readonly Paths[]>, exponent: number, most: number): Bar[] {
  const paths = at(measured, STRICT, exponent);
  if (paths === undefined) return [];
  const product = mean(at(measured, PRODUCT, exponent)!.lengths);
  const reached = mean(paths.lengths);
  return [
    {
      asked: `(b) mean ≤ ${most.toFixed(1)} phones asked at 2^${exponent} with ≤ 64 fingers and 24 successors`,
      reached: `${reached.toFixed(2)}; ${product.toFixed(2)} with the product's whole table`,
      met: reached <= most,
    },
  ];
}

export const PATH_LENGTH: Experiment = {
  name: 'path-length',
  title: 'Path length',
  source: 'Stoica et al., "Chord", SIGCOMM 2001, figures 10a and 10b.',
  defaultSeed: 10,
  run,
};
