/** How much longer a lookup takes than asking the owner directly: the latency table of Chord's journal version. */
import { fingerTargets } from '../../services/chord-router/core/fingers.ts';
import type { LookupOutcome } from '../../services/chord-router/core/ring-view.ts';
import { clockwise, distance, ID_BITS, type Id } from '../../services/shared/core/id.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { Population, randomId } from './population.ts';
import { StaticRing, type StaticRingOptions } from './static-ring.ts';
import { ascending, percentile } from './statistics.ts';
import { fillProduct } from './tables.ts';

const SCALES = {
  full: { exponent: 16, lookups: 1_000, productLookups: 100 },
  slice: { exponent: 9, lookups: 50, productLookups: 10 },
} as const;
/** Round trip across the longest edge of the cube that phones lie in, ms. */
const EDGE_RTT_MS = 80;
const UNBOUNDED = 1 << 20;
const CANDIDATES = [1, 2, 4, 8, 16];
/** Median stretch in a 3-d Euclidean space, [quartiles left out], of s candidates; from memory, so approximate. */
const PAPER = { iterative: [7.8, 3.4], recursive: [4.5, 1.7] };
const ASKED = 1.5;

interface Stretch {
  /** The product's lookup, with the question to the owner that follows it. */
  readonly iterative: number;
  /** What the same path would take if each phone passed the question on and the owner answered directly. */
  readonly recursive: number;
}

class Space {
  readonly #coordinates: Float64Array;

  constructor(phones: number, random: SeededRandom) {
    this.#coordinates = Float64Array.from({ length: 3 * phones }, () => random.next());
  }

  rttMs(a: number, b: number): number {
    const at = this.#coordinates;
    const square = (axis: number): number => (at[3 * a + axis]! - at[3 * b + axis]!) ** 2;
    return EDGE_RTT_MS * Math.sqrt(square(0) + square(1) + square(2));
  }

  /** Points each finger at the nearest of the `count` first phones at or after its target. */
  equip(
    targetsOf: (context: Parameters<StaticRingOptions['equip']>[0]) => readonly Id[],
    count: number,
  ): StaticRingOptions['equip'] {
    return (context, population) => {
      const own = population.indexOf(context.self.id);
      for (const target of targetsOf(context)) {
        const first = population.ownerOf(target);
        let best = first;
        for (let i = 1; i < count; i++) {
          const index = (first + i) % population.size;
          if (index !== own && this.rttMs(own, index) < this.rttMs(own, best)) best = index;
        }
        context.phones.learn(population.at(best));
      }
    };
  }
}

function classicTargets({ self, ring }: Parameters<StaticRingOptions['equip']>[0]): Id[] {
  const covered = distance(self.id, ring.successors.at(-1)!.id);
  const targets: Id[] = [];
  for (let i = ID_BITS - 1; i >= 0 && 1n << BigInt(i) > covered; i--) targets.push(clockwise(self.id, 1n << BigInt(i)));
  return targets;
}

function run({ seed, scale, progress }: RunOptions): Findings {
  const { exponent, lookups, productLookups } = SCALES[scale];
  const random = new SeededRandom(seed);
  const population = Population.random(2 ** exponent, random);
  const space = new Space(population.size, random);
  const measure = (name: string, options: Pick<StaticRingOptions, 'settings' | 'equip'>, count: number): Stretch => {
    progress(name);
    const ring = new StaticRing(population, { seed, rttMs: (a, b) => space.rttMs(a, b), ...options });
    return stretchOf(ring, new SeededRandom(seed + 1), count);
  };
  const classic = CANDIDATES.map((count) =>
    measure(
      `as the paper, ${count} candidates a finger`,
      { settings: { successors: 1, knownPhones: UNBOUNDED }, equip: space.equip(classicTargets, count) },
      lookups,
    ),
  );
  const fingers = CANDIDATES.map((count) =>
    measure(
      `the product's fingers, ${count} candidates a finger`,
      {
        settings: { successors: 24, knownPhones: UNBOUNDED },
        equip: space.equip(({ ring }) => fingerTargets(ring), count),
      },
      lookups,
    ),
  );
  const product = measure('as the product', { equip: fillProduct }, productLookups);
  return describe(exponent, lookups, productLookups, classic, fingers, product);
}

function stretchOf(ring: StaticRing, random: SeededRandom, lookups: number): Stretch {
  const iterative: number[] = [];
  const recursive: number[] = [];
  for (let i = 0; i < lookups; i++) {
    const from = random.below(ring.population.size);
    const key = randomId(random);
    const owner = ring.livingOwnerOf(key);
    const direct = ring.rttMs(from, owner);
    if (direct === 0) continue;
    const outcome = ring.lookup(from, key);
    const asked = outcome.hops.some(({ phone }) => phone.id === ring.population.at(owner).id);
    iterative.push((outcome.milliseconds + (asked ? 0 : direct)) / direct);
    recursive.push(passedOnMs(ring, from, owner, outcome) / direct);
  }
  return { iterative: percentile(ascending(iterative), 0.5), recursive: percentile(ascending(recursive), 0.5) };
}

function passedOnMs(ring: StaticRing, from: number, owner: number, { hops }: LookupOutcome): number {
  const path = [from, ...hops.map(({ phone }) => ring.population.indexOf(phone.id)), owner];
  let milliseconds = ring.rttMs(owner, from) / 2;
  for (let i = 1; i < path.length; i++) milliseconds += ring.rttMs(path[i - 1]!, path[i]!) / 2;
  return milliseconds;
}

function describe(
  exponent: number,
  lookups: number,
  productLookups: number,
  classic: readonly Stretch[],
  fingers: readonly Stretch[],
  product: Stretch,
): Findings {
  const rows = (name: string, measured: readonly Stretch[]): string[][] =>
    measured.map(({ iterative, recursive }, i) => [
      name,
      String(CANDIDATES[i]),
      iterative.toFixed(2),
      recursive.toFixed(2),
      name.startsWith('as the paper') ? paperCell(CANDIDATES[i]!) : '',
    ]);
  const line = (name: string, of: (stretch: Stretch) => number, measured: readonly Stretch[]) => ({
    name,
    source: 'ours' as const,
    points: measured.map((stretch, i) => [CANDIDATES[i]!, of(stretch)] as const),
  });
  const best = Math.min(...fingers.map(({ recursive }) => recursive));
  return {
    setUp: [
      `A ring of 2^${exponent} phones that stands still; each phone is a random point of a cube and the round trip of two ` +
        `is their distance (${EDGE_RTT_MS} ms along an edge). ${lookups} lookups a row (${productLookups} with the product's ` +
        'whole table). The stretch is the time until the owner has answered, divided by the round trip to the owner; its ' +
        'median is shown. It includes the question to the owner after the lookup has named it.',
      "Iterative: the product's lookup as it runs. Recursive: computed from the same paths, as if each phone passed the " +
        'question on and the owner answered directly; **the product does not do this**. Nor does it choose fingers by ' +
        'proximity: rows with more than one candidate lay its tables out as if it did.',
    ],
    tables: [
      {
        title: 'Median stretch, 3-d Euclidean space',
        columns: ['tables', 'candidates a finger', 'iterative', 'recursive, computed', 'paper: iterative, recursive'],
        rows: [
          ...rows('as the paper: fingers of base 2, 1 successor', classic),
          ...rows("the product's fingers (base 16) and 24 successors", fingers),
          ['as the product: 1,024 known phones', '1', product.iterative.toFixed(2), product.recursive.toFixed(2), ''],
        ],
      },
    ],
    plot: {
      title: 'Latency stretch against candidates a finger',
      xLabel: 'candidates a finger',
      yLabel: 'median stretch',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        {
          name: 'paper, iterative',
          source: 'paper',
          points: [
            [1, PAPER.iterative[0]!],
            [16, PAPER.iterative[1]!],
          ],
        },
        {
          name: 'paper, recursive',
          source: 'paper',
          points: [
            [1, PAPER.recursive[0]!],
            [16, PAPER.recursive[1]!],
          ],
        },
        line('ours, base 2, iterative', (s) => s.iterative, classic),
        line('ours, base 2, recursive', (s) => s.recursive, classic),
        line('ours, base 16, iterative', (s) => s.iterative, fingers),
        line('ours, base 16, recursive', (s) => s.recursive, fingers),
        { name: 'ours, as the product', source: 'ours', points: [[1, product.iterative]] },
      ],
    },
    bars: [
      {
        asked: `(f) median stretch ≤ ${ASKED} at 2^${exponent}`,
        reached: `${product.iterative.toFixed(2)} with the product's whole table and its iterative lookup`,
        met: product.iterative <= ASKED,
      },
    ],
    notes: [
      'Iterative lookups pay a round trip a hop, so even a path of one phone before the owner costs a stretch of about 2; ' +
        `passing the question on and choosing among 16 candidates would bring the product's fingers to ${best.toFixed(2)}.`,
      "The paper's gain from 16 candidates is not reproduced with its tables: the asker talks to every phone of an iterative " +
        'path itself, and a finger near to the phone that has it need not be near to the asker; and among the 16 phones ' +
        'that follow a target close by, the nearest in time lies far beyond it in ids, so the last hops get longer.',
      'Not tried in the product: passing questions on (recursive lookups) and choosing fingers by round trip. Both would ' +
        'be needed, and even then the computed figure stays above the bar at this size.',
      'In rings of up to about 1,000 phones tables hold everybody, and reads and writes go to the replicas straight from ' +
        'the table, with no lookup before: their stretch is 1.',
    ],
  };
}

function paperCell(candidates: number): string {
  if (candidates === 1) return `${PAPER.iterative[0]}, ${PAPER.recursive[0]}`;
  return candidates === 16 ? `${PAPER.iterative[1]}, ${PAPER.recursive[1]}` : '';
}

export const LATENCY_STRETCH: Experiment = {
  name: 'latency-stretch',
  title: 'Latency stretch',
  source:
    'Stoica et al., "Chord", IEEE/ACM Transactions on Networking 2003, section on proximity; figures from memory.',
  defaultSeed: 16,
  run,
};
