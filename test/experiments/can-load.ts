/** How evenly the space and its entries are shared: zones of phones that hold nothing, and of phones that hold clusters. */
import type { Box } from '../../services/can-index/core/space/box.ts';
import type { Point } from '../../services/can-index/core/space/space.ts';
import { cutFor, middleCut } from '../../services/can-index/core/space/split-point.ts';
import type { Cut } from '../../services/can-index/core/space/zone.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { SPAN } from '../../services/shared/core/torus.ts';
import { EntryWorld, type PointStore } from '../sim/can/can-entries.ts';
import { CanWorld } from '../sim/can/can-world.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { ascending, mean, percentile } from './statistics.ts';

const AXES = 8;
const SCALES = {
  full: { sizes: [64, 256], skewed: 256, entries: 20_000 },
  slice: { sizes: [8, 16], skewed: 16, entries: 400 },
} as const;
/** A few joins between two heartbeats, which tell of loads. */
const JOIN_GAP_MS = 1_000;
const SETTLE_MS = 20_000;
/** Clusters of the skewed entries: the k-th has a share that goes with 1/k. */
const CLUSTERS = 24;
const SPREAD = 0.06;

type CutChoice = (box: Box, points: readonly Point[]) => Cut | undefined;

const CHOICES: readonly { readonly name: string; readonly cut: CutChoice }[] = [
  { name: 'where the data is, at coarse places (the product)', cut: cutFor },
  { name: 'through the exact median, along the axis of most variance', cut: exactMedian },
  { name: 'always in the middle', cut: middleCut },
];

interface Figures {
  readonly phones: number;
  /** Of the space, in fair shares, ascending. */
  readonly shares: Float64Array;
  /** Entries a phone, in means, ascending. */
  readonly loads: Float64Array;
  readonly neighbours: Float64Array;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { sizes, skewed, entries } = SCALES[scale];
  const even = sizes.map((size) => {
    progress(`${size} phones that hold nothing`);
    return grow(seed, size, [], cutFor);
  });
  const points = clusteredPoints(new SeededRandom(seed), entries);
  const clustered = CHOICES.map(({ name, cut }) => {
    progress(`${skewed} phones with ${entries} entries, cut ${name}`);
    return { name, figures: grow(seed, skewed, points, cut) };
  });
  return describe(even, clustered, entries);
}

function grow(seed: number, size: number, points: readonly Point[], cut: CutChoice): Figures {
  const world = new CanWorld<PointStore>({ seed, keepEntries: new EntryWorld(cut).keep, settings: { axes: AXES } });
  const [first] = world.grow(1, JOIN_GAP_MS);
  first!.node.entries.points = [...points];
  world.runFor(SETTLE_MS);
  world.grow(size - 1, JOIN_GAP_MS);
  world.runFor(SETTLE_MS);
  const average = Math.max(points.length, 1) / size;
  return {
    phones: size,
    shares: ascending(
      world.phones.map(({ node }) => size * shareOfZones(node.view.zones().map(({ zone }) => zone.box))),
    ),
    loads: ascending(world.phones.map(({ node }) => node.entries.load() / average)),
    neighbours: ascending(world.phones.map(({ node }) => node.view.neighbours().length)),
  };
}

function shareOfZones(boxes: readonly Box[]): number {
  const share = ({ low, high }: Box): number =>
    low.reduce((part, from, axis) => (part * (high[axis]! - from)) / SPAN, 1);
  return boxes.reduce((sum, box) => sum + share(box), 0);
}

function clusteredPoints(random: SeededRandom, count: number): Point[] {
  const centres = Array.from({ length: CLUSTERS }, () => Array.from({ length: AXES }, () => random.next()));
  const weights = centres.map((_, k) => 1 / (k + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    let rest = random.next() * total;
    const k = weights.findIndex((weight) => (rest -= weight) < 0);
    return centres.at(k)!.map((x) => {
      const value = x + SPREAD * (random.next() + random.next() + random.next() - 1.5);
      return Math.min(Math.floor((value - Math.floor(value)) * SPAN), SPAN - 1);
    });
  });
}

/** For comparison: what a k-d tree does. */
function exactMedian(box: Box, points: readonly Point[]): Cut | undefined {
  if (points.length < 8) return middleCut(box);
  const variance = (axis: number): number => {
    const average = mean(points.map((point) => point[axis]!));
    return points.reduce((sum, point) => sum + (point[axis]! - average) ** 2, 0);
  };
  const axis = box.low.map((_, i) => i).reduce((best, i) => (variance(i) > variance(best) ? i : best));
  const cut = ascending(points.map((point) => point[axis]!))[points.length >> 1]!;
  return cut > box.low[axis]! && cut < box.high[axis]! ? { axis, cut } : middleCut(box);
}

function describe(
  even: readonly Figures[],
  clustered: readonly { readonly name: string; readonly figures: Figures }[],
  entries: number,
): Findings {
  const largest = Math.max(...even.map(({ shares }) => shares.at(-1)!));
  const product = clustered[0]!.figures;
  return {
    setUp: [
      `CANs in the simulator, d = ${AXES}, that grow by one join after the other, each as phones do it: the newcomer looks ` +
        'at the owners of six random points and those around them, and goes on from there to whoever has more to give.',
      `Clustered: ${entries} points around ${CLUSTERS} centres, the k-th with a share that goes with 1/k. They lie with the ` +
        'first phone from the beginning, so every split has them to go by.',
    ],
    tables: [
      {
        title: 'Zones of phones that hold nothing, in fair shares of the space',
        columns: ['phones', 'smallest', 'median', 'p99', 'largest', 'neighbours, mean', 'most'],
        rows: even.map(({ phones, shares, neighbours }) => [
          String(phones),
          shares[0]!.toFixed(2),
          percentile(shares, 0.5).toFixed(2),
          percentile(shares, 0.99).toFixed(2),
          shares.at(-1)!.toFixed(2),
          mean(neighbours).toFixed(1),
          String(neighbours.at(-1)!),
        ]),
      },
      {
        title: `Clustered entries, ${product.phones} phones, in mean loads`,
        columns: ['zones are cut', 'smallest', 'median', 'p99', 'largest', 'neighbours, mean', 'most'],
        rows: clustered.map(({ name, figures: { loads, neighbours } }) => [
          name,
          loads[0]!.toFixed(2),
          percentile(loads, 0.5).toFixed(2),
          percentile(loads, 0.99).toFixed(2),
          loads.at(-1)!.toFixed(2),
          mean(neighbours).toFixed(1),
          String(neighbours.at(-1)!),
        ]),
      },
    ],
    plot: {
      title: 'Entries a phone, clustered',
      xLabel: 'share of the phones',
      yLabel: 'entries, in means',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'all alike', source: 'calibration', points: [0, 1].map((x) => [x, 1] as const) },
        ...clustered.map(({ name, figures: { loads } }) => ({
          name: name.split(',')[0]!,
          source: 'ours' as const,
          points: Array.from({ length: 21 }, (_, i) => [i / 20, percentile(loads, i / 20)] as const),
        })),
      ],
    },
    bars: [
      { asked: 'uniform: largest zone ≤ 2 fair shares', reached: largest.toFixed(2), met: largest <= 2 },
      {
        asked: 'clustered: largest load ≤ 3 means',
        reached: product.loads.at(-1)!.toFixed(2),
        met: product.loads.at(-1)! <= 3,
      },
      {
        asked: 'clustered: at most 30 neighbours, in the mean',
        reached: mean(product.neighbours).toFixed(1),
        met: mean(product.neighbours) <= 30,
      },
    ],
    notes: [
      'Cuts at coarse places keep 40 % of the entries on either side at least, so loads are a little less even than with ' +
        'exact medians, and a zone borders on far fewer others. A neighbour costs the memory of what it knows, and a message where ' +
        'something changes; heartbeats go to one of them at a time, however many there are (can-takeover).',
      'Neighbours are still more than asked: the posts crowd into few directions, so zones there are cut again and again ' +
        'and border on many. Cuts in the middle would have fewer, and loads six times the mean.',
    ],
  };
}

export const CAN_LOAD: Experiment = {
  name: 'can-load',
  title: 'Zones and loads',
  source: 'Ratnasamy et al., "A scalable content-addressable network", SIGCOMM 2001, section 3.7 and figure 9.',
  defaultSeed: 23,
  run,
};
