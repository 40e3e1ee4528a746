/** How evenly keys lie on phones: Chord's figures 8 and 9, and a position chosen among several. */
import { NONCES } from '../../services/chord-router/adapters/identity/node-identity.ts';
import { CLOSER_LOOKS } from '../../services/chord-router/core/ring/choose-position.ts';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { type Knowledge, type Load, layOut, loadOf, spreadKeys } from './load-layout.ts';
import { mean } from './statistics.ts';

/** What the figures are made of: 10⁴ phones, 10⁵ to 10⁶ keys, 20 runs. */
const SCALES = {
  full: { phones: 10_000, keyStep: 100_000, runs: 20 },
  slice: { phones: 100, keyStep: 1_000, runs: 2 },
} as const;
const STEPS = 10;
/** What a phone of a large ring can learn from one seed with default settings. */
const ONE_SEED: Knowledge = {
  table: DEFAULT_SETTINGS.knownPhones,
  neighbours: DEFAULT_SETTINGS.successors,
  closerLooks: CLOSER_LOOKS,
};

function averageOf(loads: readonly Load[]): Load {
  return { p1: mean(loads.map((l) => l.p1)), p99: mean(loads.map((l) => l.p99)), max: mean(loads.map((l) => l.max)) };
}

interface Variant {
  readonly name: string;
  readonly perPhone: number;
  readonly choices: number;
  readonly copies: number;
  readonly paper: string;
  readonly calibrated: string;
  readonly knowledge?: Knowledge;
}

const OWNED = `as the product, keys owned: 1 position of ${NONCES}`;
const KEPT = `as the product, keys kept: 1 position of ${NONCES}, ${DEFAULT_SETTINGS.replication} replicas`;

const VARIANTS: readonly Variant[] = [
  {
    name: 'as the paper: 1 position',
    perPhone: 1,
    choices: 1,
    copies: 1,
    paper: 'p1 0, p99 4.8',
    calibrated: '.01, 4.60',
  },
  { name: 'as the paper: 2 virtual nodes', perPhone: 2, choices: 1, copies: 1, paper: '', calibrated: '.06, 3.32' },
  { name: 'as the paper: 5 virtual nodes', perPhone: 5, choices: 1, copies: 1, paper: '', calibrated: '.24, 2.36' },
  { name: 'as the paper: 10 virtual nodes', perPhone: 10, choices: 1, copies: 1, paper: '', calibrated: '.39, 1.91' },
  {
    name: 'as the paper: 20 virtual nodes',
    perPhone: 20,
    choices: 1,
    copies: 1,
    paper: 'p1 0.5, p99 1.6',
    calibrated: '.52, 1.65',
  },
  { name: '1 position of 8', perPhone: 1, choices: 8, copies: 1, paper: '', calibrated: '.35, 2.09, max 3.4' },
  { name: '1 position of 32', perPhone: 1, choices: 32, copies: 1, paper: '', calibrated: '' },
  {
    name: `1 position of ${NONCES}, the whole ring known`,
    perPhone: 1,
    choices: NONCES,
    copies: 1,
    paper: '',
    calibrated: '',
  },
  { name: '2 positions of 8', perPhone: 2, choices: 8, copies: 1, paper: '', calibrated: '' },
  { name: '2 positions of 32', perPhone: 2, choices: 32, copies: 1, paper: '', calibrated: '' },
  { name: OWNED, perPhone: 1, choices: NONCES, copies: 1, paper: '', calibrated: '', knowledge: ONE_SEED },
  {
    name: KEPT,
    perPhone: 1,
    choices: NONCES,
    copies: DEFAULT_SETTINGS.replication,
    paper: '',
    calibrated: '',
    knowledge: ONE_SEED,
  },
];

function run({ seed, scale, progress }: RunOptions): Findings {
  const { phones, keyStep, runs } = SCALES[scale];
  const random = new SeededRandom(seed);
  const steps = Array.from({ length: STEPS }, (_, i) => (i + 1) * keyStep);
  progress('figure 8: keys on phones with one random position');
  const figure8 = steps.map((): Load[] => []);
  for (let i = 0; i < runs; i++) {
    const layout = layOut(phones, 1, 1, random);
    let step = 0;
    for (const counts of spreadKeys(layout, phones, 1, steps, random)) figure8[step++]!.push(loadOf(counts));
  }
  const loads = new Map<string, Load>();
  for (const { name, perPhone, choices, copies, knowledge } of VARIANTS) {
    progress(`figure 9: ${name}`);
    const samples: Load[] = [];
    for (let i = 0; i < Math.ceil(runs / 5); i++) {
      const layout = layOut(phones, perPhone, choices, random, knowledge);
      for (const counts of spreadKeys(layout, phones, copies, [steps.at(-1)!], random)) samples.push(loadOf(counts));
    }
    loads.set(name, averageOf(samples));
  }
  return describe(phones, steps, figure8.map(averageOf), loads, Math.ceil(runs / 5));
}

function describe(
  phones: number,
  steps: readonly number[],
  figure8: readonly Load[],
  loads: ReadonlyMap<string, Load>,
  runs: number,
): Findings {
  const times = (value: number): string => value.toFixed(2);
  const atHalf = figure8[STEPS / 2 - 1]!;
  return {
    setUp: [
      `${phones} phones, ${steps[0]} to ${steps.at(-1)} random keys (figure 8: mean of 20 runs; figure 9 and the ` +
        `others: of ${runs}). Figures are multiples of the mean keys a phone. The position is chosen by the product's ` +
        '`farthest`; candidates are drawn at random, as hashes are. No messages: ownership follows from positions alone.',
    ],
    tables: [
      {
        title: 'Figure 8: one random position a phone',
        columns: ['keys', 'p1', 'p99', 'max', 'paper', 'calibration'],
        rows: figure8.map((load, i) => [
          String(steps[i]),
          times(load.p1),
          times(load.p99),
          times(load.max),
          i === STEPS / 2 - 1 ? 'p1 0, p99 4.6, max 9.1' : '',
          i === STEPS / 2 - 1 ? 'p99 4.59, max 9.6' : '',
        ]),
      },
      {
        title: `Figure 9 and choices of position: ${steps.at(-1)} keys`,
        columns: ['positions', 'p1', 'p99', 'max', 'paper', 'calibration (p1, p99)'],
        rows: VARIANTS.map(({ name, paper, calibrated }) => {
          const load = loads.get(name)!;
          return [name, times(load.p1), times(load.p99), times(load.max), paper, calibrated];
        }),
      },
    ],
    plot: {
      title: 'Keys of the fullest hundredth of the phones',
      xLabel: 'positions a phone (of how many tried: see legend)',
      yLabel: 'p99, multiples of the mean',
      xScale: 'log',
      yScale: 'linear',
      series: [
        {
          name: 'paper (figure 9)',
          source: 'paper',
          points: [
            [1, 4.8],
            [20, 1.6],
          ],
        },
        {
          name: 'calibration',
          source: 'calibration',
          points: [
            [1, 4.6],
            [2, 3.32],
            [5, 2.36],
            [10, 1.91],
            [20, 1.65],
          ],
        },
        {
          name: 'ours, random positions',
          source: 'ours',
          points: VARIANTS.slice(0, 5).map(({ name, perPhone }) => [perPhone, loads.get(name)!.p99]),
        },
        {
          name: 'ours, best of 8',
          source: 'ours',
          points: [
            [1, loads.get('1 position of 8')!.p99],
            [2, loads.get('2 positions of 8')!.p99],
          ],
        },
        {
          name: 'ours, best of 32',
          source: 'ours',
          points: [
            [1, loads.get('1 position of 32')!.p99],
            [2, loads.get('2 positions of 32')!.p99],
          ],
        },
        { name: `ours, the product: best of ${NONCES}`, source: 'ours', points: [[1, loads.get(OWNED)!.p99]] },
      ],
    },
    furtherPlots: [
      {
        name: 'figure-8',
        title: 'Keys a phone against keys in all (figure 8)',
        xLabel: 'keys',
        yLabel: 'multiples of the mean',
        xScale: 'linear',
        yScale: 'linear',
        series: [
          { name: 'paper: p99 4.6 times the mean', source: 'paper', points: steps.map((keys) => [keys, 4.6]) },
          { name: 'paper: max', source: 'paper', points: [[steps[STEPS / 2 - 1]!, 9.1]] },
          { name: 'calibration: max', source: 'calibration', points: [[steps[STEPS / 2 - 1]!, 9.6]] },
          { name: 'ours: max', source: 'ours', points: steps.map((keys, i) => [keys, figure8[i]!.max]) },
          { name: 'ours: p99', source: 'ours', points: steps.map((keys, i) => [keys, figure8[i]!.p99]) },
          { name: 'ours: p1', source: 'ours', points: steps.map((keys, i) => [keys, figure8[i]!.p1]) },
        ],
      },
    ],
    bars: [
      barOf(`(a) ${ASKED}, keys owned, with ≤ 2 positions a phone: the product's 1 of ${NONCES}`, loads.get(OWNED)!),
      barOf(`(a′) ${ASKED}, keys kept with the product's replicas`, loads.get(KEPT)!),
    ],
    notes: [
      `At ${steps[STEPS / 2 - 1]} keys the worst phone of a ring of random positions has ${times(atHalf.max)} times the ` +
        'mean; the paper has 9.1, the calibration 9.6.',
      `One position of 8, as BEP 42 has it, reaches p99 ${times(loads.get('1 position of 8')!.p99)}; two of 32 would do, ` +
        `and so does one of ${NONCES}, which costs no second place in every table. In a ring larger than a table a newcomer ` +
        `knows its seed's ${ONE_SEED.table} phones and has the seed find out who lies around the ${CLOSER_LOOKS} candidates that ` +
        'look roomiest; that row is the product.',
      'A phone that takes the roomiest of several positions splits the largest gaps, which no number of random ' +
        'positions does. What is left is the halving itself: gaps are of two sizes between two doublings of the ring.',
      `What a phone really keeps is not what it owns: with ${DEFAULT_SETTINGS.replication} replicas it keeps the keys ` +
        'of as many gaps in a row, and their sum varies far less than one of them.',
    ],
  };
}

const ASKED = 'p99 ≤ 1.6 and max ≤ 2.5 times the mean';

function barOf(asked: string, load: Load): Bar {
  const reached = `p99 ${load.p99.toFixed(2)}, max ${load.max.toFixed(2)}`;
  return { asked, reached, met: load.p99 <= 1.6 && load.max <= 2.5 };
}

export const LOAD_BALANCE: Experiment = {
  name: 'load-balance',
  title: 'Load balance',
  source:
    'Stoica et al., "Chord: a scalable peer-to-peer lookup service for internet applications", SIGCOMM 2001, figures 8 and 9.',
  defaultSeed: 8,
  run,
};
