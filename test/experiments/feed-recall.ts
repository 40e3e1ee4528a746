/** Whether a search that contacts a few phones finds what looking at every post finds. */
import { COPIES } from '../../services/can-index/core/entries/link.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { AskedFeed, MEANT, OUTCOME_COLUMNS, type Outcome, rowOf } from './asked-feed.ts';
import { embeddedTexts } from './embedded-texts.ts';
import type { Bar, Experiment, Findings, RunOptions } from './experiment.ts';
import { growFeed } from './grown-feed.ts';
import { mean } from './statistics.ts';

const SCALES = {
  full: { phones: 256, posts: 7_000, queries: 300 },
  slice: { phones: 12, posts: 90, queries: 10 },
} as const;
const NEAREST = 10;
/** The size of the network that the bar is for. */
const BAR_PHONES = 256;
const BUDGETS = [1, 2, 4, 6, 8, 10, 12, 16] as const;
/** More than any search uses: it stops by its own rule. */
const OWN_RULE = 40;
const DEAD = 0.2;
const WANTED_RECALL = 0.95;
/** Zones contacted for a mean recall of .95 with 7,000 texts and 256 zones in a throw-away layout. */
const CALIBRATION = [
  ['one copy, centroids, calibration', 43],
  ['3 copies and 8 centroids, calibration', 15],
  ['3 copies and exact links, calibration', 6],
] as const;

interface Measured {
  readonly byBudget: readonly (readonly [budget: number, outcome: Outcome])[];
  readonly ownRule: Outcome;
  readonly afterDeaths: Outcome;
  /** Of all posts, the part that no living phone keeps after the deaths. */
  readonly lost: number;
  readonly copies: readonly number[];
  readonly loads: readonly number[];
}

async function run(options: RunOptions): Promise<Findings> {
  const { phones, posts, queries } = SCALES[options.scale];
  const random = new SeededRandom(options.seed);
  const texts = random.shuffle(await embeddedTexts(options)).slice(0, posts);
  const world = await growFeed(phones, texts, options);
  const asked = new AskedFeed(world, NEAREST, queries, random);
  const measure = (budget: number): Outcome => asked.search(budget);
  options.progress('searching');
  const byBudget = BUDGETS.map((budget) => [budget, measure(budget)] as const);
  const ownRule = measure(OWN_RULE);
  const { copies, loads } = { copies: world.copies(), loads: world.loads() };
  world.kill(DEAD);
  options.progress('searching after deaths');
  const lost = world.copies().filter((count) => count === 0).length / posts;
  const afterDeaths = measure(OWN_RULE);
  return describe(options, { byBudget, ownRule, afterDeaths, lost, copies, loads });
}

function barsOf({ byBudget, ownRule, afterDeaths, copies, loads }: Measured, phones: number): Bar[] {
  const within = (most: number): Bar => {
    const { recall, contacted, mostContacted } = byBudget.find(([budget]) => budget === most)![1];
    return {
      asked: `recall@10 ≥ .95 contacting ≤ ${most} of ${BAR_PHONES} phones`,
      reached: `${recall.toFixed(3)} with ${contacted.toFixed(1)} in the mean, ${mostContacted} at most, of ${phones} phones`,
      // A network that is smaller proves nothing about one of this size.
      met: phones >= BAR_PHONES && recall >= WANTED_RECALL,
    };
  };
  const load = Math.max(...loads) / mean(loads);
  return [
    within(16),
    within(12),
    {
      asked: 'recall@10 of the worst tenth of the questions ≥ .8',
      reached: ownRule.worstDecile.toFixed(2),
      met: ownRule.worstDecile >= 0.8,
    },
    {
      asked: 'recall@10 ≥ .93 with 20 % of the phones dead',
      reached: afterDeaths.recall.toFixed(3),
      met: afterDeaths.recall >= 0.93,
    },
    { asked: 'copies of a post ≤ 3', reached: `${Math.max(...copies)} at most`, met: Math.max(...copies) <= 3 },
    { asked: 'load ≤ 3 times the mean', reached: `${load.toFixed(2)} times`, met: load <= 3 },
  ];
}

function describe({ scale }: RunOptions, measured: Measured): Findings {
  const { phones, posts, queries } = SCALES[scale];
  const { byBudget, ownRule, afterDeaths, lost, copies, loads } = measured;
  const row = (name: string, outcome: Outcome): string[] => [name, ...rowOf(outcome)];
  return {
    setUp: [
      `${phones} phones join a CAN one after the other while ${posts} texts are published through random ones, all by the ` +
        "product's protocol on the simulated network (5 to 40 ms one way): zones split where the posts are, links come from " +
        "the searches that publishing makes, centroids from what neighbours tell. The texts are Debian's fortunes, embedded " +
        `by the product's encoder. ${queries} questions, each the mean of ${MEANT} posts that lie together, are asked ` +
        `through random phones; the answers are held against the ${NEAREST} nearest by all 512 dimensions of all posts.`,
    ],
    tables: [
      {
        title: 'Searches',
        columns: ['budget', ...OUTCOME_COLUMNS],
        rows: [
          ...byBudget.map(([budget, outcome]) => row(`${budget} phones`, outcome)),
          row(`the product's own rule (${OWN_RULE} at most)`, ownRule),
          row(`the same with ${100 * DEAD} % of the phones just dead`, afterDeaths),
        ],
      },
      {
        title: 'What phones keep',
        columns: ['', 'mean', 'least', 'most'],
        rows: [
          ['copies of a post', mean(copies).toFixed(2), String(Math.min(...copies)), String(Math.max(...copies))],
          ['entries of a phone', mean(loads).toFixed(1), String(Math.min(...loads)), String(Math.max(...loads))],
        ],
      },
    ],
    plot: {
      title: `Recall of the ${NEAREST} nearest, ${phones} phones`,
      xLabel: 'phones contacted at most',
      yLabel: `recall@${NEAREST}`,
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'ours', source: 'ours', points: byBudget.map(([budget, { recall }]) => [budget, recall] as const) },
        ...CALIBRATION.map(([name, contacts]) => ({
          name,
          source: 'calibration' as const,
          points: [[contacts, 0.95]] as const,
        })),
      ],
    },
    bars: barsOf(measured, phones),
    notes: [
      'Phones contacted are those that were asked for posts; the hops of the question to the owner of its point are counted ' +
        'apart. A phone that is silent counts as contacted. Searches after the deaths begin ' +
        `at once, before anything is noticed or repaired; ${(100 * lost).toFixed(1)} % of the posts have no living copy then and ` +
        'count as missing.',
      'How little a phone may be expected to add before a search ends (a tenth of a post) was chosen on other questions and ' +
        'another network of this size, whose zones were laid out at once. Asking one phone at a time instead of three saves ' +
        'two contacts and takes twice as long. That is why twelve phones are seldom enough: what the first of three would ' +
        'have told comes too late for the other two. The bar for twelve was not traded for waiting twice as long.',
      needed(byBudget, ownRule),
      `A post has ${COPIES} copies; one more for the moment in which one of them is handed over, and one less until the next ` +
        'round of custody where a phone did not take one.',
      'The calibration laid zones out at once and knew the true neighbours of every post. Here every link was found by a search.',
    ],
  };
}

/** What .95 takes here, and what the product's own rule does. */
function needed(byBudget: Measured['byBudget'], ownRule: Outcome): string {
  const enough = byBudget.find(([, { recall }]) => recall >= WANTED_RECALL);
  const found = ownRule.recall.toFixed(3);
  const rule = `The product's own rule ends after ${ownRule.contacted.toFixed(1)} phones in the mean, with ${found}.`;
  if (enough === undefined) {
    return `No budget up to ${BUDGETS.at(-1)} phones reaches ${WANTED_RECALL}. ${rule} In a network that grows, links and copies of posts that came early are older, and zones were cut with fewer posts to go by.`;
  }
  return `${WANTED_RECALL} takes ${enough[0]} phones at most, ${enough[1].contacted.toFixed(1)} in the mean. ${rule}`;
}

export const FEED_RECALL: Experiment = {
  name: 'feed-recall',
  title: 'Recall of a search by meaning',
  source: 'What nobody has published: recall against phones contacted, on the vectors of a neural encoder.',
  defaultSeed: 40,
  run,
};
