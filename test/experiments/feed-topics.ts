/** Whether what a search finds is about the same thing: posts of the same category among the ten nearest. */
import type { Id } from '../../services/shared/core/id.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import { type EmbeddedText, embeddedTexts } from './embedded-texts.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { layOutFeed } from './laid-out-feed.ts';
import { mean } from './statistics.ts';
import { TermVectors } from './term-vectors.ts';

const SCALES = {
  full: { phones: 256, posts: 7_000, queries: 300 },
  slice: { phones: 8, posts: 90, queries: 10 },
} as const;
const NEAREST = 10;
const BUDGETS = [1, 2, 4, 8, 12, 16] as const;
/** More than any search uses: it stops by its own rule. */
const OWN_RULE = 40;
/** Of brute force on whole vectors, the part that the search has to keep. */
const KEPT = 0.97;
/** Category precision@10 of earlier measurements on some 7,000 fortunes. */
const CALIBRATION = [
  ['all posts, whole vectors, calibration', 0.428],
  ['words (TF-IDF), calibration', 0.208],
  ['random, calibration', 0.05],
] as const;

interface Measured {
  readonly bruteForce: number;
  readonly words: number;
  readonly random: number;
  readonly byBudget: readonly (readonly [budget: number, precision: number])[];
  readonly ownRule: number;
  readonly contacted: number;
  readonly categories: number;
}

async function run(options: RunOptions): Promise<Findings> {
  const { phones, posts, queries } = SCALES[options.scale];
  const random = new SeededRandom(options.seed);
  const texts = random.shuffle(await embeddedTexts(options)).slice(0, posts);
  const world = await layOutFeed(phones, texts, options);
  options.progress('searching');
  const asked = random.shuffle(texts.map((_, i) => i)).slice(0, queries);
  const precision = (found: (text: number) => readonly EmbeddedText[]): number =>
    mean(asked.map((text) => precisionOf(found(text), texts[text]!)));
  const others = (posts: readonly Id[], text: number): EmbeddedText[] =>
    posts
      .map((post) => world.textOf.get(post)!)
      .filter((other) => other !== texts[text])
      .slice(0, NEAREST);
  const terms = new TermVectors(texts.map(({ text }) => text));
  const search = (budget: number): { readonly precision: number; readonly contacted: number } => {
    const vectors = asked.map((text) => texts[text]!.vector);
    const answers = new Map(world.search(vectors, NEAREST + 1, budget).map((answer, i) => [asked[i]!, answer]));
    const postsOf = (text: number): Id[] => answers.get(text)!.hits.map(({ post }) => post);
    return {
      precision: precision((text) => others(postsOf(text), text)),
      contacted: mean([...answers.values()].map(({ contacted }) => contacted.length)),
    };
  };
  const ownRule = search(OWN_RULE);
  return describe(options, {
    bruteForce: precision((text) => others(world.nearest(texts[text]!.vector, NEAREST + 1), text)),
    words: precision((text) => terms.nearest(text, NEAREST).map((other) => texts[other]!)),
    random: precision(() => Array.from({ length: NEAREST }, () => random.pick(texts))),
    byBudget: BUDGETS.map((budget) => [budget, search(budget).precision] as const),
    ownRule: ownRule.precision,
    contacted: ownRule.contacted,
    categories: new Set(texts.map(({ category }) => category)).size,
  });
}

function precisionOf(found: readonly EmbeddedText[], { category }: EmbeddedText): number {
  return found.filter((other) => other.category === category).length / NEAREST;
}

function describe({ scale }: RunOptions, measured: Measured): Findings {
  const { phones, posts, queries } = SCALES[scale];
  const { bruteForce, words, random, byBudget, ownRule, contacted, categories } = measured;
  const kept = ownRule / bruteForce;
  const row = (name: string, precision: number) => [
    name,
    precision.toFixed(3),
    `${((100 * precision) / bruteForce).toFixed(1)} %`,
  ];
  return {
    setUp: [
      `${posts} texts of Debian's fortunes in ${categories} categories, drawn from all, embedded by the product's encoder and ` +
        `published to ${phones} simulated phones whose zones were laid out where the posts lie; all else is the product's own ` +
        `protocol. ${queries} of the texts are asked for through random phones; ` +
        `counted are the posts of the same category among the ${NEAREST} nearest others.`,
    ],
    tables: [
      {
        title: `Posts of the same category among ${NEAREST}`,
        columns: ['', `precision@${NEAREST}`, 'of brute force'],
        rows: [
          row('all posts by all 512 dimensions: brute force', bruteForce),
          ...byBudget.map(([budget, precision]) => row(`the product's search, ${budget} phones at most`, precision)),
          row(`the product's search by its own rule, ${contacted.toFixed(1)} phones`, ownRule),
          row('words (TF-IDF), all posts', words),
          row('random posts', random),
        ],
      },
    ],
    plot: {
      title: 'Posts on the same topic',
      xLabel: 'phones contacted at most',
      yLabel: `precision@${NEAREST}`,
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: "the product's search", source: 'ours', points: byBudget },
        { name: 'all posts, whole vectors', source: 'ours', points: acrossBudgets(bruteForce) },
        { name: 'words (TF-IDF)', source: 'ours', points: acrossBudgets(words) },
        { name: 'random', source: 'ours', points: acrossBudgets(random) },
        ...CALIBRATION.map(([name, precision]) => ({
          name,
          source: 'calibration' as const,
          points: acrossBudgets(precision),
        })),
      ],
    },
    bars: [
      {
        asked: `category precision@${NEAREST} keeps ≥ ${100 * KEPT} % of brute force (${phones} phones)`,
        reached: `${(100 * kept).toFixed(1)} %: ${ownRule.toFixed(3)} of ${bruteForce.toFixed(3)}`,
        met: kept >= KEPT,
      },
    ],
    notes: [
      'The calibration was made on another selection of about 7,000 fortunes, so its precision is not quite that of these ' +
        'texts. What counts is how the rows of one run lie to each other.',
    ],
  };
}

function acrossBudgets(precision: number): (readonly [number, number])[] {
  return [BUDGETS[0], BUDGETS.at(-1)!].map((budget) => [budget, precision] as const);
}

export const FEED_TOPICS: Experiment = {
  name: 'feed-topics',
  title: 'Topics of what a search finds',
  source: "Debian's fortunes and their categories.",
  defaultSeed: 41,
  run,
};
