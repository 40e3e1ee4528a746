/** How much longer a lookup takes than asking the owner directly: the latency table of Chord's journal version. */
import { fingerTargets } from '../../services/chord-router/core/fingers.ts';
import type { LookupOutcome } from '../../services/chord-router/core/ring-view.ts';
import { clockwise, distance, ID_BITS, type Id } from '../../services/shared/core/id.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { Population, randomId } from './population.ts';
import { StaticRing, type StaticRingOptions } from './static-ring.ts';
import { ascending, percentile } from './statistics.ts';
import { fillFingers } from './tables.ts';

const SCALES = {
  full: { exponent: 16, lookups: 400, productLookups: 200 },
  slice: { exponent: 9, lookups: 50, productLookups: 10 },
} as const;
/** Round trip across the longest edge of the cube that phones lie in, ms. */
const EDGE_RTT_MS = 80;
const UNBOUNDED = 1 << 20;
const CANDIDATES = [1, 2, 4, 8, 16];
/** Median stretch in a 3-d Euclidean space, [quartiles left out], of s candidates; from memory, so approximate. */
const PAPER = { iterative: [7.8, 3.4], recursive: [4.5, 1.7] };
const ASKED = 1.5;
/** Phones met for each slot of the product's table. */
const MET_PER_SLOT = [1, 4, 16];
/** A phone in a ring of 65,536 meets more than this in a day: news of everybody who comes and goes passes it. */
const BAR_MET_PER_SLOT = 4;

/** Medians. */
interface Stretch {
  /** Phone by phone, with the question to the owner that follows. */
  readonly iterative: number;
  /** Passed on until the owner answers, the answer coming back along the path. */
  readonly forwarded: number;
  /** Phones that a forwarded question passes, the owner among them; a mean. */
  readonly hops: number;
  /** Computed from the same paths: the owner answering the asker directly, as the papers have it. */
  readonly direct: number;
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

/**
 * The product's whole table after this phone has met so many others for each slot, near ones more often than far ones
 * (density 1/distance, as its own eviction leaves them), and measured each: its eviction decides who stays.
 */
function fillMet(space: Space, metPerSlot: number): StaticRingOptions['equip'] {
  return (context, population, random) => {
    const { self, settings, phones } = context;
    const own = population.indexOf(self.id);
    context.setPredecessorsBehind(
      Array.from({ length: settings.successors - 1 }, (_, i) => population.at(own - 2 - i)),
    );
    fillFingers(context, population);
    for (let i = 0; i < metPerSlot * settings.knownPhones; i++) {
      const index = (own + Math.ceil((population.size - 1) ** random.next())) % population.size;
      phones.learn(population.at(index))?.roundTrip.answered(space.rttMs(own, index));
    }
  };
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
    const ringWith = (forwardLookups: boolean): StaticRing => {
      const settings = { ...options.settings, forwardLookups };
      return new StaticRing(population, { ...options, seed, rttMs: (a, b) => space.rttMs(a, b), settings });
    };
    return stretchOf(ringWith(false), ringWith(true), new SeededRandom(seed + 1), count);
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
  const product = MET_PER_SLOT.map((met) =>
    measure(`as the product, ${met} phones met a slot`, { equip: fillMet(space, met) }, productLookups),
  );
  return describe(exponent, lookups, productLookups, classic, fingers, product);
}

/** The same lookups over both rings, whose tables are the same. */
function stretchOf(stepping: StaticRing, passing: StaticRing, random: SeededRandom, lookups: number): Stretch {
  const samples: Record<'iterative' | 'forwarded' | 'direct', number[]> = { iterative: [], forwarded: [], direct: [] };
  let hops = 0;
  for (let i = 0; i < lookups; i++) {
    const from = random.below(stepping.population.size);
    const key = randomId(random);
    const owner = stepping.livingOwnerOf(key);
    const direct = stepping.rttMs(from, owner);
    if (direct === 0) continue;
    samples.iterative.push(timeToOwner(stepping, stepping.lookup(from, key), owner, direct) / direct);
    const passed = passing.lookup(from, key);
    const forwarded = timeToOwner(passing, passed, owner, direct);
    samples.forwarded.push(forwarded / direct);
    samples.direct.push((forwarded + direct) / 2 / direct);
    hops += passed.hops.length;
  }
  const median = (values: readonly number[]): number => percentile(ascending(values), 0.5);
  return {
    iterative: median(samples.iterative),
    forwarded: median(samples.forwarded),
    direct: median(samples.direct),
    hops: hops / samples.direct.length,
  };
}

/** Until the owner has answered: where the lookup did not end with it, it is asked afterwards. Throws on a wrong owner. */
function timeToOwner(ring: StaticRing, outcome: LookupOutcome, owner: number, directMs: number): number {
  const { id } = ring.population.at(owner);
  if (outcome.owner?.id !== id) throw new Error('a lookup in a ring that stands still named a wrong owner');
  return outcome.milliseconds + (outcome.hops.some(({ phone }) => phone.id === id) ? 0 : directMs);
}

function describe(
  exponent: number,
  lookups: number,
  productLookups: number,
  classic: readonly Stretch[],
  fingers: readonly Stretch[],
  product: readonly Stretch[],
): Findings {
  const figures = ({ iterative, forwarded, direct, hops }: Stretch): string[] =>
    [iterative, forwarded, direct, hops].map((value) => value.toFixed(2));
  const rows = (tables: string, measured: readonly Stretch[]): string[][] =>
    measured.map((stretch, i) => [
      tables,
      String(CANDIDATES[i]),
      ...figures(stretch),
      tables.startsWith('as the paper') ? paperCell(CANDIDATES[i]!) : '',
    ]);
  const line = (name: string, of: (stretch: Stretch) => number, measured: readonly Stretch[]) => ({
    name,
    source: 'ours' as const,
    points: measured.map((stretch, i) => [CANDIDATES[i]!, of(stretch)] as const),
  });
  const reached = product[MET_PER_SLOT.indexOf(BAR_MET_PER_SLOT)]!;
  return {
    setUp: [
      `A ring of 2^${exponent} phones that stands still; each phone is a random point of a cube and the round trip of two ` +
        `is their distance (${EDGE_RTT_MS} ms along an edge). ${lookups} lookups a row (${productLookups} with the product's ` +
        'whole table). The stretch is the time until the owner has answered, divided by the round trip to the owner; its ' +
        'median is shown.',
      'Iterative: phone by phone, and then the question to the owner that the lookup has named. Forwarded: each phone passes ' +
        'the question on to the one with the least expected time to the owner, and the answer comes back the same way. ' +
        'Both are the code that phones run. Direct answer: computed from the forwarded paths, as if the owner answered ' +
        'the asker itself, which is how the papers count recursive lookups.',
      "The product's table has 1,024 phones; which of those it meets stay is its own eviction's choice (by density and " +
        'round trip). Rows say how many it met for each slot before.',
    ],
    tables: [
      {
        title: 'Median stretch, 3-d Euclidean space',
        columns: [
          'tables',
          'candidates',
          'iterative',
          'forwarded',
          'direct answer, computed',
          'hops, forwarded',
          'paper: iterative, recursive',
        ],
        rows: [
          ...rows('as the paper: fingers of base 2, 1 successor', classic),
          ...rows("the product's fingers (base 16) and 24 successors", fingers),
          ...product.map((stretch, i) => [
            'as the product: 1,024 known phones',
            `${MET_PER_SLOT[i]} met a slot`,
            ...figures(stretch),
            '',
          ]),
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
        line('ours, base 2, forwarded', (s) => s.forwarded, classic),
        line('ours, base 16, iterative', (s) => s.iterative, fingers),
        line('ours, base 16, forwarded', (s) => s.forwarded, fingers),
        {
          name: 'ours, as the product (met a slot)',
          source: 'ours',
          points: product.map(({ forwarded }, i) => [MET_PER_SLOT[i]!, forwarded]),
        },
      ],
    },
    bars: [
      {
        asked: `(f) median stretch ≤ ${ASKED} at 2^${exponent}`,
        reached:
          `${reached.forwarded.toFixed(2)} with the product's whole table of ${BAR_MET_PER_SLOT * 1_024} phones met; the answer ` +
          `comes back along the path (directly: ${reached.direct.toFixed(2)})`,
        met: reached.forwarded <= ASKED,
      },
    ],
    notes: [
      'Phone by phone costs a round trip a hop and one more to the owner. Passed on, only the last step crosses the whole ' +
        'space: the steps before it go to phones near by, of which a table with many entries at every distance has enough.',
      'The answer comes back along the path because a phone has links to those in its table and none to a stranger: a ' +
        'direct answer would have to open one first, three round trips with its handshake.',
      "The paper's gain from 16 candidates is not reached by iterative lookups with its tables: the asker talks to every " +
        'phone of the path itself, and a finger near to the phone that has it need not be near to the asker.',
      'The bar is missed where the answer comes back along the path. Tried besides: tables that met more phones (above), going ' +
        'by id instead of by time, the exact size of the ring (docs/decisions/forwarded-lookups.md). A larger table or an ' +
        'answer over a link that happens to be open would get nearer.',
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
