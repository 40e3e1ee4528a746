/** Whether a search of few phones still finds what looking at every post finds where there are ten thousand phones. */
import { SeededRandom } from '../../services/shared/core/random.ts';
import { AskedFeed, MEANT, OUTCOME_COLUMNS, type Outcome, rowOf } from './asked-feed.ts';
import { bruteForceIndex, openHnsw } from './central-index.ts';
import { type EmbeddedText, manyEmbeddedTexts } from './embedded-texts.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import type { FeedWorld } from './feed-world.ts';
import { layOutKnownFeed } from './laid-out-feed.ts';
import { mean } from './statistics.ts';

interface Network {
  readonly phones: number;
  readonly posts: number;
}

const SCALES = {
  full: {
    networks: [{ phones: 10_000, posts: 50_000 }],
    queries: 200,
  },
  slice: {
    networks: [
      { phones: 12, posts: 90 },
      { phones: 16, posts: 120 },
    ],
    queries: 10,
  },
} as const;
const NEAREST = 10;
const BUDGETS = [8, 12, 16, 20, 30, 40] as const;
/** More than any search uses: it stops by its own rule. */
const OWN_RULE = 80;
/** The size of the network that the bars are for. */
const BAR_PHONES = 10_000;
const BUILD_EFFORT = 80;
/** Of 10,000 zones with 100,000 texts, contacted for a mean recall of .95 in a throw-away layout. */
const CALIBRATION = [
  ['3 copies and 8 centroids, calibration', 48],
  ['3 copies and exact links, all centroids known, calibration', 20],
] as const;

interface Measured extends Network {
  readonly byBudget: readonly (readonly [budget: number, outcome: Outcome])[];
  readonly ownRule: Outcome;
  readonly copies: readonly number[];
  readonly loads: readonly number[];
}

async function run(options: RunOptions): Promise<Findings> {
  const { networks, queries } = SCALES[options.scale];
  const random = new SeededRandom(options.seed);
  const texts = random.shuffle(await manyEmbeddedTexts(options));
  const measured: Measured[] = [];
  for (const network of networks) {
    const world = await worldOf(network, texts.slice(0, network.posts), options);
    options.progress('looking at every post');
    const asked = new AskedFeed(world, NEAREST, queries, random);
    options.progress('searching');
    const byBudget = BUDGETS.map((budget) => [budget, asked.search(budget)] as const);
    const ownRule = asked.search(OWN_RULE);
    measured.push({ ...network, byBudget, ownRule, copies: world.copies(), loads: world.loads() });
  }
  return describe(options, measured);
}

async function worldOf(
  { phones, posts }: Network,
  texts: readonly EmbeddedText[],
  options: RunOptions,
): Promise<FeedWorld> {
  const dimensions = texts[0]!.vector.length;
  const { scale, seed } = options;
  const index =
    scale === 'slice'
      ? bruteForceIndex()
      : await openHnsw({ dimensions, most: posts, buildEffort: BUILD_EFFORT, seed });
  return await layOutKnownFeed(phones, texts, options, index);
}

function barsOf({ phones, byBudget, ownRule, copies, loads }: Measured): Bar[] {
  const isLarge = phones >= BAR_PHONES;
  const within = (most: number): Bar => {
    const { recall, contacted } = byBudget.find(([budget]) => budget === most)![1];
    return {
      asked: `recall@10 ≥ .95 contacting ≤ ${most} of ${BAR_PHONES} phones`,
      reached: `${recall.toFixed(3)} with ${contacted.toFixed(1)} in the mean, ${most} at most, of ${phones} phones`,
      met: isLarge && recall >= 0.95,
    };
  };
  const load = Math.max(...loads) / mean(loads);
  return [
    within(40),
    within(20),
    {
      asked: `recall@10 of the worst tenth of the questions ≥ .8 (${phones} phones)`,
      reached: ownRule.worstDecile.toFixed(2),
      met: isLarge && ownRule.worstDecile >= 0.8,
    },
    {
      asked: `copies of a post ≤ 3 (${phones} phones)`,
      reached: `${Math.max(...copies)} at most`,
      met: Math.max(...copies) <= 3,
    },
    { asked: `load ≤ 3 times the mean (${phones} phones)`, reached: `${load.toFixed(2)} times`, met: load <= 3 },
  ];
}

function nameOf({ phones, posts }: Network): string {
  return `${phones} phones, ${posts} posts`;
}

function describe({ scale }: RunOptions, measured: readonly Measured[]): Findings {
  const { queries } = SCALES[scale];
  return {
    setUp: [
      'CANs that stand still: of all zones the one with the most posts is cut next, where the product cuts it, until there ' +
        "are enough. All else is the product's own code on the simulated network (5 to 40 ms one way): owners link each " +
        'post to its nearest and have two more phones keep it, as full as those are by then; phones tell their neighbours ' +
        'their centroids; searches know what their own phone knows, and find the rest by messages.',
      "Texts are Debian's fortunes and the glosses of WordNet, embedded by the product's encoder. One thing is not the " +
        'product’s: the nearest posts of a new one are looked up in a central index (hnswlib) instead of searched for, ' +
        'because so many searches take hours to simulate. How well searches do where they found the links, too, is measured ' +
        'in [a network of 256 phones that grows by the whole protocol](feed-recall.md).',
      `${queries} questions, each the mean of ${MEANT} posts that lie together, are asked through random phones; the ` +
        `answers are held against the ${NEAREST} nearest by all 512 dimensions of all posts.`,
    ],
    tables: [
      ...measured.map((one) => ({
        title: nameOf(one),
        columns: ['budget', ...OUTCOME_COLUMNS],
        rows: [
          ...one.byBudget.map(([budget, outcome]) => [`${budget} phones`, ...rowOf(outcome)]),
          [`the product's own rule (${OWN_RULE} at most)`, ...rowOf(one.ownRule)],
        ],
      })),
      {
        title: 'What phones keep',
        columns: ['', 'copies of a post, mean', 'least', 'most', 'entries of a phone, mean', 'least', 'most'],
        rows: measured.map((one) => [
          nameOf(one),
          mean(one.copies).toFixed(2),
          ...[Math.min(...one.copies), Math.max(...one.copies)].map(String),
          mean(one.loads).toFixed(1),
          ...[Math.min(...one.loads), Math.max(...one.loads)].map(String),
        ]),
      },
    ],
    plot: {
      title: `Recall of the ${NEAREST} nearest`,
      xLabel: 'phones contacted, mean',
      yLabel: `recall@${NEAREST}`,
      xScale: 'linear',
      yScale: 'linear',
      series: [
        ...measured.map((one) => ({
          name: `${one.phones} phones`,
          source: 'ours' as const,
          points: one.byBudget.map(([, { contacted, recall }]) => [contacted, recall] as const),
        })),
        ...CALIBRATION.map(([name, contacts]) => ({
          name,
          source: 'calibration' as const,
          points: [[contacts, 0.95]] as const,
        })),
      ],
    },
    bars: barsOf(measured.at(-1)!),
    notes: [
      'Phones contacted are those that were asked for posts; the hops of the question to the owner of its point are counted ' +
        'apart. How little a phone may be expected to add before a search ends was chosen on 256 phones ' +
        '([recall of a search by meaning](feed-recall.md)) and not tuned here.',
      'Fewer than the 100,000 posts of the calibration, because the run has to end: with half as many posts to a zone the ' +
        'nearest lie in more zones. Twenty phones are not enough: of ten thousand no phone knows the centroids of more than ' +
        'its neighbours.',
      'The calibration knew the exact nearest of every post and the centroids of all zones at no cost. Here a search knows ' +
        'what the phones it asked have said.',
    ],
  };
}

export const FEED_SCALE: Experiment = {
  name: 'feed-scale',
  title: 'Recall at ten thousand phones',
  source: 'Recall against phones contacted in networks too large to grow in the simulator.',
  defaultSeed: 43,
  run,
};
