/** What a feed costs where there is no server, beside a central index of the same posts. */
import { encodeReply } from '../../services/can-index/adapters/reply-codec.ts';
import { encodeRequest } from '../../services/can-index/adapters/request-codec.ts';
import { questionOf } from '../../services/can-index/core/search/question.ts';
import { nothingKnownOf, type SearchEntries } from '../../services/can-index/core/search/search-message.ts';
import type { Id } from '../../services/shared/core/id.ts';
import { SeededRandom } from '../../services/shared/core/random.ts';
import type { Exchange } from '../sim/engine/exchange.ts';
import type { SimMessage } from '../sim/engine/machine.ts';
import { bruteForceIndex, openHnsw } from './central-index.ts';
import { type EmbeddedText, embeddedTexts } from './embedded-texts.ts';
import type { Experiment, Findings, RunOptions } from './experiment.ts';
import type { FeedWorld } from './feed-world.ts';
import { layOutFeed } from './laid-out-feed.ts';
import { ascending, mean, percentile } from './statistics.ts';

const SCALES = {
  full: { sizes: [16, 64, 256], postsAPhone: 27, queries: 200 },
  slice: { sizes: [4, 8], postsAPhone: 8, queries: 10 },
} as const;
const NEAREST = 10;
const SEARCH = `a search for ${NEAREST}`;
/** Phones that a search may contact, for each vector. */
const BUDGET = 16;
/** … as the wall has it (services/wall-api/adapters/can-meaning.ts). */
const WALL_BUDGET = 24;
/** A feed asks for so many posts of each interest of a person (services/wall-api/core/feed/feed-nearest.ts). */
const INTERESTS = 3;
const POSTS_AN_INTEREST = 40;
/** How hard the central index looks, in its own terms. */
const EFFORTS = [10, 50, 200] as const;
const BUILD_EFFORT = 200;
/** Of the simulated network: a link's round trip is 10 to 80 ms, drawn evenly. */
const ROUND_TRIP_MS = 45;
const LATE_ROUND_TRIP_MS = 80;
/** Before searches said what they know and messages named each phone once. */
const BYTES_A_PAIR_BEFORE = 8_300;

interface Price {
  readonly what: string;
  readonly phones: number;
  readonly posts: number;
  readonly recall: number;
  readonly contacted: number;
  /** Requests and replies of one person's searches. */
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
    options.progress(`${phones} phones`);
    const world = await layOutFeed(phones, texts.slice(0, phones * postsAPhone), options);
    const vectors = Array.from({ length: queries }, () => random.pick(world.entries).vector);
    const one = { limit: NEAREST, budget: BUDGET };
    prices.push(priceOf(world, { what: SEARCH, ...one, people: vectors.map((vector) => [[vector]]) }));
    const interests = chunks(vectors, INTERESTS);
    const apart = { what: `a feed of ${INTERESTS} interests, a search each`, limit: POSTS_AN_INTEREST, budget: BUDGET };
    prices.push(priceOf(world, { ...apart, people: interests.map((person) => person.map((vector) => [vector])) }));
    for (const each of [BUDGET, WALL_BUDGET]) {
      const what = `a feed of ${INTERESTS} interests, one search, ${INTERESTS} · ${each} phones`;
      const together = { what, limit: POSTS_AN_INTEREST, budget: INTERESTS * each };
      prices.push(priceOf(world, { ...together, people: interests.map((person) => [person]) }));
    }
  }
  const most = texts.slice(0, sizes.at(-1)! * postsAPhone);
  return describe(options, prices, options.scale === 'slice' ? [] : await centralOf(most, random, options));
}

/** Of so many each; what is left over at the end is left out. */
function chunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.floor(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

interface Asked {
  readonly what: string;
  /** The searches that each person makes at once, each for some vectors. */
  readonly people: readonly (readonly (readonly Float32Array[])[])[];
  /** Posts wanted of a vector. */
  readonly limit: number;
  /** Phones that a search may contact. */
  readonly budget: number;
}

function priceOf(world: FeedWorld, { what, people, limit, budget }: Asked): Price {
  const sent = { messages: 0, bytes: 0 };
  world.phones.network.observer = {
    replied({ request }: Exchange, reply: SimMessage) {
      if (request.type !== 'search-entries') return;
      sent.messages += 2;
      sent.bytes += encodeRequest(request as Parameters<typeof encodeRequest>[0]).length;
      sent.bytes += encodeReply(reply as Parameters<typeof encodeReply>[0]).length;
    },
    ended() {},
  };
  const answers = world.searchTogether(people.flat(), limit, budget);
  world.phones.network.observer = undefined;
  const vectors = people.flat(2);
  const recalls = answers
    .flatMap((answer) => answer.answers)
    .map(({ hits }, i) => {
      const truth = new Set(world.nearest(vectors[i]!, limit));
      return hits.filter(({ post }) => truth.has(post)).length / truth.size;
    });
  // A person waits for the last of the searches made at once.
  const waits = chunks(answers, people[0]!.length).map((own) =>
    Math.max(...own.map(({ milliseconds }) => milliseconds)),
  );
  const contacts = answers.reduce((sum, { contacted }) => sum + contacted.length, 0);
  return {
    what,
    phones: world.phones.phones.length,
    posts: world.entries.length,
    recall: mean(recalls),
    contacted: contacts / people.length,
    messages: sent.messages / people.length,
    bytes: sent.bytes / people.length,
    medianMs: percentile(ascending(waits), 0.5),
    lateMs: percentile(ascending(waits), 0.99),
  };
}

interface Central {
  readonly effort: number;
  readonly recall: number;
  /** Of the process, for one search, and to put all posts in. */
  readonly searchMs: number;
  readonly buildMs: number;
}

async function centralOf(
  texts: readonly EmbeddedText[],
  random: SeededRandom,
  { scale, seed, progress }: RunOptions,
): Promise<Central[]> {
  progress('building the central index');
  const vectors = texts.map(({ vector }) => vector);
  const startedMs = performance.now();
  const [dimensions, most] = [vectors[0]!.length, vectors.length];
  const index = await openHnsw({ dimensions, most, buildEffort: BUILD_EFFORT, seed });
  for (const vector of vectors) index.add(vector);
  const buildMs = performance.now() - startedMs;
  const questions = Array.from({ length: SCALES[scale].queries }, () => random.pick(vectors));
  const all = bruteForceIndex();
  for (const vector of vectors) all.add(vector);
  const truths = questions.map((question) => new Set(all.nearest(question, NEAREST, vectors.length)));
  return EFFORTS.map((effort) => {
    const beganMs = performance.now();
    const found = questions.map((question) => index.nearest(question, NEAREST, effort));
    const searchMs = (performance.now() - beganMs) / questions.length;
    const recall = mean(found.map((places, i) => places.filter((place) => truths[i]!.has(place)).length / NEAREST));
    return { effort, recall, searchMs, buildMs };
  });
}

/** The same question and the same answer, encoded alike, to and from a server. */
function centralBytes(limit: number): number {
  const id = 'f'.repeat(32) as Id;
  const question = questionOf(Float32Array.from({ length: 512 }, () => 1))!;
  const request: SearchEntries = {
    type: 'search-entries',
    asked: [nothingKnownOf(question)],
    ...{ limit, sinceMs: 0, withPlaces: false, salt: 0, phones: [] },
  };
  const hit = { post: id, author: id, createdAtMs: Date.UTC(2026, 0), similarity: 0.5, place: undefined };
  const hits = Array.from({ length: limit }, () => hit);
  const reply = encodeReply({ type: 'entries-found', finds: [{ hits, candidates: [], adverts: [] }] });
  return encodeRequest(request).length + reply.length;
}

function describe({ scale }: RunOptions, prices: readonly Price[], central: readonly Central[]): Findings {
  const { queries, postsAPhone } = SCALES[scale];
  const searches = prices.filter(({ what }) => what === SEARCH);
  const most = searches.at(-1)!;
  const aPair = (2 * most.bytes) / most.messages;
  return {
    setUp: [
      `Phones in a CAN that stands still (${postsAPhone} texts of Debian's fortunes a phone; zones laid out where the posts ` +
        "lie, everything else by the product's protocol, as in feed-scale). " +
        `${queries} posts are asked for by their vectors through random phones, with ${BUDGET} phones at most; a feed asks ` +
        `for ${POSTS_AN_INTEREST} posts of each of ${INTERESTS} such vectors: by a search each, as it did, or by one search ` +
        'that asks each phone once for all of them, as the wall does. Counted are requests and ' +
        'replies of the phones asked for posts, and their bytes as protobuf, without the transport below. The way of a ' +
        'question to the owner of its point takes its time here, but is not counted: about two phones more, a few hundred ' +
        'bytes each. One way takes 5 to 40 ms, drawn once a link, and some jitter; the work of the phones takes no time.',
    ],
    tables: [
      {
        title: 'Without a server',
        columns: ['', 'phones', 'posts', 'recall', 'contacted', 'messages', 'bytes', 'ms, median', 'ms, p99'],
        rows: prices.map((price) => [
          price.what,
          String(price.phones),
          String(price.posts),
          price.recall.toFixed(3),
          price.contacted.toFixed(1),
          price.messages.toFixed(1),
          price.bytes.toFixed(0),
          price.medianMs.toFixed(0),
          price.lateMs.toFixed(0),
        ]),
      },
      {
        title: 'With a server: a search for 10 in HNSW (hnswlib), the same posts',
        columns: [
          '',
          'recall',
          'messages',
          'bytes',
          'ms on the way, mean',
          'most',
          'ms of its processor',
          'ms to put all posts in',
        ],
        rows: central.map(({ effort, recall, searchMs, buildMs }) => [
          `ef = ${effort}, ${most.posts} posts`,
          recall.toFixed(3),
          '2',
          String(centralBytes(NEAREST)),
          String(ROUND_TRIP_MS),
          String(LATE_ROUND_TRIP_MS),
          searchMs.toFixed(2),
          buildMs.toFixed(0),
        ]),
      },
    ],
    plot: {
      title: 'Bytes of a search for 10',
      xLabel: 'phones',
      yLabel: 'bytes, requests and replies',
      xScale: 'log',
      yScale: 'linear',
      series: [
        { name: 'ours', source: 'ours', points: searches.map(({ phones, bytes }) => [phones, bytes] as const) },
        {
          name: 'a server',
          source: 'calibration',
          points: searches.map(({ phones }) => [phones, centralBytes(NEAREST)] as const),
        },
      ],
    },
    bars: [],
    notes: notesOf(most, aPair),
  };
}

function notesOf({ phones, messages, bytes, medianMs }: Price, aPair: number): string[] {
  const server = centralBytes(NEAREST);
  return [
    `The price of having no server, with ${phones} phones: ${(messages / 2).toFixed(0)} times the messages, ` +
      `${(bytes / server).toFixed(0)} times the bytes and ${(medianMs / ROUND_TRIP_MS).toFixed(0)} times the wait of a search ` +
      'in one process that has all posts. What it buys: nobody has all posts, nobody sees what all people look for, and ' +
      'nothing to pay for or to fail that all depend on.',
    `A message and its answer take ${aPair.toFixed(0)} bytes. They took ${BYTES_A_PAIR_BEFORE} while questions went out as ` +
      'float32 and every answer named phones in full at each post and posts that the search knew already: now a question ' +
      'is a byte a dimension, says how near a post has to be and which posts and phones are known (32 bits each), and an ' +
      'answer names a phone once.',
    'The interests of a feed are posts drawn at random, so they lie apart: the worst case of asking for all at once. In a ' +
      'small network the same few phones have something of each, in a large one hardly any phone has something of two.',
    'The question and the answer of the server are encoded as ours are. Its milliseconds on the way are those of one link ' +
      'of the same simulated network; those of its processor are measured on one core of the machine that wrote this page.',
  ];
}

export const FEED_PRICE: Experiment = {
  name: 'feed-price',
  title: 'The price of having no server',
  source: 'Messages, bytes and milliseconds of a search by meaning and of a feed.',
  defaultSeed: 42,
  run,
};
