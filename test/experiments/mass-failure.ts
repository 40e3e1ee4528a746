/** Many phones die at once: Chord's figure 11 and table II of its journal version. */
import { type ChordSettings, DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { RoundTripEstimator } from '../../services/shared/core/timeouts.ts';
import type { Bar, Experiment, Findings, RunOptions, Table } from './experiment.ts';
import { type Lost, lostKeys, plotOfLost } from './lost-keys.ts';
import { Population, randomId } from './population.ts';
import { type Reached, reachOwner } from './reach-owner.ts';
import { RTT_MS, StaticRing, type StaticRingOptions } from './static-ring.ts';
import { mean } from './statistics.ts';
import { fillClassic, fillFingers, fillProduct } from './tables.ts';

const SCALES = {
  full: { phones: 1_000, lookups: 10_000, barLookups: 100_000, ring: 10_000, keys: 1_000_000, checked: 500 },
  slice: { phones: 200, lookups: 100, barLookups: 400, ring: 300, keys: 5_000, checked: 30 },
} as const;
type Scales = (typeof SCALES)['full' | 'slice'];
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
const UNBOUNDED = 1 << 20;
/** A phone that was never asked gets a third of the longest timeout: as much as one that has answered. */
const TIMEOUTS = { callTimeoutMinMs: 125, callTimeoutMaxMs: 375 };
const PAPER = { path: [3.84, 4.03, 4.22, 4.44, 4.69, 5.09], timeouts: [0, 0.6, 1.17, 2.02, 3.23, 5.1] };
const CALIBRATION = { path: [3.77, 3.95, 4.15, 4.37, 4.71, 5.05], timeouts: [0, 0.59, 1.36, 2.3, 3.89, 5.85] };

interface Variant extends Pick<StaticRingOptions, 'settings' | 'equip' | 'keepSilence'> {
  readonly name: string;
}

const CLASSIC: Variant = {
  name: 'as the paper: fingers of base 2, 20 successors, one probe at a time',
  settings: { ...TIMEOUTS, successors: 20, replication: 20, knownPhones: UNBOUNDED, lookupParallelism: 1 },
  equip: fillClassic,
};
const STRICT: Variant = {
  name: "the product's fingers and 24 successors alone",
  settings: { ...TIMEOUTS, successors: 24, replication: 24, knownPhones: UNBOUNDED },
  equip: fillFingers,
  keepSilence: true,
};
const COLD: Variant = {
  ...STRICT,
  name: "the product's fingers and 24 successors alone, the first lookup of each phone",
  keepSilence: false,
};
const PRODUCT: Variant = {
  name: 'as the product: default settings but for 24 successors',
  settings: { ...TIMEOUTS, successors: 24, replication: 24 },
  equip: fillProduct,
  keepSilence: true,
};
const VARIANTS = [CLASSIC, STRICT, COLD, PRODUCT];
/** First lookups stand beside the bar: fewer of them. */
const COLD_SHARE = 0.1;

interface Figures {
  readonly lookups: number;
  readonly failed: number;
  readonly path: number;
  readonly answered: number;
  /** Dead phones asked. */
  readonly timeouts: number;
  /** Time lost to dead phones, in timeouts of one call. */
  readonly serial: number;
}

function run(options: RunOptions): Findings {
  const scale = SCALES[options.scale];
  const measured = new Map<Variant, readonly Figures[]>();
  for (const variant of VARIANTS) {
    options.progress(`table II: ${variant.name}`);
    measured.set(
      variant,
      SHARES.map((share) => measure(variant, share, options.seed, scale.phones, scale.lookups)),
    );
  }
  options.progress(`bar (c): ${scale.barLookups} lookups with half of the phones dead`);
  const half = (variant: Variant, lookups: number): Figures =>
    measure(variant, 0.5, options.seed + 1, scale.phones, lookups);
  const strict = half(STRICT, scale.barLookups);
  const cold = half(COLD, COLD_SHARE * scale.barLookups);
  options.progress('figure 11: keys lost');
  return describe(scale, measured, { strict, cold }, lostKeys(scale, options.seed));
}

function measure(variant: Variant, share: number, seed: number, phones: number, lookups: number): Figures {
  const random = new SeededRandom(seed);
  const population = Population.random(phones, random);
  const ring = new StaticRing(population, { seed, ...variant });
  const order = random.shuffle(population.contacts.map((_, i) => i));
  ring.kill(order.slice(0, Math.round(share * phones)));
  const living = order.slice(Math.round(share * phones));
  const reached: Reached[] = [];
  let failed = 0;
  for (let i = 0; i < lookups; i++) {
    const key = randomId(random);
    const one = ring.run(random.pick(living), (context, calls) => reachOwner(context, calls, key));
    if (one.owner !== population.at(ring.livingOwnerOf(key)).id) failed += 1;
    reached.push(one);
  }
  const timeoutMs = callTimeoutMs(ring.settings);
  return {
    lookups,
    failed,
    path: mean(reached.map(({ path }) => path)),
    answered: mean(reached.map(({ answered }) => answered)),
    timeouts: mean(reached.map(({ dead }) => dead)),
    serial: mean(reached.map(({ milliseconds, path }) => Math.max(0, milliseconds - path * RTT_MS) / timeoutMs)),
  };
}

/** How long a phone waits for one that answered once, after RTT_MS. */
function callTimeoutMs(settings: ChordSettings): number {
  const estimator = new RoundTripEstimator();
  estimator.answered(RTT_MS);
  return estimator.timeoutMs(settings);
}

function describe(
  scale: Scales,
  measured: ReadonlyMap<Variant, readonly Figures[]>,
  { strict, cold }: { readonly strict: Figures; readonly cold: Figures },
  lost: readonly Lost[],
): Findings {
  const classic = measured.get(CLASSIC)!;
  return {
    setUp: [
      `Table II: ${scale.phones} phones, a share p of which dies at once; ${scale.lookups} lookups a cell by the living, ` +
        'before anybody repairs anything. A lookup ends at the first living phone at or after the key; ' +
        'what the lookup names is tried in ring order. The path is the steps of the route that led to it, each phone named by the one before; ' +
        'what was asked beside the route is in the phones asked. Timeouts are the dead ones of those.',
      `Every two phones are ${RTT_MS} ms apart and each has heard the other once, so that a call times out after ` +
        `${callTimeoutMs({ ...DEFAULT_SETTINGS, ...TIMEOUTS })} ms, its first call to a phone, too. "Serial timeouts" is the time a lookup lost to dead phones, divided by that ` +
        'timeout: a probe beside a silent one costs less than waiting for it. Lookups here name the whole successor list ' +
        '(`replication` set to its length), for the first seven phones after a key may all be dead.',
      'How many phones a lookup asks at once follows from what its phone met lately: the share of its own last calls (the ' +
        'last weighs a sixteenth) to phones taken for alive that brought no answer. Here each phone keeps that one ' +
        'number from its earlier lookups and nothing else: tables are laid out anew for every lookup. It starts at none, and ' +
        `the ${scale.lookups} lookups of a cell are by as many phones as live, so each makes ${lookupsAPhone(scale)}. "The first lookup of each ` +
        'phone" forgets the number, too, before every lookup.',
      'Once a phone named for the key has answered, those before it that were asked as well count as dead when they are ' +
        'later than 95 % of answers (smoothed round trip + 2 · variation), as in the lookup itself.',
    ],
    tables: [
      tableTwo(measured),
      {
        title: `Figure 11: ${scale.ring} phones, ${scale.keys} keys, a share dies, then the ring is repaired`,
        columns: [
          'p',
          'paper: lookups that fail',
          'ours, one copy',
          `ours, ${DEFAULT_SETTINGS.replication} replicas`,
          `wrong owners in ${scale.checked} lookups`,
        ],
        rows: lost.map(({ share, single, replicated, wrong }) => [
          String(share),
          share.toFixed(3),
          single.toFixed(3),
          replicated.toExponential(1),
          String(wrong),
        ]),
      },
    ],
    plot: {
      title: 'Dead phones asked in a lookup (ToN table II)',
      xLabel: 'share of phones that died',
      yLabel: 'timeouts a lookup, mean',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'paper', source: 'paper', points: zip(SHARES, PAPER.timeouts) },
        { name: 'calibration', source: 'calibration', points: zip(SHARES, CALIBRATION.timeouts) },
        {
          name: 'ours, as the paper',
          source: 'ours',
          points: zip(
            SHARES,
            classic.map((f) => f.timeouts),
          ),
        },
        {
          name: 'ours, serial, fingers and successors',
          source: 'ours',
          points: zip(
            SHARES,
            measured.get(STRICT)!.map((f) => f.serial),
          ),
        },
        {
          name: 'ours, serial, first lookups',
          source: 'ours',
          points: zip(
            SHARES,
            measured.get(COLD)!.map((f) => f.serial),
          ),
        },
        {
          name: 'ours, serial, as the product',
          source: 'ours',
          points: zip(
            SHARES,
            measured.get(PRODUCT)!.map((f) => f.serial),
          ),
        },
      ],
    },
    furtherPlots: [plotOfLost(lost)],
    bars: [failureBar(strict)],
    notes: [
      'With the tables and the one probe of the paper, path and timeouts stay near its figures. ' +
        'The product asks one phone at a time while answers come in time, and a second one beside a late one. Once its own ' +
        'calls have met silence, it asks as many at once as it takes for one of them to answer with 98 % probability (from a quarter of silent calls on), on ' +
        'both sides of the key when it is near, and reads the successor list of the nearest phone that answered beside ' +
        'them: so that neither a dead predecessor nor a dead owner costs more than the patience for a late answer.',
      `In a ring without dead phones a lookup asks ${measured.get(STRICT)![0]!.answered.toFixed(2)} phones, as many as ` +
        `its path is long; with half of them dead ${asked(strict)} (path ${strict.path.toFixed(2)}), of which ` +
        `${strict.timeouts.toFixed(1)} are dead.`,
      `A phone's first lookup after the disaster knows nothing of it (${cold.lookups} lookups): path ${cold.path.toFixed(2)}, ` +
        `serial timeouts ${cold.serial.toFixed(2)}, ${asked(cold)} phones asked, ${cold.failed} failures. Its first probes go out ` +
        'alone. Asking two at once from the start would halve that, and double the messages of every lookup in a healthy ring.',
      'Before, every lookup began with one probe, asked eight once one was silent, and read the list only after all phones ' +
        'before the key had proved silent: serial timeouts 1.44 by the measure of this page, 13.0 phones asked. (The page said ' +
        '1.76: it made lookups wait for phones behind the first living one, too.) What brought it down, each on top of ' +
        'the others, in 5,000 lookups: several probes at once and the list read beside them 0.72; eight phones near the key named ' +
        'instead of four 0.66; as many probes on either side of the key 0.56; whether the owner lives is asked by the lookup ' +
        'itself, no longer by its caller, 0.61; a phone that never answered is late when most others would have answered, ' +
        'no longer at the timeout, 0.38; names are given in ring order with late phones in their places, and a list decides only ' +
        'once all before the key have timed out, 0.54: taking late phones for dead made 2 to 4 % of lookups wrong where ' +
        'median sessions last 1.4 minutes.',
      'The first run of this experiment failed in a quarter of the lookups at p = 0.5: with the phone before the key and ' +
        'its owner both dead, nobody said who owned it. Lookups now read the successor list of the nearest phone that ' +
        'answers, as the paper has it.',
      `With ${DEFAULT_SETTINGS.replication} replicas a key is lost only when as many phones in a row die: figure 11's line ` +
        'p becomes p⁷.',
    ],
  };
}

/** Phones asked in a lookup, mean. */
function asked({ answered, timeouts }: Figures): string {
  return (answered + timeouts).toFixed(1);
}

/** How many lookups of a cell one phone makes. */
function lookupsAPhone({ phones, lookups }: Scales): string {
  return `${Math.round(lookups / phones)} (p = 0) to ${Math.round((2 * lookups) / phones)} (p = 0.5)`;
}

function tableTwo(measured: ReadonlyMap<Variant, readonly Figures[]>): Table {
  const ours = VARIANTS.flatMap((variant) => {
    const figures = measured.get(variant)!;
    const row = (what: string, of: (f: Figures) => string): string[] => [
      `${variant.name}: ${what}`,
      ...figures.map(of),
    ];
    return [
      row('path', (f) => f.path.toFixed(2)),
      row('phones asked', asked),
      row('timeouts', (f) => f.timeouts.toFixed(2)),
      row('serial timeouts', (f) => f.serial.toFixed(2)),
      row('failed', (f) => String(f.failed)),
    ];
  });
  return {
    title: 'ToN table II',
    columns: ['p', ...SHARES.map(String)],
    rows: [
      ['paper: path', ...PAPER.path.map(String)],
      ['calibration: path', ...CALIBRATION.path.map(String)],
      ['paper: timeouts', ...PAPER.timeouts.map(String)],
      ['calibration: timeouts', ...CALIBRATION.timeouts.map(String)],
      ['paper and calibration: failed', ...SHARES.map(() => '0')],
      ...ours,
    ],
  };
}

function failureBar(figures: Figures): Bar {
  const { lookups, failed, path, serial } = figures;
  return {
    asked:
      `(c) p = 0.5, unrepaired, 1,000 phones: 0 failures in 10⁵ lookups, path ≤ 3.5, serial timeouts ≤ 0.6; ` +
      'fingers and 24 successors alone',
    reached: `${failed} failures in ${lookups} lookups, path ${path.toFixed(2)}, serial timeouts ${serial.toFixed(2)}`,
    met: failed === 0 && path <= 3.5 && serial <= 0.6,
  };
}

function zip(xs: readonly number[], ys: readonly number[]): (readonly [number, number])[] {
  return xs.map((x, i) => [x, ys[i]!]);
}

export const MASS_FAILURE: Experiment = {
  name: 'mass-failure',
  title: 'Simultaneous failures',
  source: 'Stoica et al., "Chord", SIGCOMM 2001, figure 11, and IEEE/ACM Transactions on Networking 2003, table II.',
  defaultSeed: 11,
  run,
};
