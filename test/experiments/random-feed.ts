/** The naive random feed: a random key, and the first post at or after it. Who is seen, and who never? */
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import { ascending } from './statistics.ts';

const SCALES = { full: { posts: 100_000 }, slice: { posts: 2_000 } } as const;
/** Draws, in multiples of the number of posts. */
const DRAWS = [0.25, 0.5, 1, 2, 4, 8];

function run({ seed, scale, progress }: RunOptions): Findings {
  const { posts } = SCALES[scale];
  const random = new SeededRandom(seed);
  progress(`${posts} posts at random places`);
  const places = ascending(Array.from({ length: posts }, () => random.next()));
  const shown = new Int32Array(posts);
  const seen: number[] = [];
  let drawn = 0;
  for (const share of DRAWS) {
    for (; drawn < share * posts; drawn++) shown[firstAtOrAfter(places, random.next())]! += 1;
    seen.push(shown.reduce((count, times) => count + Number(times > 0), 0) / posts);
  }
  const sorted = ascending(shown);
  const top = sorted.slice(Math.floor(0.99 * posts)).reduce((sum, times) => sum + times, 0) / drawn;
  const half = sorted.slice(0, posts / 2).reduce((sum, times) => sum + times, 0) / drawn;
  return {
    setUp: [
      `${posts} posts at random places of the ring (a post's key is a hash of its content), and readers who draw a random ` +
        'key and take the first post at or after it, as `GET /v1/feed?strategy=random` does. A post is drawn in ' +
        'proportion to the gap before it. Beside it: a fair draw, each post as likely as any other. A draw costs the ' +
        'lookup of its key and one question to the owner, whatever the reader cares about.',
    ],
    tables: [
      {
        title: 'Posts that somebody has seen',
        columns: [
          'draws a post',
          'random key, measured',
          'random key, computed: 1 - 1/(1 + d)',
          'fair draw: 1 - exp(-d)',
        ],
        rows: DRAWS.map((share, i) => [
          String(share),
          `${(100 * seen[i]!).toFixed(1)} %`,
          `${(100 * (1 - 1 / (1 + share))).toFixed(1)} %`,
          `${(100 * (1 - Math.exp(-share))).toFixed(1)} %`,
        ]),
      },
      {
        title: `Attention after ${DRAWS.at(-1)} draws a post`,
        columns: ['', 'random key'],
        rows: [
          ['share of all draws that went to the luckiest hundredth of the posts', `${(100 * top).toFixed(1)} %`],
          ['share that went to the unluckier half', `${(100 * half).toFixed(1)} %`],
          ['the luckiest post was drawn', `${sorted.at(-1)} times`],
        ],
      },
    ],
    plot: {
      title: 'Posts that somebody has seen',
      xLabel: 'draws a post',
      yLabel: 'share of posts seen',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'fair draw', source: 'calibration', points: DRAWS.map((d) => [d, 1 - Math.exp(-d)] as const) },
        { name: 'random key, computed', source: 'paper', points: DRAWS.map((d) => [d, d / (1 + d)] as const) },
        { name: 'random key, measured', source: 'ours', points: DRAWS.map((d, i) => [d, seen[i]!] as const) },
      ],
    },
    bars: [],
    notes: [
      'Chance is not even fair: gaps between random places vary, so some posts are drawn many times and others never, and ' +
        'where a post lies is settled for good when it is written. This is the baseline that the feeds are held against.',
    ],
  };
}

function firstAtOrAfter(places: Float64Array, key: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low % places.length;
}

export const RANDOM_FEED: Experiment = {
  name: 'random-feed',
  title: 'The naive random feed',
  source: 'A baseline: a random key, nearest post.',
  defaultSeed: 20,
  run,
};
