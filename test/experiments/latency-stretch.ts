/** How much longer a lookup takes than asking the owner directly: the latency table of Chord's journal version. */
import { fingerTargets } from '../../services/chord-router/core/tables/fingers.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Experiment, Findings, RunOptions, Table } from './experiment.ts';
import { type PaperStretch, paperStretch } from './paper-stretch.ts';
import { Population } from './population.ts';
import { EDGE_RTT_MS, type Latency, Space } from './space.ts';
import { StaticRing, type StaticRingOptions } from './static-ring.ts';
import { ascending, percentile } from './statistics.ts';
import { forwardedInOtherRing, type Stretch, stretchOf } from './stretch.ts';
import { fillMet } from './tables.ts';
import { NETWORK_NODES, TransitStub } from './transit-stub.ts';

const SCALES = {
  full: { exponent: 16, paperLookups: 4_000, lookups: 200, productLookups: 300, rings: 5 },
  slice: { exponent: 9, paperLookups: 200, lookups: 50, productLookups: 10, rings: 2 },
} as const;
const UNBOUNDED = 1 << 20;
const CANDIDATES = [1, 2, 4, 8, 16];
/** Median stretch with 1 and with 16 candidates; from memory, so approximate. */
const PAPER = { iterative: [7.8, 3.4], recursive: [4.5, 1.7] };
const PAPER_TRANSIT_STUB = { iterative: [7.2, 2.2], recursive: [4.1, 1.5] };
/** The fingers alone are measured with these. */
const FINGER_CANDIDATES = [1, 4, 16];
const ASKED = 1.5;
/** Phones met for each slot of the product's table. */
const MET_PER_SLOT = [1, 4];
/** A phone in a ring of 65,536 meets more than this in a day: news of everybody who comes and goes passes it. */
const BAR_MET_PER_SLOT = 4;

function run({ seed, scale, progress }: RunOptions): Findings {
  const { exponent, paperLookups, lookups, productLookups, rings } = SCALES[scale];
  const random = new SeededRandom(seed);
  const population = Population.random(2 ** exponent, random);
  const space = new Space(population.size, random);
  const network = new TransitStub(population.size, random);
  const modelled = (rttMs: Latency): PaperStretch[] =>
    paperStretch({ phones: population.size, lookups: paperLookups, rttMs }, CANDIDATES, new SeededRandom(seed + 2));
  const measure = (
    name: string,
    rttMs: Latency,
    options: Pick<StaticRingOptions, 'settings' | 'equip'>,
    count: number,
  ): Stretch => {
    progress(name);
    const ringWith = (forwardLookups: boolean): StaticRing => {
      const settings = { ...options.settings, forwardLookups };
      return new StaticRing(population, { ...options, seed, rttMs, settings });
    };
    return stretchOf(ringWith(false), ringWith(true), new SeededRandom(seed + 1), count);
  };
  progress("the paper's method, modelled");
  const inSpace: Latency = (a, b) => space.rttMs(a, b);
  const onNetwork: Latency = (a, b) => network.rttMs(a, b);
  const fingers = FINGER_CANDIDATES.map((count) =>
    measure(
      `the product's fingers, ${count} candidates a finger`,
      inSpace,
      {
        settings: { successors: 24, knownPhones: UNBOUNDED },
        equip: space.equip(({ ring }) => fingerTargets(ring), count),
      },
      lookups,
    ),
  );
  const product = MET_PER_SLOT.map((met) =>
    measure(`as the product, ${met} phones met a slot`, inSpace, { equip: fillMet(inSpace, met) }, productLookups),
  );
  const stub = measure(
    'as the product, transit-stub',
    onNetwork,
    { equip: fillMet(onNetwork, BAR_MET_PER_SLOT) },
    productLookups,
  );
  const others = Array.from({ length: rings - 1 }, (_, i): OtherRing => {
    progress(`as the product, another ring: ${i + 2} of ${rings}`);
    return {
      seed: seed + i + 1,
      forwarded: forwardedInOtherRing(exponent, seed + i + 1, productLookups, BAR_MET_PER_SLOT),
    };
  });
  return describe(
    { exponent, paperLookups, lookups, productLookups },
    { paper: modelled(inSpace), paperStub: modelled(onNetwork), fingers, product, others, stub },
  );
}

/** Another ring, in another space, with as many phones met as for the bar. */
interface OtherRing {
  readonly seed: number;
  readonly forwarded: number;
}

interface Counts {
  readonly exponent: number;
  readonly paperLookups: number;
  readonly lookups: number;
  readonly productLookups: number;
}

interface Measured {
  readonly paper: readonly PaperStretch[];
  readonly paperStub: readonly PaperStretch[];
  readonly fingers: readonly Stretch[];
  readonly product: readonly Stretch[];
  readonly others: readonly OtherRing[];
  /** On the transit-stub network, with as many phones met as for the bar. */
  readonly stub: Stretch;
}

function describe({ exponent, paperLookups, lookups, productLookups }: Counts, measured: Measured): Findings {
  const { paper, paperStub, fingers, product, others, stub } = measured;
  const figures = ({ iterative, forwarded, direct, hops }: Stretch): string[] =>
    [iterative, forwarded, direct, hops].map((value) => value.toFixed(2));
  const reached = product[MET_PER_SLOT.indexOf(BAR_MET_PER_SLOT)]!;
  const medians = ascending([reached.forwarded, ...others.map(({ forwarded }) => forwarded)]);
  const [least, most] = [medians[0]!.toFixed(2), medians.at(-1)!.toFixed(2)];
  return {
    setUp: [
      `A ring of 2^${exponent} phones that stands still. In the space each phone is a random point of a cube and the round ` +
        `trip of two is their distance (${EDGE_RTT_MS} ms along an edge). The transit-stub network has ${NETWORK_NODES} nodes ` +
        'as those of GT-ITM: 5 transit domains of 10 nodes, 3 stub domains of 33 nodes at each; 50 ms a link among transit ' +
        'nodes, 20 ms between those and a stub domain, 1 ms within it; phones are at random stub nodes.',
      `The paper's method is modelled (${paperLookups} lookups a row): fingers of base 2, each with the s phones that follow it, of ` +
        'which the one nearest in time to whoever chooses is next: to the phone that passes a recursive lookup on, to the ' +
        'asker in an iterative one. A lookup ends at the phone before the owner, which answers the asker directly.',
      `Ours is the code that phones run (${lookups} lookups a row with fingers alone, ${productLookups} with the whole table). The ` +
        'stretch is the time until the owner has answered, divided by the round trip to the owner; its median is shown. ' +
        'Iterative: phone by phone, and then the question to the owner that the lookup has named. Forwarded: the asker ' +
        'sends the question to the two phones with the least expected time to the owner, each phone on the way passes it on ' +
        'to one, and the answer comes back the same way; the first answer counts, and the hops are those of its way. Direct answer: computed from the forwarded paths, as if the owner answered the asker itself.',
      "The product's table has 1,024 phones; which of those it meets stay is its own eviction's choice (by density and " +
        'round trip). Rows say how many it met for each slot before. The row for the bar is measured again in ' +
        `${others.length} other rings and spaces (seeds ${others.map(({ seed }) => seed).join(', ')}).`,
    ],
    tables: [
      paperTable("The paper's method, 3-d Euclidean space", paper, PAPER),
      paperTable("The paper's method, transit-stub network", paperStub, PAPER_TRANSIT_STUB),
      {
        title: 'Ours: median stretch',
        columns: ['tables', 'candidates', 'iterative', 'forwarded', 'direct answer, computed', 'hops, forwarded'],
        rows: [
          ...fingers.map((stretch, i) => [
            "the product's fingers (base 16) and 24 successors",
            String(FINGER_CANDIDATES[i]),
            ...figures(stretch),
          ]),
          ...product.map((stretch, i) => [
            'as the product: 1,024 known phones',
            `${MET_PER_SLOT[i]} met a slot`,
            ...figures(stretch),
          ]),
          ['as the product, transit-stub network', `${BAR_MET_PER_SLOT} met a slot`, ...figures(stub)],
        ],
      },
      {
        title: `Ours, forwarded, ${BAR_MET_PER_SLOT} met a slot: the median in each ring`,
        columns: ['this one', ...others.map(({ seed }) => `seed ${seed}`)],
        rows: [[reached, ...others].map(({ forwarded }) => forwarded.toFixed(2))],
      },
    ],
    plot: {
      title: 'Latency stretch against candidates a finger (3-d space)',
      xLabel: 'candidates a finger',
      yLabel: 'median stretch',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'paper, iterative', source: 'paper', points: ends(PAPER.iterative) },
        { name: 'paper, recursive', source: 'paper', points: ends(PAPER.recursive) },
        {
          name: "the paper's method modelled, iterative",
          source: 'calibration',
          points: paper.map(({ candidates, iterative }) => [candidates, iterative]),
        },
        {
          name: "the paper's method modelled, recursive",
          source: 'calibration',
          points: paper.map(({ candidates, recursive }) => [candidates, recursive]),
        },
        {
          name: 'ours, base 16, forwarded',
          source: 'ours',
          points: fingers.map(({ forwarded }, i) => [FINGER_CANDIDATES[i]!, forwarded]),
        },
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
          `${percentile(medians, 0.5).toFixed(2)} (${least} to ${most} in ${medians.length} rings) with the product's whole table of ` +
          `${BAR_MET_PER_SLOT * 1_024} phones met; the answer comes back along the path (directly: ${reached.direct.toFixed(2)})`,
        met: medians.every((one) => one <= ASKED),
      },
    ],
    notes: [
      'Phone by phone costs a round trip a hop and one more to the owner. Passed on, only the last step crosses the whole ' +
        'space: the steps before it go to phones near by, of which a table with many entries at every distance has enough.',
      'The answer comes back along the path because a phone has links to those in its table and none to a stranger: a ' +
        'direct answer would have to open one first, three round trips with its handshake. Nor does a phone on the way ' +
        'know the asker: with 1,024 of 65,536 in its table, and those mostly ahead of it, one in some hundred does.',
      "The paper's gain from 16 candidates needs the asker of an iterative lookup to know its round trip to phones it has only " +
        'just heard of; the model is given them. The product asks the named phone nearest to the key, so its iterative ' +
        'rows gain less. The recursive column comes near the paper down to about eight candidates; what it does ' +
        'beyond, and on its own transit-stub graph, is not in our notes of the paper.',
      'One way alone gives a median of 1.50 to 1.55 (rings of seeds 16, 1, 2 and 3, 600 lookups each). The second way costs as many ' +
        'messages again, where a table cannot hold the ring and only there; it also takes the place of a phone on the ' +
        'first way that is dead or slow, of which the asker would else know after five round trips. Three ways were not needed.',
      'Before that, the median was 1.71. Of two phones that lie closest together in a full table the slower one now goes, ' +
        'which leaves tables evener than a score of one entry did; a phone some way before the key is no longer expected to ' +
        'know the owner as surely as one just before it; and the first phone known after the key is tried sooner. ' +
        'Tried besides: keeping an eighth to a quarter of the table for the phones that come next whatever their ' +
        'distance in time (1.72 to 1.82), other weights of the estimate (1.51 to 1.63), going by id instead of by ' +
        'time, the exact size of the ring (docs/decisions/forwarded-lookups.md).',
      'In rings of up to about 1,000 phones tables hold everybody, and reads and writes go to the replicas straight from ' +
        'the table, with no lookup before: their stretch is 1.',
    ],
  };
}

function paperTable(title: string, modelled: readonly PaperStretch[], published: typeof PAPER): Table {
  const cell = (of: readonly number[], candidates: number): string => {
    const end = [1, 16].indexOf(candidates);
    return end < 0 ? '' : String(of[end]);
  };
  return {
    title: `${title}: median stretch`,
    columns: ['candidates', 'paper: iterative', 'modelled: iterative', 'paper: recursive', 'modelled: recursive'],
    rows: modelled.map(({ candidates, iterative, recursive }) => [
      String(candidates),
      cell(published.iterative, candidates),
      iterative.toFixed(2),
      cell(published.recursive, candidates),
      recursive.toFixed(2),
    ]),
  };
}

function ends([one, sixteen]: readonly number[]): (readonly [number, number])[] {
  return [
    [1, one!],
    [16, sixteen!],
  ];
}

export const LATENCY_STRETCH: Experiment = {
  name: 'latency-stretch',
  title: 'Latency stretch',
  source:
    'Stoica et al., "Chord", IEEE/ACM Transactions on Networking 2003, section on proximity; figures from memory.',
  defaultSeed: 16,
  run,
};
