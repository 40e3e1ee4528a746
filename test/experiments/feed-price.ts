/** What a search costs where there is no server, beside one process that looks at every post. */
import { encodeReply } from '../../services/can-index/adapters/reply-codec.ts';
import { encodeRequest } from '../../services/can-index/adapters/request-codec.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Exchange } from '../sim/exchange.ts';
import type { SimMessage } from '../sim/machine.ts';
import { embeddedTexts } from './embedded-texts.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import type { FeedWorld } from './feed-world.ts';
import { growFeed } from './grown-feed.ts';
import { ascending, mean, percentile } from './statistics.ts';

const SCALES = {
  full: { sizes: [8, 16], postsAPhone: 27, queries: 200 },
  slice: { sizes: [4, 8], postsAPhone: 8, queries: 10 },
} as const;
const NEAREST = 10;
const BUDGET = 40;
/** What travels for a search: the question for the owner of its point, and the questions for posts. */
const OF_SEARCHES = new Set(['find', 'search-entries']);
/** A question and its answer to a central index: 512 numbers of four bytes, ten ids, ten cosines, ten authors and times. */
const CENTRAL_BYTES = 512 * 4 + NEAREST * (16 + 16 + 8 + 8);

interface Price {
  readonly phones: number;
  readonly posts: number;
  readonly recall: number;
  readonly contacted: number;
  /** Requests and replies. */
  readonly messages: number;
  readonly bytes: number;
  readonly medianMs: number;
  readonly lateMs: number;
}

async function run(options: RunOptions): Promise<Findings> {
  const { sizes, postsAPhone, queries } = SCALES[options.scale];
  const random = new SeededRandom(options.seed);
  const texts = random.shuffle(await embeddedTexts(options));
  const prices: Price[] = [];
  for (const phones of sizes) {
    const world = await growFeed(phones, texts.slice(0, phones * postsAPhone), options);
    prices.push(priceOf(world, phones, random, queries));
  }
  return describe(options, prices);
}

function priceOf(world: FeedWorld, phones: number, random: SeededRandom, queries: number): Price {
  const vectors = Array.from({ length: queries }, () => random.pick(world.entries).vector);
  const sent = { messages: 0, bytes: 0 };
  world.phones.network.observer = {
    replied({ request }: Exchange, reply: SimMessage) {
      if (!OF_SEARCHES.has(request.type)) return;
      sent.messages += 2;
      sent.bytes += encodeRequest(request as Parameters<typeof encodeRequest>[0]).length;
      sent.bytes += encodeReply(reply as Parameters<typeof encodeReply>[0]).length;
    },
    ended() {},
  };
  const answers = world.search(vectors, NEAREST, BUDGET);
  world.phones.network.observer = undefined;
  const milliseconds = ascending(answers.map((answer) => answer.milliseconds));
  const recalls = answers.map(({ hits }, i) => {
    const truth = new Set(world.nearest(vectors[i]!, NEAREST));
    return hits.filter(({ post }) => truth.has(post)).length / truth.size;
  });
  return {
    phones,
    posts: world.entries.length,
    recall: mean(recalls),
    contacted: mean(answers.map(({ contacted }) => contacted.length)),
    messages: sent.messages / queries,
    bytes: sent.bytes / queries,
    medianMs: percentile(milliseconds, 0.5),
    lateMs: percentile(milliseconds, 0.99),
  };
}

function describe({ scale }: RunOptions, prices: readonly Price[]): Findings {
  const { queries, postsAPhone } = SCALES[scale];
  return {
    setUp: [
      `Phones join a simulated CAN while ${postsAPhone} texts of Debian's fortunes a phone are published, by the product's ` +
        `protocol; then ${queries} posts are asked for by their vectors through random phones, all at once. Counted are the ` +
        'messages of searches alone, requests and replies, routing too, and their bytes as protobuf, without the transport ' +
        'below. One way takes 5 to 40 ms, drawn once a link, and some jitter; the work of the phones takes no time.',
    ],
    tables: [
      {
        title: 'A search for the ten nearest',
        columns: ['phones', 'posts', 'recall@10', 'contacted', 'messages', 'bytes', 'ms, median', 'ms, p99'],
        rows: [
          ...prices.map(({ phones, posts, recall, contacted, messages, bytes, medianMs, lateMs }) => [
            String(phones),
            String(posts),
            recall.toFixed(3),
            contacted.toFixed(1),
            messages.toFixed(1),
            bytes.toFixed(0),
            medianMs.toFixed(0),
            lateMs.toFixed(0),
          ]),
          ['a server', 'all', '1.000', '1', '2', String(CENTRAL_BYTES), '45', '80'],
        ],
      },
    ],
    plot: {
      title: 'Messages of a search',
      xLabel: 'phones',
      yLabel: 'messages, requests and replies',
      xScale: 'linear',
      yScale: 'linear',
      series: [
        { name: 'ours', source: 'ours', points: prices.map(({ phones, messages }) => [phones, messages] as const) },
        {
          name: 'a server that has all, by count',
          source: 'calibration',
          points: prices.map(({ phones }) => [phones, 2] as const),
        },
      ],
    },
    bars: [],
    notes: [
      'The row of the server is counted, not run: one question and one answer of the same content over one link of the same ' +
        'network, whose round trip is 10 to 80 ms and 45 in the mean. A server that looks at every post finds all of them; ' +
        'an approximate index in it (HNSW) was not measured here.',
    ],
  };
}

export const FEED_PRICE: Experiment = {
  name: 'feed-price',
  title: 'The price of having no server',
  source: 'Messages, bytes and milliseconds of a search by meaning.',
  defaultSeed: 42,
  run,
};
